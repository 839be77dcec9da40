/** The files of a conversation: the messages that have some, the newest first. */

import { TalkError } from "../errors.js";
import { Lingering } from "./lingering.js";
import { EMPTY_LIST, List } from "./list.js";

/** @import {Connection, ListSnapshot, WithFiles} from "../types.js" */
/** @import {Documents} from "../documents.js" */

const PAGE = 30;

/** @extends {Lingering<ListSnapshot<WithFiles>>} */
export class FilesOf extends Lingering {
  /** @type {List<WithFiles>} */
  #list;

  /**
   * @param {string} id the conversation's.
   * @param {{connection: Connection, documents: Documents}} shared
   */
  constructor(id, { connection, documents }) {
    super(EMPTY_LIST, () => this.#follow());
    this.#list = new List(
      connection,
      async (before, signal) => {
        const variables = { id, last: PAGE, before };
        const { conversation } = await connection.query(documents.files, variables, { signal });
        if (!conversation) throw new TalkError("NOT_FOUND", "There is no such conversation.");
        return pageOf(conversation.messages);
      },
      () => this.set(this.#list.snapshot),
    );
  }

  loadMore = () => this.#list.loadMore();

  /** Ask anew: there may be others by now. */
  refresh = () => this.#list.begin();

  /** Something may be shown otherwise. */
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

/**
 * A page from the newest to the oldest.
 * @param {{
 *   edges: {node: WithFiles}[], pageInfo: {hasPreviousPage: boolean, startCursor: string | null},
 * }} page
 */
function pageOf({ edges, pageInfo: { hasPreviousPage, startCursor } }) {
  const rows = edges.map(({ node }) => node).reverse();
  return { rows, pageInfo: { hasNextPage: hasPreviousPage, endCursor: startCursor } };
}
