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
  #isClosed = false;
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

  /** Follow the server no more, whoever listens. The store keeps its value. */
  close() {
    this.#isClosed = true;
    this.#stop();
  }

  #begin() {
    clearTimeout(this.#timer);
    if (this.#end || this.#isClosed) return;
    this.begun();
    this.#end = this.#follow();
  }

  #linger() {
    if (!this.#isClosed) this.#timer = setTimeout(() => this.#stop(), LINGER);
  }

  #stop() {
    clearTimeout(this.#timer);
    const end = this.#end;
    this.#end = undefined;
    end?.();
    this.ended();
  }
}
