/** Gives the server what somebody writes: every few seconds, one version after the other. */

import { waitAfter } from "../../connection/waits.js";
import { Refusal } from "../../errors.js";
import { isRetryable } from "../asking.js";

/** @import {Outbox} from "../../types.js" */
/** @import {Verbs} from "../../verbs.js" */
/** @import {Content, DraftModel} from "./model.js" */

/** At most so often, in milliseconds, the server is given what somebody types. */
export const EVERY = 2_000;

/**
 * @typedef {object} Saved
 * @property {string} id the conversation's.
 * @property {() => DraftModel | null} model null while it is not known what was kept.
 * @property {() => Promise<void>} look asks which draft the server has.
 * @property {() => void} changed is called after each change.
 * @property {() => void} settled is called when something was saved.
 */

export class Saving {
  #saved;
  #verbs;
  #outbox;
  #isHurried = false;
  #isClosed = false;
  #failures = 0;
  /** Counts how often it became known that the viewer takes part. */
  #allowances = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  isSaving = false;
  /** @type {Refusal | null} Why the server does not take what is written. */
  error = null;

  /**
   * @param {Saved} saved
   * @param {{verbs: Pick<Verbs, "saveDraft">, outbox: Outbox}} surroundings
   */
  constructor(saved, { verbs, outbox }) {
    this.#saved = saved;
    this.#verbs = verbs;
    this.#outbox = outbox;
  }

  /** Save at once, or after what is on its way. */
  now() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isHurried = true;
    if (!this.isSaving) void this.#save();
  }

  /** Save soon. @param {number} [wait] */
  soon(wait = EVERY) {
    if (this.isSaving || this.#isClosed || !this.#saved.model()?.isChanged) return;
    this.#timer ??= setTimeout(() => this.#save(), wait);
  }

  /** The viewer takes part, perhaps again. What was refused for its words stays refused. */
  allowed() {
    this.#allowances += 1;
    if (!this.error?.path.includes("body")) this.error = null;
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #save() {
    this.#timer = undefined;
    this.#isHurried = false;
    const model = this.#saved.model();
    if (!model?.isChanged || model.theirs || this.error || this.#isClosed || this.#isHeld) return;
    this.isSaving = true;
    const wait = await this.#attempt(model);
    this.isSaving = false;
    if (this.#isClosed) return;
    this.#saved.changed();
    this.#saved.settled();
    if (this.#isHurried) this.now();
    else if (wait !== null) this.soon(wait);
  }

  /**
   * Give the server what is written.
   * @param {DraftModel} model
   * @returns {Promise<number | null>} how long to wait for the next time; null if something else has to
   *   happen first.
   */
  async #attempt(model) {
    try {
      if (!model.isKnown) await this.#saved.look();
      if (!model.isKnown || model.theirs) return null;
      const content = model.ask();
      this.#saved.changed();
      await this.#give(model, content);
      this.#failures = 0;
      return EVERY;
    } catch (error) {
      // Without the hope of an answer, a connection that is back or the next key tries again.
      if (!isRetryable(error)) return null;
      return waitAfter(this.#failures++, error.retryAfter);
    }
  }

  /**
   * @param {DraftModel} model
   * @param {Content} content
   */
  async #give(model, content) {
    const input = { conversationId: this.#saved.id, ...content, base: model.base.version };
    const allowances = this.#allowances;
    try {
      const { participation } = await this.#verbs.saveDraft(input);
      model.saved(content, participation.draftVersion);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      model.refused(content);
      if (error.code === "DRAFT_CHANGED") await this.#saved.look();
      // What it replies to is not there any more. The words are.
      else if (error.path.includes("replyTo")) model.write({ ...model.written, replyTo: null });
      // What was written meanwhile may be taken.
      else if (model.has(content)) this.error = error;
      // The refusal may be older than that the viewer takes part again.
      if (allowances !== this.#allowances) this.allowed();
    }
  }

  /** Whether the message that the draft before has become is still to be sent. */
  get #isHeld() {
    return this.#outbox
      .getSnapshot()
      .some(
        ({ conversationId, draft, state }) =>
          conversationId === this.#saved.id && draft !== null && state !== "refused",
      );
  }
}
