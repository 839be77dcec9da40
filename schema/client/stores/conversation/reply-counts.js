/** Asks anew how many replies a message has, once for several changes. */

/** @import {Message} from "../../types.js" */

const WAIT = 300;

export class ReplyCounts {
  /** @type {Set<number>} The numbers of messages whose count may be too old. */
  #stale = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #isAsking = false;
  #ask;
  #idOf;

  /**
   * @param {(id: string) => Promise<void>} ask asks for a message.
   * @param {(number: number) => string | undefined} idOf the id of a message; undefined if it is not
   *   loaded any more.
   */
  constructor(ask, idOf) {
    this.#ask = ask;
    this.#idOf = idOf;
  }

  /** @param {number} number */
  stale(number) {
    this.#stale.add(number);
    this.#plan();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stale.clear();
  }

  #plan() {
    if (this.#isAsking || !this.#stale.size) return;
    this.#timer ??= setTimeout(() => this.#run(), WAIT);
  }

  async #run() {
    this.#timer = undefined;
    this.#isAsking = true;
    const numbers = [...this.#stale];
    this.#stale.clear();
    try {
      await Promise.all(
        numbers.map(async (number) => {
          const id = this.#idOf(number);
          if (id) await this.#ask(id);
        }),
      );
    } catch {
      // The next change asks again.
    } finally {
      this.#isAsking = false;
      this.#plan();
    }
  }
}
