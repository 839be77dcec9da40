/** Loads the pages of a thread. An answer that comes too late changes nothing. */

import { Window } from "./window.js";

/** @import {Around, Message} from "../../types.js" */
/** @import {Edge, Page} from "./window.js" */

/**
 * @typedef {object} Source
 * @property {(variables: object) => Promise<Page | null>} page asks for a page before or after a cursor.
 * @property {(around: Around | null) => Promise<Page | null>} around asks for one elsewhere; null: the
 *   newest.
 * @property {() => void} again asks for all anew.
 * @property {() => Promise<void>} opened waits until all that is asked for anew is there.
 * @property {(message: Message) => void} arrived is told of each message that a page brought, once it
 *   is shown.
 * @property {() => number} now the time of the server.
 * @property {() => void} changed is called when something changed.
 * @property {(number: number) => void} stale is told of a message whose copy may be too old.
 */

/** How many messages a page has. */
export const PAGE = 30;
/** The most messages that are asked for anew at once: with all their files, more would cost too much. */
const LARGEST_PAGE = 80;

export class Thread {
  window;
  #source;
  /** Counts how often all rows were replaced: a page for other rows is of no use. */
  era = 0;
  /** Counts the jumps: a newer one overtakes those before. */
  #jumps = 0;
  /** @type {Around | null | undefined} Where a jump that is on its way goes. */
  #target = undefined;
  /** Whether all rows are asked for anew. */
  isRenewing = true;
  #awaited = 0;
  /** @type {Set<number>} Roots of branches that changed since a page is awaited. */
  #branches = new Set();
  /** @type {Set<string>} Ids of messages that mutations concerned since something is awaited. */
  #concerned = new Set();
  /** @type {Map<"before" | "after", Promise<void>>} */
  #pages = new Map();

  /** @param {Source} source */
  constructor(source) {
    this.#source = source;
    this.window = new Window(source.now, source.stale);
  }

  get isLoading() {
    return this.#awaited > 0;
  }

  /**
   * All rows are asked for anew, where this answers. What was asked for before is of no use.
   * @param {number | null} inView the number of a row that the reader sees.
   * @returns {{around: Around | null, size: number, order: number}} around: null for the newest.
   */
  renew(inView) {
    this.#replaced();
    this.#jumps += 1;
    this.isRenewing = true;
    return { ...this.#position(inView), order: this.window.messages.order };
  }

  /**
   * @param {Page} page
   * @param {{lastNumber: number, firstVisible: number}} conversation
   * @param {number} order the value of `renew`.
   */
  open(page, conversation, order) {
    this.isRenewing = false;
    this.#target = undefined;
    this.#replaced();
    this.window.begin(conversation);
    this.window.show(page, order);
    this.#note(page);
    if (!this.isLoading) this.#concerned.clear();
  }

  /** A mutation of a message was answered, or may be done: pages on their way may be older. @param {string} id */
  concern(id) {
    if (this.isLoading || this.isRenewing) this.#concerned.add(id);
  }

  /** @param {number} root the number of a message whose replies have changed. */
  branchChanged(root) {
    if (this.isLoading) this.#branches.add(root);
    if (this.window.messages.get(root)) this.#source.stale(root);
  }

  loadEarlier() {
    return this.window.hasEarlier ? this.#load("before") : Promise.resolve();
  }

  loadLater() {
    return this.window.hasLater ? this.#load("after") : Promise.resolve();
  }

  /**
   * Show the rows around another place, unless they are here.
   * @param {Around | null} around null: the newest.
   */
  async jumpTo(around) {
    const jump = ++this.#jumps;
    if (this.isRenewing) {
      this.#target = around;
      this.#source.again();
      await this.#source.opened();
      return;
    }
    this.#target = undefined;
    if (this.window.has(around)) return;
    this.#target = around;
    try {
      await this.#awaiting(() => this.#jump(around, jump));
    } finally {
      if (jump === this.#jumps) this.#target = undefined;
    }
    if (this.isRenewing) await this.#source.opened();
  }

  /**
   * @param {Around | null} around
   * @param {number} jump
   */
  async #jump(around, jump) {
    const { order } = this.window.messages;
    const page = await this.#source.around(around);
    if (!page || jump !== this.#jumps) return;
    this.#replaced();
    this.window.show(page, order);
    this.#note(page);
  }

  /**
   * Where the reader is, or is about to be.
   * @param {number | null} inView
   */
  #position(inView) {
    if (this.#target !== undefined) return { around: this.#target, size: PAGE };
    const { hasLater, lastNumber, middle } = this.window;
    const size = Math.min(Math.max(this.window.size, PAGE), LARGEST_PAGE);
    const seen = inView !== null && this.window.has({ number: inView }) ? inView : null;
    const isNearEnd = seen === null || seen > lastNumber - size / 2;
    if (!hasLater && (this.window.size <= size || isNearEnd)) return { around: null, size };
    return { around: { number: seen ?? middle }, size };
  }

  /** @param {"before" | "after"} side */
  #load(side) {
    const known = this.#pages.get(side);
    if (known) return known;
    const loading = this.#awaiting(() => this.#loadPage(side)).finally(() => {
      if (this.#pages.get(side) === loading) this.#pages.delete(side);
    });
    this.#pages.set(side, loading);
    return loading;
  }

  /** @param {"before" | "after"} side */
  async #loadPage(side) {
    const era = this.era;
    const size = side === "before" ? { last: PAGE } : { first: PAGE };
    const page = await this.#source.page({ ...size, [side]: this.window.cursor(side) });
    // What is asked for anew may be newer than this page, and the stream begins after that.
    if (!page || era !== this.era || this.isRenewing) return;
    this.window.add(side, page);
    this.#note(page);
  }

  /** Pages that are on their way are not wanted any more. */
  #replaced() {
    this.era += 1;
    this.#pages.clear();
  }

  /** @param {Page} page that is shown now. */
  #note({ edges }) {
    for (const { node } of edges) {
      this.#source.arrived(node);
      const isStale = this.#branches.has(node.number) || this.#concerned.has(node.id);
      if (isStale) this.#source.stale(node.number);
    }
  }

  /** @param {() => Promise<void>} load */
  async #awaiting(load) {
    this.#awaited += 1;
    this.window.isAwaited = true;
    this.#source.changed();
    try {
      await load();
    } finally {
      this.#awaited -= 1;
      if (!this.isLoading) {
        this.#branches.clear();
        if (!this.isRenewing) this.#concerned.clear();
        this.window.isAwaited = false;
        this.window.tidy();
      }
      this.#source.changed();
    }
  }
}
