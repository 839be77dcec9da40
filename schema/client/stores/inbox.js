/** The inbox, the archive and the number of unread messages, which follow one stream. */

import { askUntilAnswered } from "./asking.js";
import { Following } from "./following.js";
import { InboxList } from "./inbox-list.js";
import { Lingering } from "./lingering.js";
import { Muting } from "./muting.js";

/** @import {TalkError} from "../errors.js" */
/** @import {Connection, InboxRow} from "../types.js" */
/** @import {Documents} from "../documents.js" */
/** @import {Page} from "./inbox-list.js" */

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
  /** Whether somebody looks at the archive. */
  #isArchiveWanted = false;
  #inbox;
  #archive;
  #muting;
  /** The version of whom the viewer blocked; null before the first page. @type {string | null} */
  #blocksVersion = null;
  #blocksChanged;

  /**
   * @param {Connection} connection
   * @param {Documents} documents
   * @param {() => void} blocksChanged is called when the viewer has blocked somebody, or does so no
   *   longer. The rows do not always tell it: a row that changed several times may come once.
   */
  constructor(connection, documents, blocksChanged) {
    this.#connection = connection;
    this.#documents = documents;
    this.#blocksChanged = blocksChanged;
    this.#following = new Following(connection, {
      open: (signal) => this.#open(signal),
      document: documents.inboxChanges,
      variables: () => ({ after: this.#cursor }),
      next: ({ inboxChanges }) => this.#changed(inboxChanges),
      lost: () => this.#lose(),
      failed: (error, isOver) => this.#failed(error, isOver),
    });
    this.#muting = new Muting(
      this.#known,
      () => connection.now(),
      (rows) => this.#unmuted(rows),
    );
    this.unreadTotal = new Lingering(0, () => this.follow());
    this.#inbox = this.#list(null, () => this.follow());
    this.#archive = this.#list({ archived: true }, () => this.#followArchive());
    this.inbox = this.#inbox.store;
    this.archive = this.#archive.store;
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
    if (this.#users === 1) {
      this.#following.start();
      this.#muting.plan();
    }
    return () => {
      if (watcher) this.#watchers.delete(watcher);
      if (begun) this.#starters.delete(begun);
      this.#users -= 1;
      if (this.#users > 0) return;
      this.#following.stop();
      this.#muting.stop();
    };
  }

  /** Whether the stream tells of all changes from now on. */
  get hasBegun() {
    return this.#cursor !== null;
  }

  /** @param {string} conversationId */
  rowOf(conversationId) {
    return this.#known.get(conversationId);
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.#cursor = this.#blocksVersion = null;
    this.#isLate = false;
    this.#known.clear();
    this.#inbox.reset();
    this.#archive.reset();
    this.unreadTotal.set(0);
    this.#following.again();
  }

  close() {
    for (const each of [this.#inbox, this.#archive, this.unreadTotal]) each.close();
  }

  /**
   * @param {{archived: boolean} | null} filter
   * @param {() => (() => void)} follow
   */
  #list(filter, follow) {
    return new InboxList({
      isArchive: filter !== null,
      ask: async (place, signal) => {
        const variables = { after: null, ...place, filter };
        const document = this.#documents.inbox;
        return (await this.#connection.query(document, variables, { signal })).inbox;
      },
      know: (rows) => this.#know(rows),
      follow,
    });
  }

  #followArchive() {
    this.#isArchiveWanted = true;
    const end = this.follow();
    // The stream goes on where it was, once the page is there.
    if (!this.#archive.isOpen) this.#following.again();
    return () => {
      this.#isArchiveWanted = false;
      end();
    };
  }

  /**
   * Ask for as many rows as are shown, unless the stream can go on from where it was.
   * @param {AbortSignal} signal
   */
  async #open(signal) {
    if (this.#cursor === null) await this.#openInbox(signal);
    if (this.#isArchiveWanted && !this.#archive.isOpen && !signal.aborted)
      await this.#archive.open(await this.#archivePage(signal), [], signal);
    if (signal.aborted) return false;
    for (const each of [this.#inbox, this.#archive]) each.publish({ error: null });
    return true;
  }

  /** @param {AbortSignal} signal */
  async #openInbox(signal) {
    const isLate = this.#isLate;
    this.#isLate = true;
    const variables = { first: this.#inbox.size };
    const start = await this.#connection.query(this.#documents.inboxStart, variables, { signal });
    const others = [...start.pinned.edges, ...start.invitations.edges];
    await this.#inbox.open(
      start.inbox,
      others.map(({ node }) => node),
      signal,
    );
    if (signal.aborted) return;
    this.#cursor = start.inbox.changesCursor;
    this.#noteBlocks(start.inbox.blocksVersion);
    this.unreadTotal.set(start.unreadTotal);
    for (const begun of [...this.#starters]) begun(isLate);
  }

  /** @param {AbortSignal} signal @returns {Promise<Page>} */
  async #archivePage(signal) {
    const variables = { first: this.#archive.size, after: null, filter: { archived: true } };
    return (await this.#connection.query(this.#documents.inbox, variables, { signal })).inbox;
  }

  /**
   * @param {{
   *   cursor: string, blocksVersion: string, participation: InboxRow, unreadTotal: number,
   * }} change
   */
  #changed({ cursor, blocksVersion, participation, unreadTotal }) {
    this.#cursor = cursor;
    this.#take(participation);
    this.unreadTotal.set(unreadTotal);
    this.#noteBlocks(blocksVersion);
  }

  /** @param {string} version */
  #noteBlocks(version) {
    const before = this.#blocksVersion;
    this.#blocksVersion = version;
    if (before !== null && before !== version) this.#blocksChanged();
  }

  #lose() {
    this.#cursor = null;
    this.#inbox.isOpen = this.#archive.isOpen = false;
  }

  /** @param {InboxRow[]} rows */
  #know(rows) {
    for (const row of rows) this.#known.set(row.conversation.id, row);
    this.#muting.plan();
  }

  /** @param {InboxRow[]} rows as they are now. What is unread of them counts again. */
  #unmuted(rows) {
    for (const row of rows) this.#take(row);
    this.#renewTotal();
  }

  /** Ask for the total, and if it can't be had, again when the connection is back. */
  #renewTotal() {
    this.#askTotal().catch(() => {
      const forget = this.#connection.whenBack(() => {
        forget();
        if (this.#users) this.#renewTotal();
      });
    });
  }

  /** @param {InboxRow} row as it is now. */
  #take(row) {
    const before = this.rowOf(row.conversation.id);
    this.#know([row]);
    this.#inbox.change(row);
    this.#archive.change(row);
    for (const watcher of [...this.#watchers]) watcher(row, before);
  }

  /** @returns {Promise<void>} */
  async #askTotal() {
    const cursor = this.#cursor;
    const ask = () => this.#connection.query(this.#documents.unreadTotal);
    const { signal } = new AbortController();
    const { unreadTotal } = await askUntilAnswered(this.#connection, ask, signal);
    // What came meanwhile may have been read before the time was over.
    if (cursor !== this.#cursor) return this.#askTotal();
    this.unreadTotal.set(unreadTotal);
  }

  /** @param {TalkError} error @param {boolean} isOver */
  #failed(error, isOver) {
    this.#inbox.fail(error, isOver);
    if (this.#isArchiveWanted) this.#archive.fail(error, isOver);
  }
}
