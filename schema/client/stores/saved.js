/** The messages that the viewer saved. */

import { Lingering } from "./lingering.js";
import { EMPTY_LIST, List } from "./list.js";

/** @import {Connection, ListSnapshot, Saved} from "../types.js" */
/** @import {Documents} from "../documents.js" */

const PAGE = 30;

/** @extends {Lingering<ListSnapshot<Saved>>} */
export class SavedMessages extends Lingering {
  /** @type {List<Saved>} */
  #list;

  /**
   * @param {Connection} connection
   * @param {Documents} documents
   */
  constructor(connection, documents) {
    super(EMPTY_LIST, () => this.#follow());
    this.#list = new List(
      connection,
      async (after, signal) => {
        const variables = { first: PAGE, after };
        const answer = await connection.query(documents.savedMessages, variables, { signal });
        const { edges, pageInfo } = answer.savedMessages;
        return { rows: edges.map(savedOf), pageInfo };
      },
      () => this.set(this.#list.snapshot),
    );
  }

  loadMore = () => this.#list.loadMore();

  /** Ask anew: another device may have saved something. */
  refresh = () => this.#list.begin();

  /** The viewer has saved something, or does so no longer. */
  again() {
    if (this.isFollowing) void this.#list.begin();
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.#list.clear();
    this.again();
  }

  #follow() {
    void this.#list.begin();
    return () => this.#list.stop();
  }
}

/** @param {{savedAt: string, node: Saved["message"]}} edge */
function savedOf({ savedAt, node }) {
  return { savedAt, message: node };
}
