/** Asks for what changes do not bring: the counts of replies, and what the viewer may do. */

import { ReplyCounts } from "./reply-counts.js";

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
 */

export class Refresher {
  #refreshed;
  #counts;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Refreshed} refreshed */
  constructor(refreshed) {
    this.#refreshed = refreshed;
    this.#counts = new ReplyCounts(
      (id) => this.message(id),
      (number) => refreshed.thread.window.messages.get(number)?.message.id,
    );
  }

  stop() {
    this.#counts.stop();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** @param {number} number of a message that may have more replies, or fewer, by now. */
  replies(number) {
    this.#counts.stale(number);
  }

  /** Ask, soon, what the viewer may do in the conversation, and who the others are. */
  head() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#askHead().catch(() => {});
    }, WAIT);
  }

  /** @param {string} id */
  async message(id) {
    const { questions, thread, changed } = this.#refreshed;
    const { era } = thread;
    const message = await questions.message(id);
    // If all was asked for meanwhile, that is newer.
    if (!message || era !== thread.era) return;
    thread.window.offer(message);
    changed();
  }

  async #askHead() {
    const { questions, head, changed, missing } = this.#refreshed;
    const conversation = await questions.head();
    if (!conversation) return missing();
    head.answer(conversation);
    changed();
  }
}
