/** Tells the server how far the viewer has read: soon, and not at each row that is shown. */

import { waitAfter } from "../../connection/waits.js";
import { Refusal } from "../../errors.js";
import { isRetryable } from "../asking.js";

/** @import {Surroundings} from "../conversation.js" */
/** @import {Model} from "./model.js" */

const WAIT = 500;

/**
 * @typedef {object} Reader
 * @property {(number: number) => Promise<unknown>} markRead
 * @property {() => number} readUpTo the last number that the server knows as read.
 * @property {() => Mark | null | undefined} mark what the viewer marked as unread; undefined until that
 *   is known.
 */
/**
 * @typedef {object} Mark
 * @property {string} at when it was set.
 * @property {number} from which message ends it, or a part of it, when it is shown.
 */

export class Reading {
  #reader;
  /** The greatest number that was shown. */
  #shown = 0;
  /** Up to where the server was told, or would not listen. */
  #told = 0;
  #failures = 0;
  /**
   * When the mark was set that was there as the thread was opened. One that is set later stays.
   * @type {string | null | undefined}
   */
  #marked = undefined;
  /** Up to where the server was told again, since the thread was opened. */
  #toldAgain = 0;
  #isTelling = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Reader} reader */
  constructor(reader) {
    this.#reader = reader;
  }

  start() {
    this.#marked = undefined;
    this.#toldAgain = 0;
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
    this.#shown = this.#told = this.#toldAgain = 0;
    this.#marked = undefined;
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
    const mark = this.#reader.mark();
    if (mark !== undefined && this.#marked === undefined) this.#marked = mark?.at ?? null;
    if (!mark || mark.at !== this.#marked) return false;
    return this.#shown >= mark.from && this.#shown > this.#toldAgain;
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
      this.#told = this.#toldAgain = number;
    } catch (error) {
      if (error instanceof Refusal) this.#told = this.#toldAgain = number;
      // Such as that the viewer is signed out. The next row that is shown tells it again.
      else if (!isRetryable(error)) return;
      else wait = waitAfter(this.#failures++, error.retryAfter);
    } finally {
      this.#isTelling = false;
    }
    this.#tellIn(wait);
  }
}

/**
 * @param {Model} model
 * @param {Pick<Surroundings, "verbs" | "readsPrivately">} surroundings
 * @returns {Reader}
 */
export function readerOf(model, { verbs, readsPrivately }) {
  const { id } = model;
  const placeOf = () => model.head.value?.viewerParticipation;
  return {
    markRead: (number) =>
      verbs.markRead({ conversationId: id, number, privately: readsPrivately(id) }),
    readUpTo() {
      const place = placeOf();
      return place?.status === "ACTIVE" ? (place.lastReadNumber ?? 0) : Infinity;
    },
    mark() {
      const place = placeOf();
      if (!place || !model.isOpened) return undefined;
      const { markedUnreadAt, firstUnreadNumber, lastReadNumber } = place;
      if (markedUnreadAt === null) return null;
      const from = Math.min(firstUnreadNumber ?? Infinity, Math.max(lastReadNumber ?? 0, 1));
      return { at: markedUnreadAt, from };
    },
  };
}
