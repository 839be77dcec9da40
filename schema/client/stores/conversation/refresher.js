/** Asks for what changes do not bring: the counts of replies, and what the viewer may do. */

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
  /** @type {Set<number>} The numbers of messages whose count of replies may be too old. */
  #stale = new Set();
  #isAskingReplies = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #repliesTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #headTimer;

  /** @param {Refreshed} refreshed */
  constructor(refreshed) {
    this.#refreshed = refreshed;
  }

  stop() {
    clearTimeout(this.#repliesTimer);
    clearTimeout(this.#headTimer);
    this.#repliesTimer = this.#headTimer = undefined;
    this.#stale.clear();
  }

  /** Ask, soon, how many replies a message has. @param {number} number */
  replies(number) {
    this.#stale.add(number);
    this.#planReplies();
  }

  /** Ask, soon, what the viewer may do in the conversation, and who the others are. */
  head() {
    this.#headTimer ??= setTimeout(() => {
      this.#headTimer = undefined;
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

  #planReplies() {
    if (this.#isAskingReplies || !this.#stale.size) return;
    this.#repliesTimer ??= setTimeout(() => this.#askReplies(), WAIT);
  }

  /** One question after the other: changes that come meanwhile are asked for together. */
  async #askReplies() {
    this.#repliesTimer = undefined;
    this.#isAskingReplies = true;
    const { messages } = this.#refreshed.thread.window;
    const ids = [...this.#stale].flatMap((number) => messages.get(number)?.message.id ?? []);
    this.#stale.clear();
    // After a failure, the next change asks again.
    await Promise.allSettled(ids.map((id) => this.message(id)));
    this.#isAskingReplies = false;
    this.#planReplies();
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
