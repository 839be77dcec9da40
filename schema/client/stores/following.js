/** Asks for a state and then follows its changes, without a gap between the two. */

import { waitAfter } from "../connection/waits.js";
import { askUntilAnswered } from "./asking.js";

/** @import {TalkError} from "../errors.js" */
/** @import {Connection} from "../types.js" */

/** Ends of a stream after which the state is asked for anew. Others are failures. */
const ANEW = ["RESYNC_REQUIRED", "NOT_A_PARTICIPANT", "NOT_FOUND", "INVALID_CURSOR"];

/**
 * @typedef {object} Followed
 * @property {(signal: AbortSignal) => Promise<boolean>} open asks for the state, and answers whether
 *   there are changes to follow.
 * @property {string} document the subscription.
 * @property {() => object} variables its variables now.
 * @property {(data: any) => void} next takes a change.
 * @property {() => void} [lost] is called when the stream ended, and the state is about to be asked for
 *   anew.
 * @property {(error: TalkError, isOver: boolean) => void} failed is called when the state has no answer.
 *   `isOver`: neither it nor the stream is tried again.
 */

export class Following {
  #connection;
  #followed;
  /** @type {AbortController | null} */
  #run = null;
  #unsubscribe = () => {};
  /** @type {(() => void)[]} Those who wait for the state. */
  #waiting = [];
  /** How often the stream ended since it brought something. */
  #ends = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Connection} connection
   * @param {Followed} followed
   */
  constructor(connection, followed) {
    this.#connection = connection;
    this.#followed = followed;
  }

  /** Ask for the state, and follow it. If that is done already, it begins anew. */
  start() {
    this.#halt();
    const run = new AbortController();
    this.#run = run;
    void this.#follow(run.signal);
  }

  /** Ask for the state anew, if it is followed at all. */
  again() {
    if (this.#run) this.start();
  }

  /** Ask for the state anew when the connection is back: a part of it could not be had. */
  againWhenBack() {
    const signal = this.#run?.signal;
    if (!signal) return;
    const forget = this.#connection.whenBack(() => {
      forget();
      if (!signal.aborted) this.again();
    });
    signal.addEventListener("abort", forget);
  }

  stop() {
    this.#halt();
    this.#letGo();
  }

  /** Wait until the state is there, or is not asked for any more. */
  opened() {
    // Whoever begins to follow it in a moment waits, too.
    queueMicrotask(() => this.#run ?? this.#letGo());
    return new Promise((/** @type {(value: void) => void} */ go) => this.#waiting.push(go));
  }

  #halt() {
    clearTimeout(this.#timer);
    this.#run?.abort();
    this.#run = null;
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = () => {};
    unsubscribe();
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    const { open, document, variables, next, failed } = this.#followed;
    const ask = () => open(signal);
    const delayed = (/** @type {TalkError} */ error) => failed(error, false);
    try {
      const hasChanges = await askUntilAnswered(this.#connection, ask, signal, delayed);
      if (signal.aborted) return;
      this.#letGo();
      if (!hasChanges) return;
    } catch (error) {
      if (!signal.aborted) this.#fail(/** @type {TalkError} */ (error));
      return;
    }
    this.#unsubscribe = this.#connection.subscribe(document, variables, {
      next: (data) => {
        if (signal.aborted) return;
        this.#ends = 0;
        next(data);
      },
      end: (error) => {
        if (!signal.aborted) this.#ended(error);
      },
    });
  }

  /** @param {TalkError | null} error */
  #ended(error) {
    this.#unsubscribe = () => {};
    if (error && !ANEW.includes(error.code)) {
      this.#fail(error);
      return;
    }
    this.#followed.lost?.();
    // At once, but not in circles.
    const wait = this.#ends ? waitAfter(this.#ends) : 0;
    this.#ends += 1;
    this.#timer = setTimeout(() => this.again(), wait);
  }

  /**
   * Nothing is tried again, until the connection is back: somebody may have signed in.
   * @param {TalkError} error
   */
  #fail(error) {
    this.#followed.failed(error, true);
    this.#letGo();
    this.againWhenBack();
  }

  #letGo() {
    for (const go of this.#waiting.splice(0)) go();
  }
}
