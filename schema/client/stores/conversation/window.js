/** The rows of a thread that are loaded: all messages from one number up to another. */

import { unlessSameItems } from "../same.js";
import { Messages } from "./messages.js";

/** @import {Around, Message, Row} from "../../types.js" */

/** @typedef {{node: Message, cursor: string}} Edge */
/** @typedef {{edges: Edge[], pageInfo: {hasPreviousPage: boolean, hasNextPage: boolean}}} Page */

export class Window {
  messages;
  /** The rows are those from `#from` up to, and without, `#to`. */
  #from = 1;
  #to = 1;
  #lastNumber = 0;
  #firstVisible = 1;
  #hasEarlier = false;
  /** @type {Row[]} */
  #rows = [];
  /** Whether a page is on its way. Until it is there, messages beyond the rows are kept, too. */
  isAwaited = false;
  /** The time at which a row changes by itself. */
  expires = Infinity;

  /**
   * @param {() => number} now the time of the server.
   * @param {(number: number) => void} stale is told of a message whose copy may be too old.
   */
  constructor(now, stale) {
    this.messages = new Messages(now, stale);
  }

  get hasEarlier() {
    return this.#hasEarlier;
  }

  get hasLater() {
    return this.#to <= this.#lastNumber;
  }

  get lastNumber() {
    return this.#lastNumber;
  }

  get size() {
    return this.#to - this.#from;
  }

  /** The number in the middle of the rows. */
  get middle() {
    return Math.floor((this.#from + this.#to) / 2);
  }

  /**
   * The rows now; the same array until one of them changes.
   * @param {number} now
   */
  rows(now) {
    /** @type {Row[]} */
    const rows = [];
    this.expires = Infinity;
    /** @param {number} number */
    const add = (number) => {
      const entry = this.messages.shown(number, now);
      if (!entry?.row) return;
      rows.push(entry.row);
      if (entry.expires < this.expires) this.expires = entry.expires;
    };
    for (let number = this.#from; number < this.#to; number += 1) add(number);
    // What the viewer sent, while the stream has not brought the messages before it yet.
    const hasOthers = !this.hasLater && this.messages.size > this.size;
    if (hasOthers) this.messages.numbersAfter(this.#to).forEach(add);
    this.#rows = unlessSameItems(this.#rows, rows);
    return this.#rows;
  }

  /**
   * The last message of the rows for which this is true.
   * @param {(message: Message) => boolean} isIt
   */
  findLast(isIt) {
    return this.#rows.findLast(({ message }) => message && isIt(message))?.message ?? null;
  }

  /**
   * A conversation as the server answers it, whose pages are `show`n next.
   * @param {{lastNumber: number, firstVisible: number}} conversation
   */
  begin({ lastNumber, firstVisible }) {
    this.#lastNumber = lastNumber;
    this.#firstVisible = firstVisible;
  }

  /**
   * Show a page instead of all rows. Of the copies of before, those that came after `order` stay.
   * @param {Page} page
   * @param {number} order
   */
  show(page, order) {
    const edges = this.#visible(page);
    const first = this.#firstVisible;
    this.messages.replace(edges, (number, entry) => entry.order > order && number >= first);
    if (edges.length) {
      this.#from = edges[0].node.number;
      this.#to = edges[edges.length - 1].node.number + 1;
    } else {
      // Nothing was left to see. The next row is the first that came meanwhile, or one to come.
      const [next] = this.messages.numbersAfter(first - 1);
      this.#from = this.#to = next ?? Math.max(this.#lastNumber + 1, first);
    }
    this.#hasEarlier = page.pageInfo.hasPreviousPage && this.#from > first;
    this.#noteLater(page);
    this.#extend();
  }

  /**
   * Add a page before or after the rows.
   * @param {"before" | "after"} side
   * @param {Page} page
   */
  add(side, page) {
    const edges = this.#visible(page);
    const numbers = edges.map(({ node }) => node.number);
    for (const { node, cursor } of edges) this.messages.receive(node, cursor);
    if (side === "before") {
      this.#from = Math.min(this.#from, ...numbers);
      this.#hasEarlier = page.pageInfo.hasPreviousPage && this.#from > this.#firstVisible;
    } else {
      this.#to = Math.max(this.#to, ...numbers.map((number) => number + 1));
      this.#noteLater(page);
    }
    this.#extend();
  }

  /** @param {Edge} edge of a change. */
  receive({ node, cursor }) {
    const { number } = node;
    this.#lastNumber = Math.max(this.#lastNumber, number);
    if (number < this.#firstVisible) return;
    const isWanted = this.isAwaited || number === this.#to || this.messages.get(number);
    if (isWanted) this.messages.receive(node, cursor);
    else this.messages.requote(node);
    this.#extend();
  }

  /**
   * @param {Message} message that a mutation or a query answered.
   * @param {number} [askedAt] when it was asked for, if that is known.
   */
  offer(message, askedAt) {
    const { number } = message;
    if (number < this.#firstVisible) return;
    const isNew = number >= this.#to && (!this.hasLater || this.isAwaited);
    if (isNew || this.messages.get(number)) this.messages.receive(message, null, askedAt);
    else this.messages.requote(message);
    this.#extend();
  }

  /** @param {number} first the viewer sees no earlier message any more. */
  clearBefore(first) {
    if (first <= this.#firstVisible) return;
    this.#firstVisible = first;
    this.messages.clearBefore(first);
    this.#from = Math.max(this.#from, first);
    this.#to = Math.max(this.#to, first);
    // Changes of cleared messages come without them.
    this.#lastNumber = Math.max(this.#lastNumber, first - 1);
    if (this.#from === first) this.#hasEarlier = false;
  }

  /** Forget what is not shown, unless a page that is on its way may need it. */
  tidy() {
    if (this.isAwaited || this.messages.size <= this.size) return;
    this.messages.keepOnly(
      (number) => this.#isLoaded(number) || (number >= this.#to && !this.hasLater),
    );
  }

  /**
   * The cursor of the first or the last row.
   * @param {"before" | "after"} side
   */
  cursor(side) {
    if (side === "before") return this.messages.get(this.#from)?.cursor ?? null;
    // What a mutation answered has no cursor.
    let number = this.#to - 1;
    while (number > this.#from && !this.messages.get(number)?.cursor) number -= 1;
    return this.messages.get(number)?.cursor ?? null;
  }

  /** @param {Around | null} around null: the newest. */
  has(around) {
    if (around === null) return !this.hasLater;
    if ("number" in around) return this.#isLoaded(around.number);
    const [first, last] = [this.messages.get(this.#from), this.messages.get(this.#to - 1)];
    if (!("time" in around) || !first || !last) return false;
    const at = Date.parse(around.time);
    const isAfterFirst = !this.#hasEarlier || Date.parse(first.message.sentAt) < at;
    return isAfterFirst && (!this.hasLater || Date.parse(last.message.sentAt) >= at);
  }

  /** @param {Page} page */
  #visible(page) {
    return page.edges.filter(({ node }) => node.number >= this.#firstVisible);
  }

  /** @param {Page} page */
  #noteLater({ edges, pageInfo }) {
    const last = edges.at(-1)?.node.number;
    if (last) this.#lastNumber = Math.max(this.#lastNumber, last + Number(pageInfo.hasNextPage));
  }

  /** Take in what came meanwhile, and is next to the rows. */
  #extend() {
    while (this.messages.get(this.#to)) this.#to += 1;
    this.#lastNumber = Math.max(this.#lastNumber, this.#to - 1);
    this.tidy();
  }

  /** @param {number} number */
  #isLoaded(number) {
    return number >= this.#from && number < this.#to;
  }
}
