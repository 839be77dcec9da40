/** Stores: values that change, in the form that React and other libraries can follow. */

/**
 * A value that changes. `getSnapshot` answers the same object until the value changes, so it can be
 * compared by `===`. A listener is called after each change, without arguments. If it throws, the page
 * hears of the error as of any that nobody catches, and the client goes on.
 * @template T
 * @typedef {object} Store
 * @property {() => T} getSnapshot the value now.
 * @property {(listener: () => void) => () => void} subscribe calls `listener` after each change,
 *   until the function that it answers is called.
 */

/**
 * A store that its owner writes.
 * @template T
 * @implements {Store<T>}
 */
export class Writable {
  /** @type {Set<() => void>} */
  #listeners = new Set();
  #value;

  /**
   * @param {T} value the first value.
   * @param {() => (() => void)} [start] is called when the first listener comes. What it answers is
   *   called when the last one has gone.
   */
  constructor(value, start) {
    this.#value = value;
    this.start = start;
    /** @type {(() => void) | undefined} */
    this.stop = undefined;
    this.getSnapshot = this.getSnapshot.bind(this);
    this.subscribe = this.subscribe.bind(this);
  }

  getSnapshot() {
    return this.#value;
  }

  /** @param {() => void} listener */
  subscribe(listener) {
    // A function of its own: the same listener may come twice.
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.stop = this.start?.();
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size) return;
      const stop = this.stop;
      this.stop = undefined;
      stop?.();
    };
  }

  /**
   * Replace the value, and tell everybody who listens.
   * @param {T} value
   */
  set(value) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    tellAll(this.#listeners);
  }
}

/**
 * Call listeners that a page gave. One that throws keeps nothing from the others, or from the client:
 * the page hears of its error as of any that nobody catches.
 * @param {Iterable<() => void>} listeners
 */
export function tellAll(listeners) {
  for (const listener of [...listeners]) {
    try {
      listener();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
