/** Requests about the same thing, one after the other: so they reach the server in this order. */

export class Turns {
  /** @type {Map<string, Promise<unknown>>} What was asked for last. */
  #last = new Map();

  /**
   * @template T
   * @param {string} id what it is about.
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  take(id, ask) {
    const turn = (this.#last.get(id) ?? Promise.resolve()).then(ask, ask);
    this.#last.set(id, turn);
    const forget = () => {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    };
    turn.then(forget, forget);
    return turn;
  }
}
