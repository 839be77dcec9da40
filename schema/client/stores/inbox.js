/** The inbox and the number of unread messages, which follow one stream. */

import { Following } from "./following.js";
import { InboxRows } from "./inbox-rows.js";
import { Lingering } from "./lingering.js";

/** @import {TalkError} from "../errors.js" */
/** @import {Connection, InboxRow, InboxSnapshot} from "../types.js" */
/** @import {Documents} from "../documents.js" */

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

/**
 * @callback Watcher is told of each row that changed.
 * @param {InboxRow} row
 * @param {InboxRow | undefined} before what was known of it; undefined if nothing was.
 */

/** What the inbox and the open conversations follow together. */
export class InboxFeed {
  #connection;
  #documents;
  #following;
  #rows = new InboxRows();
  /** @type {Map<string, InboxRow>} By the ids of their conversations, whether they are shown or not. */
  #known = new Map();
  /** @type {Set<Watcher>} */
  #watchers = new Set();
  /** Who is told that the stream begins. @type {Set<(isLate: boolean) => void>} */
  #starters = new Set();
  #users = 0;
  /** @type {string | null} The place in the stream; null before the first page. */
  #cursor = null;
  /** Whether the first page was asked for before. */
  #isLate = false;
  /** @type {string | null} The place in the pages. */
  #endCursor = null;
  /** @type {Promise<void> | null} */
  #more = null;

  /**
   * @param {Connection} connection
   * @param {Documents} documents
   */
  constructor(connection, documents) {
    this.#connection = connection;
    this.#documents = documents;
    this.#following = new Following(connection, {
      open: (signal) => this.#open(signal),
      document: documents.inboxChanges,
      variables: () => ({ after: this.#cursor }),
      next: ({ inboxChanges }) => this.#changed(inboxChanges),
      lost: () => (this.#cursor = null),
      failed: (error, isOver) => this.#failed(error, isOver),
    });
    /** @type {Lingering<InboxSnapshot>} */
    this.snapshot = new Lingering(EMPTY_INBOX, () => this.follow());
    this.unreadTotal = new Lingering(0, () => this.follow());
    this.inbox = {
      getSnapshot: this.snapshot.getSnapshot,
      subscribe: this.snapshot.subscribe,
      loadMore: () => this.#loadMore(),
    };
  }

  /**
   * Follow the inbox, until what this answers is called.
   * @param {Watcher} [watcher]
   * @param {(isLate: boolean) => void} [begun] is called each time the stream begins with what is there
   *   then: changes before that are not told. `isLate`: it was to begin earlier, or was lost.
   */
  follow(watcher, begun) {
    if (watcher) this.#watchers.add(watcher);
    if (begun) this.#starters.add(begun);
    this.#users += 1;
    if (this.#users === 1) this.#following.start();
    return () => {
      if (watcher) this.#watchers.delete(watcher);
      if (begun) this.#starters.delete(begun);
      this.#users -= 1;
      if (this.#users === 0) this.#following.stop();
    };
  }

  /** @param {string} conversationId */
  rowOf(conversationId) {
    return this.#known.get(conversationId);
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.#cursor = null;
    this.#isLate = false;
    this.#more = null;
    this.#rows = new InboxRows();
    this.#known.clear();
    this.#publish({ state: "loading", error: null });
    this.unreadTotal.set(0);
    this.#following.again();
  }

  close() {
    this.snapshot.close();
    this.unreadTotal.close();
  }

  /**
   * Ask for as many rows as are shown, unless the stream can go on from where it was.
   * @param {AbortSignal} signal
   */
  async #open(signal) {
    if (this.#cursor !== null) {
      this.#publish({ error: null });
      return true;
    }
    const isLate = this.#isLate;
    this.#isLate = true;
    const first = this.#size();
    const start = await this.#connection.query(this.#documents.inboxStart, { first }, { signal });
    let { edges, pageInfo } = start.inbox;
    const rows = edges.map(nodeOf);
    while (pageInfo.hasNextPage && rows.length < this.#rows.rows.length) {
      const variables = { first: LARGEST_PAGE, after: pageInfo.endCursor };
      const { inbox } = await this.#connection.query(this.#documents.inbox, variables, { signal });
      rows.push(...inbox.edges.map(nodeOf));
      pageInfo = inbox.pageInfo;
    }
    if (signal.aborted) return false;
    // A page that is on its way belongs to the list of before.
    this.#more = null;
    this.#rows.replace(rows, start.invitations.edges.map(nodeOf), pageInfo.hasNextPage);
    for (const row of [...this.#rows.rows, ...this.#rows.invitations]) this.#know(row);
    this.#cursor = start.inbox.changesCursor;
    this.#endCursor = pageInfo.endCursor;
    this.#publish({ state: "ready", error: null });
    this.unreadTotal.set(start.unreadTotal);
    for (const begun of [...this.#starters]) begun(isLate);
    return true;
  }

  #size() {
    return Math.min(Math.max(this.#rows.rows.length, PAGE), LARGEST_PAGE);
  }

  /** @param {{cursor: string, participation: InboxRow, unreadTotal: number}} change */
  #changed({ cursor, participation, unreadTotal }) {
    this.#cursor = cursor;
    const before = this.rowOf(participation.conversation.id);
    this.#know(participation);
    this.#rows.change(participation);
    this.#publish();
    this.unreadTotal.set(unreadTotal);
    for (const watcher of [...this.#watchers]) watcher(participation, before);
  }

  /** @param {InboxRow} row */
  #know(row) {
    this.#known.set(row.conversation.id, row);
  }

  /** @param {TalkError} error @param {boolean} isOver */
  #failed(error, isOver) {
    const { state } = this.snapshot.getSnapshot();
    this.#publish({ state: isOver && state === "loading" ? "failed" : state, error });
  }

  #loadMore() {
    if (this.#cursor === null || !this.#rows.hasMore) return Promise.resolve();
    if (!this.#more) {
      /** @type {Promise<void>} */
      const more = this.#loadPage(() => this.#more === more).finally(() => {
        if (this.#more === more) this.#more = null;
        this.#publish();
      });
      this.#more = more;
      this.#publish();
    }
    return this.#more;
  }

  /** @param {() => boolean} isWanted whether the page is still wanted when it is there. */
  async #loadPage(isWanted) {
    const changed = this.#rows.await();
    try {
      const variables = { first: PAGE, after: this.#endCursor };
      const { inbox } = await this.#connection.query(this.#documents.inbox, variables);
      if (!isWanted()) return;
      this.#rows.append(inbox.edges.map(nodeOf), inbox.pageInfo.hasNextPage, changed);
      this.#endCursor = inbox.pageInfo.endCursor;
      for (const row of this.#rows.rows) this.#know(row);
    } finally {
      this.#rows.forget(changed);
    }
  }

  /** @param {Partial<InboxSnapshot>} [changes] */
  #publish(changes = {}) {
    const before = this.snapshot.getSnapshot();
    const { rows, invitations, hasMore } = this.#rows;
    const now = {
      ...before,
      rows,
      invitations,
      hasMore,
      isLoadingMore: this.#more !== null,
      ...changes,
    };
    const names = /** @type {(keyof InboxSnapshot)[]} */ (Object.keys(now));
    if (names.some((name) => now[name] !== before[name])) this.snapshot.set(now);
  }
}

/** @param {{node: InboxRow}} edge */
function nodeOf(edge) {
  return edge.node;
}
