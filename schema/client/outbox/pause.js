/** Waits before the next attempt: longer and longer, and at least as long as the server says. */

import { waitAfter } from "../connection/waits.js";

export class Pause {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #until = 0;
  #failures = 0;
  #isHeld = false;
  #isDemanded = false;
  #onEnd;

  /** @param {() => void} onEnd is called when a pause is over. */
  constructor(onEnd) {
    this.#onEnd = onEnd;
  }

  get isOn() {
    return this.#isHeld || this.#timer !== undefined;
  }

  /**
   * @param {number} [retryAfter] after how many seconds the server wants to be asked again.
   */
  begin(retryAfter) {
    // What fails at the same time is one failure.
    if (this.#timer === undefined) this.#failures += 1;
    const wait = waitAfter(this.#failures - 1, retryAfter);
    this.#isDemanded ||= retryAfter !== undefined;
    const until = performance.now() + wait;
    if (until <= this.#until) return;
    this.#until = until;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), wait);
  }

  /** Wait until `release`, however long that is. */
  hold() {
    this.#isHeld = true;
  }

  release() {
    this.#isHeld = false;
  }

  /** End the pause, unless the server asked for it. */
  hurry() {
    if (!this.#isDemanded) this.#end();
  }

  /** The server answered: begin with short pauses again. */
  reset() {
    this.#failures = 0;
  }

  close() {
    clearTimeout(this.#timer);
  }

  #end() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#until = 0;
    this.#isDemanded = false;
    this.#onEnd();
  }
}
