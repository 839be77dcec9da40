/** The messages of a conversation by their numbers: of each the newest copy, and how it is shown. */

import { unlessSame } from "../same.js";
import { keepAddresses } from "./addresses.js";
import { Quotes, newestOf, quoted } from "./quotes.js";

/** @import {Limits, Message, MessageCapability, Quoted, Row, User} from "../../types.js" */

/**
 * @typedef {object} Entry
 * @property {Message} message the newest copy that the server sent.
 * @property {string | null} cursor its place in the pages; null if only a mutation answered it.
 * @property {number} at the time of the server when this copy came.
 * @property {number} order how many copies had come when this one came, with it.
 * @property {number} cameAt when this copy came, or the same again.
 * @property {(Row & {message: Message}) | null} row null if it has to be made anew.
 * @property {number} expires the time at which the row changes by itself.
 */
/** @typedef {(message: Message) => Message} Preview shows a message as the server will have it. */

export class Messages {
  /** @type {Map<number, Entry>} */
  #entries = new Map();
  #quotes = new Quotes();
  /** @type {Map<number, Set<Preview>>} */
  #previews = new Map();
  /** @type {Map<string, boolean>} Whether the viewer blocked a sender, as the messages say. */
  #blocked = new Map();
  /** @type {Map<string, number>} */
  #numbers = new Map();
  #order = 0;
  /** @type {Limits | null} */
  #limits = null;
  #now;
  #stale;

  /**
   * @param {() => number} now the time of the server.
   * @param {(number: number) => void} stale is told of a message whose copy may be too old.
   */
  constructor(now, stale) {
    this.#now = now;
    this.#stale = stale;
  }

  get size() {
    return this.#entries.size;
  }

  /** How many copies came so far. */
  get order() {
    return this.#order;
  }

  /** @param {number} number */
  get(number) {
    return this.#entries.get(number);
  }

  /** @param {string} id the message's own, or the `clientId` with which the viewer sent it. */
  find(id) {
    const number = this.#numbers.get(id);
    return number === undefined ? undefined : this.#entries.get(number)?.message;
  }

  /**
   * Take a copy, unless there is a newer one. Quotes of the message follow it.
   * @param {Message} message
   * @param {string | null} [cursor]
   * @param {number} [askedAt] when it was asked for, if it was.
   */
  receive(message, cursor = null, askedAt = 0) {
    this.requote(message);
    const known = this.#entries.get(message.number);
    if (known) known.cursor ??= cursor;
    if (known && known.message.revision > message.revision) return;
    const copy = unlessSame(known?.message, this.#merged(message, known?.message));
    if (known && askedAt <= known.cameAt && isUnclear(known.message, copy)) {
      this.#stale(message.number);
      // An answer that was on its way when the other copy came is not shown: it may be the older one.
      if (askedAt) return;
    }
    const entry = known?.message === copy ? known : this.#add(copy, known?.cursor ?? cursor);
    entry.order = ++this.#order;
    entry.cameAt = performance.now();
  }

  /**
   * Show a newer copy in the quotes of the message, whether it is here itself or not.
   * @param {Message} message
   */
  requote(message) {
    for (const number of this.#quotes.of(message.number)) {
      const entry = this.#entries.get(number);
      if (!entry?.message.replyTo || entry.message.replyTo.revision > message.revision) continue;
      const replyTo = unlessSame(entry.message.replyTo, quoted(message));
      if (replyTo !== entry.message.replyTo) change(entry, { ...entry.message, replyTo });
    }
  }

  /**
   * Keep these messages alone, and no copies of before.
   * @param {{node: Message, cursor: string}[]} edges
   * @param {(number: number, entry: Entry) => boolean} stays which others are kept all the same.
   */
  replace(edges, stays) {
    const before = this.#entries;
    this.#entries = new Map();
    this.#quotes.clear();
    this.#blocked.clear();
    this.#numbers.clear();
    for (const { node, cursor } of edges) {
      const known = before.get(node.number);
      const message = keepAddresses(node, known?.message, this.#now());
      const isSame = known && unlessSame(known.message, message) === known.message;
      const entry = isSame ? this.#keep(known) : this.#add(message, cursor);
      entry.cameAt = performance.now();
    }
    for (const [number, entry] of before) {
      if (!stays(number, entry)) continue;
      const now = this.#entries.get(number)?.message;
      if (now && isUnclear(entry.message, now)) this.#stale(number);
      if (!now || now.revision < entry.message.revision) this.#keep(entry);
    }
  }

  /** @param {(number: number, entry: Entry) => boolean} isKept */
  keepOnly(isKept) {
    for (const [number, entry] of this.#entries) {
      if (isKept(number, entry)) continue;
      this.#entries.delete(number);
      this.#numbers.delete(entry.message.id);
      if (entry.message.clientId) this.#numbers.delete(entry.message.clientId);
      this.#quotes.remove(entry.message);
    }
  }

  /**
   * Forget the messages before a number, and the quotes of them: the viewer cleared them.
   * @param {number} first
   */
  clearBefore(first) {
    this.keepOnly((number) => number >= first);
    for (const number of this.#quotes.before(first)) {
      const entry = this.#entries.get(number);
      if (!entry) continue;
      this.#quotes.remove(entry.message);
      change(entry, { ...entry.message, replyTo: null });
    }
  }

  /**
   * Show a message otherwise than the server has it, until what this answers is called.
   * @param {number} number
   * @param {Preview} preview
   */
  preview(number, preview) {
    const previews = this.#previews.get(number) ?? new Set();
    const renew = () => {
      const entry = this.#entries.get(number);
      if (entry) entry.row = null;
    };
    this.#previews.set(number, previews.add(preview));
    renew();
    return () => {
      previews.delete(preview);
      if (!previews.size && this.#previews.get(number) === previews) this.#previews.delete(number);
      renew();
    };
  }

  /** @param {Limits | null} limits */
  setLimits(limits) {
    this.#limits = limits;
    for (const entry of this.#entries.values()) entry.row = null;
  }

  /**
   * Whether the messages say otherwise of one of these people than that the viewer blocked them.
   * @param {(User | null)[]} users
   */
  contradict(users) {
    return users.some(
      (user) => user && (this.#blocked.get(user.id) ?? user.blocked) !== user.blocked,
    );
  }

  /**
   * A message as it is shown now: an entry with a row.
   * @param {number} number
   * @param {number} now
   */
  shown(number, now) {
    const entry = this.#entries.get(number);
    if (entry && (!entry.row || entry.expires <= now)) this.#show(entry, now);
    return entry;
  }

  /** @param {number} number */
  numbersAfter(number) {
    return [...this.#entries.keys()].filter((each) => each > number).sort((a, b) => a - b);
  }

  /** @param {Message} message @param {string | null} cursor */
  #add(message, cursor) {
    const order = ++this.#order;
    const [at, cameAt] = [this.#now(), performance.now()];
    return this.#keep({ message, cursor, at, cameAt, order, row: null, expires: Infinity });
  }

  /** @param {Entry} entry */
  #keep(entry) {
    const { id, clientId, number, sender } = entry.message;
    this.#entries.set(number, entry);
    this.#numbers.set(id, number);
    if (clientId) this.#numbers.set(clientId, number);
    if (sender) this.#blocked.set(sender.id, sender.blocked);
    this.#quotes.add(entry.message);
    return entry;
  }

  /**
   * @param {Message} message
   * @param {Message | undefined} known
   */
  #merged(message, known) {
    const merged = keepAddresses(message, known, this.#now());
    const { replyTo } = merged;
    if (!replyTo) return merged;
    const original = this.#entries.get(replyTo.number)?.message;
    const newest = newestOf(replyTo, [known?.replyTo, original && quoted(original)]);
    return newest === replyTo ? merged : { ...merged, replyTo: newest };
  }

  /**
   * @param {Entry} entry
   * @param {number} now
   */
  #show(entry, now) {
    let message = entry.message;
    for (const preview of this.#previews.get(message.number) ?? []) message = preview(message);
    const ends = message.viewerCan.map((can) => this.#endOf(can, entry));
    const viewerCan = message.viewerCan.filter((_, index) => ends[index] > now);
    entry.expires = Math.min(Infinity, ...ends.filter((end) => end > now));
    if (viewerCan.length < message.viewerCan.length) message = { ...message, viewerCan };
    entry.row = { key: message.clientId ?? message.id, message, unsent: null };
  }

  /** Until when the viewer can do this. @param {MessageCapability} can @param {Entry} entry */
  #endOf(can, { message, at }) {
    const { editSeconds = null, retractSeconds = null } = this.#limits ?? {};
    const seconds = can === "EDIT" ? editSeconds : can === "RETRACT" ? retractSeconds : null;
    if (seconds === null) return Infinity;
    const end = Date.parse(message.sentAt) + seconds * 1_000;
    // If the server still offered it then, this clock is wrong, and the server says when it ends.
    return end > at ? end : Infinity;
  }
}

/**
 * @param {Entry} entry
 * @param {Message} message
 */
function change(entry, message) {
  entry.message = message;
  entry.row = null;
}

/**
 * Whether nothing tells which of two copies is newer: what the viewer saved, and what they may do, has no
 * revision.
 * @param {Message} one
 * @param {Message} other
 */
function isUnclear(one, other) {
  return one.revision === other.revision && unlessSame(one, other) !== one;
}
