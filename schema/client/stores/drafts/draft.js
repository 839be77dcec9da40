/** The draft of one conversation: kept here at once, and saved on the server every few seconds. */

import { askUntilAnswered } from "../asking.js";
import { Lingering } from "../lingering.js";
import { unlessSame } from "../same.js";
import { DraftModel, contentOf } from "./model.js";
import { Saving } from "./saving.js";

/** @import {Connection, DraftSnapshot, Outbox, StoredDraft, Written} from "../../types.js" */
/** @import {Verbs} from "../../verbs.js" */
/** @import {Documents} from "../../documents.js" */
/** @import {InboxFeed} from "../inbox.js" */

/**
 * @typedef {object} Surroundings
 * @property {Connection} connection
 * @property {Documents} documents
 * @property {Pick<Verbs, "saveDraft">} verbs
 * @property {Outbox} outbox
 * @property {InboxFeed} feed
 */
/** @typedef {ReturnType<DraftModel["toStored"]> | null} Kept null: there is nothing to keep. */
/**
 * @typedef {object} Keeper
 * @property {(kept: Kept) => void} keep keeps what is written in the browser.
 * @property {() => void} settled is called when something was saved.
 */

/** @type {DraftSnapshot} */
export const EMPTY_DRAFT = {
  state: "loading",
  body: "",
  replyTo: null,
  mentions: [],
  isSaved: true,
  conflict: null,
  error: null,
};

/** @extends {Lingering<DraftSnapshot>} */
export class DraftStore extends Lingering {
  #surroundings;
  #keep;
  #saving;
  #model = new DraftModel();
  /** What the browser keeps now. @type {Kept} */
  #kept = null;
  /** Whether it is known what was kept. */
  isReady = false;
  #life = new AbortController();

  /**
   * @param {string} id the conversation's.
   * @param {Surroundings} surroundings
   * @param {Keeper} keeper
   */
  constructor(id, surroundings, { keep, settled }) {
    super(EMPTY_DRAFT, () => this.#follow());
    this.id = id;
    this.#surroundings = surroundings;
    this.#keep = keep;
    const saved = {
      id,
      model: () => (this.isReady ? this.#model : null),
      look: () => this.#look(),
      changed: () => this.#changed(),
      settled,
    };
    this.#saving = new Saving(saved, surroundings);
  }

  /** Whether nothing here is to be given to the server any more. */
  get isSettled() {
    const { isSettled, mayReturn } = this.#model;
    return isSettled && !mayReturn && !this.#saving.isSaving;
  }

  /** Whether something was written here that the server does not have. */
  get isChanged() {
    return !this.#model.isSettled;
  }

  /** @param {{body: string, replyTo?: number | null, mentions?: Written["mentions"]}} written */
  write = ({ body, replyTo = null, mentions = [] }) => {
    this.#model.write({ body, replyTo, mentions: mentions.map(({ id, name }) => ({ id, name })) });
    this.#saving.error = null;
    this.#changed();
    this.#saving.soon();
  };

  flush = () => this.#saving.now();

  discard = () => {
    this.write({ body: "" });
    this.flush();
  };

  /** @param {"mine" | "theirs" | "both"} which */
  resolve = (which) => {
    this.#model.resolve(which);
    this.#changed();
    this.flush();
  };

  /**
   * The draft becomes a message.
   * @template T
   * @param {(draft: number | null) => Promise<T>} send is given the version that the message ends.
   */
  async become(send) {
    const { written, ends } = this.#model;
    const sending = send(ends);
    this.#model.end();
    this.#changed();
    try {
      return await sending;
    } catch (error) {
      // What could not be kept as a message stays a draft, unless there is another one by now.
      if (this.getSnapshot().body === "") this.write(written);
      throw error;
    } finally {
      this.#saving.soon();
    }
  }

  /** The connection is back. */
  back() {
    this.flush();
    if (!this.#model.isKnown) this.#begin();
  }

  /** Something has changed that may have been in the way of saving. */
  later() {
    this.#saving.soon();
  }

  /** What was kept is known now. @param {StoredDraft | null} stored */
  begin(stored) {
    if (stored) this.#model.restore(stored);
    this.isReady = true;
    // What was written before has not been kept.
    this.#kept = null;
    this.#changed();
    this.#saving.soon();
    this.#begin();
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.#model = new DraftModel();
    this.#kept = null;
    this.isReady = false;
    this.#saving.error = null;
    this.#publish();
  }

  close() {
    this.#life.abort();
    this.#saving.close();
    super.close();
  }

  #follow() {
    const { feed } = this.#surroundings;
    const end = feed.follow(
      ({ conversation, status, draft, draftVersion }) => {
        if (conversation.id !== this.id) return;
        if (status === "ACTIVE") this.#saving.allowed();
        this.#receive(draft, draftVersion);
      },
      () => this.#begin(),
    );
    const leave = () => {
      if (globalThis.document?.visibilityState === "hidden") this.flush();
    };
    globalThis.document?.addEventListener("visibilitychange", leave);
    this.#begin(true);
    return () => {
      globalThis.document?.removeEventListener("visibilitychange", leave);
      end();
      this.flush();
    };
  }

  /** Ask which draft there is, once the stream tells of later ones. */
  #begin(isFollowing = this.isFollowing) {
    const isWanted = this.isReady && (isFollowing || !this.isSettled);
    if (isWanted && this.#surroundings.feed.hasBegun) this.#look().catch(() => {});
  }

  /** Ask which draft the server has, until there is an answer. */
  async #look() {
    const { connection, documents } = this.#surroundings;
    const { signal } = this.#life;
    const model = this.#model;
    const ask = () => connection.query(documents.draft, { id: this.id }, { signal });
    const { conversation } = await askUntilAnswered(connection, ask, signal);
    const place = conversation?.viewerParticipation;
    if (place && model === this.#model) this.#receive(place.draft, place.draftVersion);
  }

  /**
   * @param {{body: string, replyTo: number | null} | null} draft
   * @param {number} version
   */
  #receive(draft, version) {
    const { body, replyTo } = draft ?? { body: "", replyTo: null };
    this.#model.receive({ body, replyTo, version });
    this.#changed();
    this.#saving.soon();
  }

  #changed() {
    const { isSettled, mayReturn, written } = this.#model;
    const isEmpty = isSettled && !mayReturn && !written.body && written.replyTo === null;
    const kept = unlessSame(this.#kept, isEmpty ? null : this.#model.toStored());
    if (kept !== this.#kept) this.#keep(kept);
    this.#kept = kept;
    this.#publish();
  }

  #publish() {
    const { written, theirs, isSettled } = this.#model;
    const { error } = this.#saving;
    const before = this.getSnapshot();
    /** @type {DraftSnapshot} */
    const now = {
      state: this.isReady ? "ready" : "loading",
      ...written,
      isSaved: isSettled,
      conflict: unlessSame(before.conflict, theirs && contentOf(theirs)),
      error,
    };
    if (JSON.stringify(now) !== JSON.stringify(before) || error !== before.error) this.set(now);
  }
}
