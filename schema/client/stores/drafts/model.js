/**
 * The draft of one conversation: what is written here, and what the server has. It asks for nothing by
 * itself.
 *
 * The rules by which nothing is lost, and no draft comes back that has become a message:
 * - What is written here is based on a version of the server's draft. A later version replaces it if
 *   nothing was written since, and is a conflict otherwise, until somebody resolves it.
 * - A later version without words replaces nothing: the draft was sent or discarded elsewhere, and
 *   what was written here meanwhile is new. It is a conflict if these words may be those that were sent.
 * - What was given to the server without an answer may come back as a later version. It is known by its
 *   words: as one's own, or as what has become a message meanwhile (`spent`).
 */

import { unlessSame } from "../same.js";

/** @import {Named, StoredDraft, Written} from "../../types.js" */

/** @typedef {{body: string, replyTo: number | null}} Content */
/** @typedef {Content & {version: number}} Version of the server; -1 before it is known. */

/** @type {Written} */
const NOTHING = { body: "", replyTo: null, mentions: [] };

export class DraftModel {
  /** @type {Written} */
  written = NOTHING;
  /** What the server had when this was last the same as there. @type {Version} */
  base = { ...contentOf(NOTHING), version: -1 };
  /** A later version of the server that is not taken yet. @type {Version | null} */
  theirs = null;
  /** What was given to the server after the base, without an answer so far. @type {Content[]} */
  #asked = [];
  /** Those of them that have become a message. @type {Content[]} */
  #spent = [];

  /** Whether it is known which version the server has. */
  get isKnown() {
    return this.base.version >= 0;
  }

  /** Whether something was written that the server does not have. */
  get isChanged() {
    return !isSame(this.written, this.base);
  }

  /** Whether what is here differs from the server's in any way. */
  get isSettled() {
    return !this.isChanged && this.theirs === null;
  }

  /** Whether what has become a message may come back as a draft: a save had no answer. */
  get mayReturn() {
    return this.#spent.length > 0;
  }

  /** The version that a message ends which this draft becomes now; null if there is nothing to end. */
  get ends() {
    const isThere = !isEmpty(this.base) || this.#asked.length > 0;
    return isThere && this.isKnown && this.theirs === null ? this.base.version : null;
  }

  /** Whether this is what is written. @param {Content} content */
  has(content) {
    return isSame(this.written, content);
  }

  /** @param {Written} written */
  write(written) {
    this.written = unlessSame(this.written, written);
  }

  /** What is given to the server now. */
  ask() {
    const content = contentOf(this.written);
    // A refusal says nothing of an earlier request for the same, which had no answer.
    if (!this.#asked.some((each) => isSame(each, content))) this.#asked.push(content);
    return content;
  }

  /** The server does not take what was given to it. @param {Content} content */
  refused(content) {
    this.#asked = this.#asked.filter((each) => each !== content);
    this.#spent = this.#spent.filter((each) => each !== content);
  }

  /**
   * The server has taken what was given to it.
   * @param {Content} content
   * @param {number} version
   */
  saved(content, version) {
    if (version >= this.base.version) this.#onto({ ...content, version });
  }

  /** The draft becomes a message. What another device wrote stays, as the next draft. */
  end() {
    this.#spent = [...this.#asked];
    this.written = NOTHING;
    if (this.theirs) this.#take(this.theirs);
  }

  /** @param {Version} version that the server has, or had. */
  receive(version) {
    if (version.version <= Math.max(this.base.version, this.theirs?.version ?? -1)) return;
    const isOwn = [...this.#asked, ...this.#spent].some((each) => isSame(each, version));
    if (isOwn || isSame(version, this.written)) this.#onto(version);
    else if (this.isSettled) this.#take(version);
    else if (isEmpty(version) && !this.#mayBeOver(version)) this.#onto(version);
    else this.theirs = version;
  }

  /** @param {"mine" | "theirs" | "both"} which what stays of both. */
  resolve(which) {
    const { theirs, written } = this;
    if (!theirs) return;
    if (which === "theirs") return this.#take(theirs);
    this.#onto(theirs);
    if (which === "mine") return;
    this.written = joined(written, theirs);
  }

  /** @returns {Omit<StoredDraft, "key" | "tab" | "conversationId">} */
  toStored() {
    const { written, base, theirs } = this;
    return { written, base, theirs, asked: [...this.#asked], spent: [...this.#spent] };
  }

  /** Go on with what was kept. What was written meanwhile comes after it. @param {StoredDraft} stored */
  restore({ written, base, theirs, asked, spent }) {
    const known = this.theirs ?? this.base;
    const isTyped = this.isChanged || this.written.replyTo !== this.base.replyTo;
    this.written = isTyped ? joined(written, this.written) : written;
    Object.assign(this, { base, theirs });
    this.#asked = asked;
    this.#spent = spent;
    this.receive(known);
  }

  /**
   * Whether a later version without words may be the end of the very words that are written here. Then
   * the server took them without an answer, which made a version of its own, and they were sent elsewhere.
   * @param {Version} later
   */
  #mayBeOver(later) {
    const wasAsked = this.#asked.some((each) => this.has(each));
    return wasAsked && later.version > this.base.version + 1;
  }

  /** @param {Version} version */
  #take(version) {
    this.#onto(version);
    this.written = { ...contentOf(version), mentions: [] };
  }

  /** What is written here is later than this version. @param {Version} version */
  #onto({ body, replyTo, version }) {
    this.base = { body, replyTo, version };
    if (this.theirs && this.theirs.version <= version) this.theirs = null;
    this.#asked = [];
    this.#spent = [];
  }
}

/**
 * Both, one after the other.
 * @param {Written} first
 * @param {Content & {mentions?: Named[]}} second
 * @returns {Written}
 */
function joined(first, { body, replyTo, mentions = [] }) {
  const bodies = [first.body.trimEnd(), body].filter((each) => each.trim());
  return {
    body: bodies.join("\n\n"),
    replyTo: first.replyTo ?? replyTo,
    mentions: [...first.mentions, ...mentions],
  };
}

/** @param {Content} content */
export function contentOf({ body, replyTo }) {
  return { body, replyTo };
}

/** @param {Content} content */
function isEmpty({ body }) {
  return body.trim() === "";
}

/**
 * Whether two say the same. The server keeps no draft without words, whatever it is a reply to.
 * @param {Content} one
 * @param {Content} other
 */
function isSame(one, other) {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
  return one.body === other.body && one.replyTo === other.replyTo;
}
