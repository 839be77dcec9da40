/** A search in messages. A newer one takes the place of that before. */

import { Writable } from "../store.js";
import { EMPTY_LIST, List } from "./list.js";

/** @import {Connection, Found, SearchOptions, SearchSnapshot} from "../types.js" */
/** @import {Documents} from "../documents.js" */

/** After how many milliseconds without a key the server is asked. */
const REST = 250;
const PAGE = 20;

/** @type {SearchSnapshot} */
export const EMPTY_SEARCH = { ...EMPTY_LIST, words: "" };

/** @extends {Writable<SearchSnapshot>} */
export class Search extends Writable {
  /** @type {List<Found>} */
  #list;
  #words = "";
  /** @type {SearchOptions} */
  #options = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Is called when the search begins, and when it has ended. */
  begun = () => {};
  ended = () => {};

  /**
   * @param {Connection} connection
   * @param {Documents} documents
   */
  constructor(connection, documents) {
    super(EMPTY_SEARCH, () => () => this.close());
    this.#list = new List(
      connection,
      async (after, signal) => {
        const { in: within = null, from = null, since = null } = this.#options;
        const variables = { query: this.#words, in: within, from, since, first: PAGE, after };
        const answer = await connection.query(documents.searchMessages, variables, { signal });
        const { edges, pageInfo } = answer.searchMessages;
        return { rows: edges.map((/** @type {{node: Found}} */ { node }) => node), pageInfo };
      },
      () => this.#tell(),
    );
  }

  /**
   * @param {string} words
   * @param {SearchOptions} [options]
   */
  ask = (words, options = {}) => {
    const asked = words.trim();
    if (asked === this.#words && JSON.stringify(options) === JSON.stringify(this.#options)) return;
    clearTimeout(this.#timer);
    this.#words = asked;
    this.#options = options;
    if (!asked) return this.#list.clear();
    this.#list.expect();
    this.#timer = setTimeout(() => this.#list.begin(), REST);
  };

  loadMore = () => this.#list.loadMore();

  /** Ask for nothing any more. What was found stays; what was not is asked for again. */
  close() {
    clearTimeout(this.#timer);
    if (this.#list.snapshot.state !== "loading") return this.#list.stop();
    this.#words = "";
    this.#list.clear();
  }

  #tell() {
    const { snapshot } = this.#list;
    const { state, error } = snapshot;
    // What an earlier search found is no answer to one that failed.
    const shown = state === "failed" ? { ...EMPTY_LIST, state, error } : snapshot;
    this.set({ ...shown, words: this.#words });
  }
}
