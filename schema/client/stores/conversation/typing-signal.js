/** Tells the server that the viewer is typing, no more often than it wants to know. */

export class TypingSignal {
  #tell;
  #every;
  /** When the server was told that the viewer is typing; null if they are not. @type {number | null} */
  #toldAt = null;

  /**
   * @param {(isTyping: boolean) => void} tell
   * @param {() => number} every after how many seconds it is told again.
   */
  constructor(tell, every) {
    this.#tell = tell;
    this.#every = every;
  }

  /** @param {boolean} isTyping */
  set(isTyping) {
    if (!isTyping) {
      if (this.#toldAt !== null) this.#tell(false);
      this.#toldAt = null;
      return;
    }
    if (this.#toldAt !== null && performance.now() < this.#toldAt + this.#every() * 1_000) return;
    this.#toldAt = performance.now();
    this.#tell(true);
  }

  /** The message was sent, and the server knows by that that the viewer does not type any more. */
  sent() {
    this.#toldAt = null;
  }
}
