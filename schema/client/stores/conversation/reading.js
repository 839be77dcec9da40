/** Tells the server how far the viewer has read: soon, and not at each row that is shown. */

import { waitAfter } from "../../connection/waits.js";
import { Refusal } from "../../errors.js";
import { isRetryable } from "../asking.js";

const WAIT = 500;

/**
 * @typedef {object} Reader
 * @property {(number: number) => Promise<unknown>} markRead
 * @property {() => number} readUpTo the last number that the server knows as read.
 * @property {() => boolean} isMarkedUnread whether the viewer marked the conversation as unread.
 */

export class Reading {
  #reader;
  /** The greatest number that was shown. */
  #shown = 0;
  /** Up to where the server was told, or would not listen. */
  #told = 0;
  #failures = 0;
  /** Whether a mark as unread has ended since the thread was opened. One that is set later stays. */
  #hasEndedMark = false;
  #isTelling = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Reader} reader */
  constructor(reader) {
    this.#reader = reader;
  }

  start() {
    this.#hasEndedMark = false;
    globalThis.document?.addEventListener("visibilitychange", this.#plan);
  }

  stop() {
    globalThis.document?.removeEventListener("visibilitychange", this.#plan);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#shown = 0;
  }

  /** Forget what was read: somebody else reads now. */
  reset() {
    this.#shown = this.#told = 0;
  }

  /** @param {number} number */
  shown(number) {
    this.#shown = Math.max(this.#shown, number);
    this.#plan();
  }

  #plan = () => this.#tellIn(WAIT);

  /** @param {number} wait */
  #tellIn(wait) {
    if (this.#isTelling || !this.#isNews()) return;
    this.#timer ??= setTimeout(() => this.#tell(), wait);
  }

  #isNews() {
    const known = Math.max(this.#told, this.#reader.readUpTo());
    if (this.#shown > known) return true;
    const endsMark = this.#shown > 0 && this.#shown === known && this.#reader.isMarkedUnread();
    return endsMark && !this.#hasEndedMark;
  }

  async #tell() {
    this.#timer = undefined;
    // A page that comes to the front again tells it then.
    if (globalThis.document?.visibilityState === "hidden" || !this.#isNews()) return;
    this.#isTelling = true;
    const number = this.#shown;
    let wait = WAIT;
    try {
      await this.#reader.markRead(number);
      this.#failures = 0;
      this.#told = number;
      this.#hasEndedMark = true;
    } catch (error) {
      if (error instanceof Refusal) this.#told = number;
      // Such as that the viewer is signed out. The next row that is shown tells it again.
      else if (!isRetryable(error)) return;
      else wait = waitAfter(this.#failures++, error.retryAfter);
    } finally {
      this.#isTelling = false;
    }
    this.#tellIn(wait);
  }
}
