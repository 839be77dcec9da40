/** A list that is asked for page by page, for those who want it now. */

import { askUntilAnswered } from "./asking.js";

/** @import {TalkError} from "../errors.js" */
/** @import {Connection, ListSnapshot} from "../types.js" */

/**
 * @template T
 * @typedef {{rows: T[], pageInfo: {hasNextPage: boolean, endCursor: string | null}}} Page
 */

/** @type {ListSnapshot<never>} */
export const EMPTY_LIST = {
  state: "idle",
  error: null,
  rows: [],
  hasMore: false,
  isLoadingMore: false,
};

/** @template T */
export class List {
  #connection;
  #ask;
  #changed;
  #life = new AbortController();
  /** @type {string | null} */
  #endCursor = null;
  /** @type {Promise<void> | null} */
  #more = null;
  /** @type {ListSnapshot<T>} */
  snapshot = EMPTY_LIST;

  /**
   * @param {Pick<Connection, "whenBack">} connection
   * @param {(after: string | null, signal: AbortSignal) => Promise<Page<T>>} ask
   * @param {() => void} changed is called after each change of the snapshot.
   */
  constructor(connection, ask, changed) {
    this.#connection = connection;
    this.#ask = ask;
    this.#changed = changed;
  }

  /** Ask for the first page. What is there already stays until it has come. */
  async begin() {
    const signal = this.expect();
    try {
      const page = await this.#page(null, signal);
      if (!signal.aborted) this.#show(page.rows, page);
    } catch (error) {
      if (!signal.aborted) this.#fail(/** @type {TalkError} */ (error), "failed");
    }
  }

  /** The first page is to be asked for. */
  expect() {
    const signal = this.#anew();
    this.#set({ state: "loading", error: null, isLoadingMore: false });
    return signal;
  }

  /** Nobody wants an answer any more. */
  stop() {
    this.#anew();
    this.#set({ isLoadingMore: false });
  }

  /** Forget all. */
  clear() {
    this.#anew();
    this.#set(EMPTY_LIST);
  }

  loadMore() {
    const { state, hasMore } = this.snapshot;
    if (state !== "ready" || !hasMore) return Promise.resolve();
    this.#more ??= this.#loadMore(this.#life.signal);
    return this.#more;
  }

  /** @param {AbortSignal} signal */
  async #loadMore(signal) {
    this.#set({ isLoadingMore: true, error: null });
    try {
      const page = await this.#page(this.#endCursor, signal);
      if (!signal.aborted) this.#show([...this.snapshot.rows, ...page.rows], page);
    } catch (error) {
      if (!signal.aborted) this.#fail(/** @type {TalkError} */ (error), "ready");
    }
  }

  /** @param {string | null} after @param {AbortSignal} signal */
  #page(after, signal) {
    const delayed = (/** @type {TalkError} */ error) => {
      if (!signal.aborted) this.#set({ error });
    };
    return askUntilAnswered(this.#connection, () => this.#ask(after, signal), signal, delayed);
  }

  /** @param {T[]} rows @param {Page<T>} page */
  #show(rows, { pageInfo }) {
    this.#endCursor = pageInfo.endCursor;
    this.#more = null;
    const hasMore = pageInfo.hasNextPage;
    this.#set({ state: "ready", error: null, rows, hasMore, isLoadingMore: false });
  }

  /** @param {TalkError} error @param {"failed" | "ready"} state */
  #fail(error, state) {
    this.#more = null;
    this.#set({ state, error, isLoadingMore: false });
  }

  #anew() {
    this.#life.abort();
    this.#life = new AbortController();
    this.#more = null;
    return this.#life.signal;
  }

  /** @param {Partial<ListSnapshot<T>>} changes */
  #set(changes) {
    this.snapshot = { ...this.snapshot, ...changes };
    this.#changed();
  }
}
