/** Who is present and who types in the conversations whose rows are on the screen. */

import { typingOf } from "./sentences.js";

/** @import {TalkElement} from "./base.js" */
/** @import {InboxRow, Named, Talk} from "../types.js" */

/** After how many milliseconds of rest the server is asked. */
const REST = 300;

export class Signs {
  /** @type {ReadonlySet<string>} */
  #present = new Set();
  /** @type {ReadonlyMap<string, readonly Named[]>} */
  #typing = new Map();
  #watched = "";
  #end = () => {};

  /**
   * @param {TalkElement} element
   * @param {Talk} talk
   * @param {() => void} changed is called when a row may look different.
   */
  constructor(element, talk, changed) {
    this.element = element;
    this.talk = talk;
    this.changed = changed;
  }

  /** Whether the other person of a private conversation is present. @param {InboxRow} row */
  isOnline({ conversation: { kind, others } }) {
    return kind === "PRIVATE" && others.some(({ id }) => this.#present.has(id));
  }

  /** Who types in the conversation of a row, in words. @param {InboxRow} row */
  typingIn({ conversation }) {
    return typingOf(this.#typing.get(conversation.id) ?? [], this.element.language);
  }

  /** Follow these rows instead of those before. @param {InboxRow[]} rows */
  watch(rows) {
    const ids = rows.map(({ conversation }) => conversation.id);
    const wanted = [...ids].sort().join(" ");
    if (wanted === this.#watched) return;
    this.#watched = wanted;
    const people = rows
      .filter(({ conversation }) => conversation.kind === "PRIVATE")
      .flatMap(({ conversation }) => conversation.others.map(({ id }) => id));
    this.#end();
    const timer = setTimeout(() => this.#follow(ids, people), REST);
    this.#end = this.element.until(() => clearTimeout(timer));
  }

  /**
   * @param {string[]} ids
   * @param {string[]} people
   */
  #follow(ids, people) {
    const { element, talk } = this;
    this.#end();
    const ends = [
      ids.length && element.follow(talk.typingIn(ids), (typing) => this.#set({ typing })),
      people.length && element.follow(talk.presence(people), (present) => this.#set({ present })),
    ];
    this.#end = () => ends.forEach((end) => end && end());
  }

  /** @param {{typing?: ReadonlyMap<string, readonly Named[]>, present?: ReadonlySet<string>}} news */
  #set({ typing = this.#typing, present = this.#present }) {
    this.#typing = typing;
    this.#present = present;
    this.changed();
  }
}
