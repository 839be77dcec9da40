/** A list of the viewer's conversations, as the inbox or the archive shows it. */

import { InboxRows } from "./inbox-rows.js";
import { Lingering } from "./lingering.js";

/** @import {TalkError} from "../errors.js" */
/** @import {InboxRow, InboxSnapshot} from "../types.js" */

const PAGE = 30;
const LARGEST_PAGE = 100;

/** @type {InboxSnapshot} */
export const EMPTY_INBOX = {
  state: "loading",
  error: null,
  rows: [],
  invitations: [],
  hasMore: false,
  isLoadingMore: false,
};

/** @typedef {{edges: {node: InboxRow}[], pageInfo: {hasNextPage: boolean, endCursor: string | null}}} Page */

/**
 * @typedef {object} Source
 * @property {boolean} isArchive whether the list has the archived conversations, and no others.
 * @property {(place: {first: number, after?: string | null}, signal?: AbortSignal) => Promise<Page>} ask
 * @property {(rows: InboxRow[]) => void} know is told of the rows of each page.
 * @property {() => (() => void)} follow begins to follow the server. What it answers ends that.
 */

export class InboxList {
  #source;
  #rows;
  /** @type {string | null} The place in the pages. */
  #endCursor = null;
  /** @type {Promise<void> | null} */
  #more = null;
  /** Whether the first page is there, and changes were applied to it since. */
  isOpen = false;
  snapshot;

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
    this.#rows = new InboxRows(source.isArchive);
    this.snapshot = new Lingering(EMPTY_INBOX, source.follow);
    this.store = {
      getSnapshot: this.snapshot.getSnapshot,
      subscribe: this.snapshot.subscribe,
      loadMore: () => this.#loadMore(),
    };
  }

  /** How many rows are asked for at first: as many as are shown. */
  get size() {
    return Math.min(Math.max(this.#rows.paged, PAGE), LARGEST_PAGE);
  }

  /**
   * Show pages instead of all rows. As many more are asked for as were shown before.
   * @param {Page} page the first one.
   * @param {InboxRow[]} others pinned rows, on whichever page they are, and invitations.
   * @param {AbortSignal} signal
   */
  async open({ edges, pageInfo }, others, signal) {
    const rows = edges.map(nodeOf);
    while (pageInfo.hasNextPage && rows.length < this.#rows.paged) {
      const place = { first: LARGEST_PAGE, after: pageInfo.endCursor };
      const page = await this.#source.ask(place, signal);
      rows.push(...page.edges.map(nodeOf));
      pageInfo = page.pageInfo;
    }
    if (signal.aborted) return;
    // A page that is on its way belongs to the list of before.
    this.#more = null;
    this.#source.know([...rows, ...others]);
    this.#rows.replace(rows, others, pageInfo.hasNextPage);
    this.#endCursor = pageInfo.endCursor;
    this.isOpen = true;
    this.publish({ state: "ready", error: null });
  }

  /** @param {InboxRow} row as it is now. */
  change(row) {
    if (!this.isOpen) return;
    this.#rows.change(row);
    this.publish();
  }

  /** @param {TalkError} error @param {boolean} isOver */
  fail(error, isOver) {
    const { state } = this.snapshot.getSnapshot();
    this.publish({ state: isOver && state === "loading" ? "failed" : state, error });
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.isOpen = false;
    this.#more = null;
    this.#rows = new InboxRows(this.#source.isArchive);
    this.publish({ state: "loading", error: null });
  }

  close() {
    this.snapshot.close();
  }

  #loadMore() {
    if (!this.isOpen || !this.#rows.hasMore) return Promise.resolve();
    if (!this.#more) {
      /** @type {Promise<void>} */
      const more = this.#loadPage(() => this.#more === more).finally(() => {
        if (this.#more === more) this.#more = null;
        this.publish();
      });
      this.#more = more;
      this.publish();
    }
    return this.#more;
  }

  /** @param {() => boolean} isWanted whether the page is still wanted when it is there. */
  async #loadPage(isWanted) {
    const rows = this.#rows;
    const changed = rows.await();
    try {
      const { edges, pageInfo } = await this.#source.ask({ first: PAGE, after: this.#endCursor });
      if (!isWanted()) return;
      rows.append(edges.map(nodeOf), pageInfo.hasNextPage, changed);
      this.#endCursor = pageInfo.endCursor;
      this.#source.know(rows.rows);
    } finally {
      rows.forget(changed);
    }
  }

  /** @param {Partial<InboxSnapshot>} [changes] */
  publish(changes = {}) {
    const before = this.snapshot.getSnapshot();
    const { rows, invitations, hasMore } = this.#rows;
    const isLoadingMore = this.#more !== null;
    const now = { ...before, rows, invitations, hasMore, isLoadingMore, ...changes };
    const names = /** @type {(keyof InboxSnapshot)[]} */ (Object.keys(now));
    if (names.some((name) => now[name] !== before[name])) this.snapshot.set(now);
  }
}

/** @param {{node: InboxRow}} edge */
function nodeOf(edge) {
  return edge.node;
}
