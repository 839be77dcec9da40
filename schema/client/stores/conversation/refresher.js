/** Asks for what changes do not bring: messages that may be otherwise, and what the viewer may do. */

/** @import {Head} from "./head.js" */
/** @import {Questions} from "./questions.js" */
/** @import {Thread} from "./thread.js" */

/** How long changes are waited for that want the same answer. */
const WAIT = 200;

/**
 * @typedef {object} Refreshed
 * @property {Questions} questions
 * @property {Head} head
 * @property {Thread} thread
 * @property {() => void} changed is called after an answer.
 * @property {() => void} missing is called when the conversation is not there any more.
 * @property {() => void} failed is called when there is no answer, and what is shown may be too old.
 */

export class Refresher {
  #refreshed;
  /** @type {Set<number>} The numbers of messages whose copies may be too old. */
  #stale = new Set();
  #isAsking = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #headTimer;

  /** @param {Refreshed} refreshed */
  constructor(refreshed) {
    this.#refreshed = refreshed;
  }

  stop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#headTimer);
    this.#timer = this.#headTimer = undefined;
    this.#stale.clear();
  }

  /** Ask, soon, for a message that may have more replies, or be otherwise. @param {number} number */
  stale(number) {
    this.#stale.add(number);
    this.#plan();
  }

  /** Ask, soon, what the viewer may do in the conversation, and who the others are. */
  head() {
    this.#headTimer ??= setTimeout(() => {
      this.#headTimer = undefined;
      this.#askHead().catch(this.#refreshed.failed);
    }, WAIT);
  }

  /** @param {string} id */
  async message(id) {
    const { questions, thread, changed } = this.#refreshed;
    const askedAt = performance.now();
    const message = await questions.message(id);
    // All may have been forgotten meanwhile.
    if (!message || !thread.window.messages.find(id)) return;
    thread.window.offer(message, askedAt);
    changed();
  }

  #plan() {
    if (this.#isAsking || !this.#stale.size) return;
    this.#timer ??= setTimeout(() => this.#askStale(), WAIT);
  }

  /** One question after the other: changes that come meanwhile are asked for together. */
  async #askStale() {
    this.#timer = undefined;
    this.#isAsking = true;
    const { messages } = this.#refreshed.thread.window;
    const ids = [...this.#stale].flatMap((number) => messages.get(number)?.message.id ?? []);
    this.#stale.clear();
    const asked = await Promise.allSettled(ids.map((id) => this.message(id)));
    if (asked.some(({ status }) => status === "rejected")) this.#refreshed.failed();
    this.#isAsking = false;
    this.#plan();
  }

  async #askHead() {
    const { questions, head, changed, missing } = this.#refreshed;
    const answer = head.asked();
    const { era } = head;
    const conversation = await questions.head();
    // If all was asked for meanwhile, that is newer.
    if (era !== head.era) return;
    if (!conversation) return missing();
    answer(conversation);
    changed();
  }
}
