/** A store that follows the server while somebody listens to it, and a moment longer. */

import { Writable } from "../store.js";

/** How long a store goes on after its last listener, which may be about to come back. */
const LINGER = 5_000;

/**
 * @template T
 * @extends {Writable<T>}
 */
export class Lingering extends Writable {
  #follow;
  /** @type {(() => void) | undefined} */
  #end;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Is called when the store begins, and when it has ended. */
  begun = () => {};
  ended = () => {};

  /**
   * @param {T} value the first value.
   * @param {() => (() => void)} follow begins to follow the server. What it answers ends that.
   */
  constructor(value, follow) {
    super(value, () => {
      this.#begin();
      return () => this.#linger();
    });
    this.#follow = follow;
    this.#linger();
  }

  /** Whether the store follows the server. */
  get isFollowing() {
    return this.#end !== undefined;
  }

  close() {
    clearTimeout(this.#timer);
    const end = this.#end;
    this.#end = undefined;
    end?.();
    this.ended();
  }

  #begin() {
    clearTimeout(this.#timer);
    if (this.#end) return;
    this.begun();
    this.#end = this.#follow();
  }

  #linger() {
    this.#timer = setTimeout(() => this.close(), LINGER);
  }
}
