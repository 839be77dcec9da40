/** A conversation: what it has, and what the viewer does in it. */

import { Acts } from "./conversation/acts.js";
import { forgetAddresses, renewing } from "./conversation/addresses.js";
import { EMPTY_CONVERSATION } from "./conversation/empty.js";
import { Lingering } from "./lingering.js";
import { Model } from "./conversation/model.js";
import { Reading, readerOf } from "./conversation/reading.js";
import { SeenBy } from "./conversation/seen.js";
import { TypingSignal } from "./conversation/typing-signal.js";
import { UnsentRows } from "./conversation/unsent-rows.js";
import { unlessSameItems } from "./same.js";

/** @import {Around, ConversationSnapshot, Limits, Message, Named, Outbox, Row} from "../types.js" */
/** @import {SendOptions, Store, Viewer} from "../types.js" */
/** @import {Drafts} from "./drafts/index.js" */
/** @import {Verbs} from "../verbs.js" */
/** @import {Shared} from "./conversation/questions.js" */

/**
 * @typedef {Shared & {
 *   verbs: Verbs, outbox: Outbox, drafts: Drafts, viewer: Store<Viewer | null>,
 *   limits: Store<Limits | null>, readsPrivately: (conversationId: string) => boolean,
 * }} Surroundings
 */

/** The longest time that a timer can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** @extends {Lingering<ConversationSnapshot>} */
export class ConversationStore extends Lingering {
  #model;
  #reading;
  #typing;
  #outbox;
  #drafts;
  #limits;
  #connection;
  #unsentRows;
  #acts;
  #seenBy;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #expiry;

  /**
   * @param {string} id
   * @param {Surroundings} surroundings
   */
  constructor(id, surroundings) {
    super(EMPTY_CONVERSATION, () => this.#follow());
    const { connection, verbs, outbox, drafts, limits } = surroundings;
    this.id = id;
    this.#connection = connection;
    this.#outbox = outbox;
    this.#drafts = drafts;
    this.#limits = limits;
    this.#unsentRows = new UnsentRows(id, outbox);
    this.#model = new Model(id, surroundings, () => this.#publish());
    const { messages } = this.#model.thread.window;
    this.#acts = new Acts(messages, surroundings, () => this.#publish());
    this.#reading = new Reading(readerOf(this.#model, surroundings));
    this.#seenBy = new SeenBy(this.#model, surroundings);
    this.#typing = new TypingSignal(
      (typing) => void verbs.setTyping({ conversationId: id, typing }),
      () => limits.getSnapshot()?.typingEverySeconds ?? 3,
    );
  }

  loadEarlier = () => this.#model.thread.loadEarlier();

  loadLater = () => this.#model.thread.loadLater();

  /** @param {Around} around */
  jumpTo = (around) => {
    const place = this.#model.head.value?.viewerParticipation;
    if (!("firstUnread" in around) || !place) return this.#model.thread.jumpTo(around);
    const number = place.firstUnreadNumber;
    return this.#model.thread.jumpTo(number === null ? null : { number });
  };

  jumpToNewest = () => this.#model.thread.jumpTo(null);

  loadMembers = () => this.#model.loadMembers();

  loadPins = () => this.#model.loadPins();

  loadSeen = () => this.#seenBy.load();

  /**
   * @param {string} body
   * @param {SendOptions} [options]
   */
  send = async (body, options) => {
    const send = (/** @type {number | null} */ draft) =>
      this.#outbox.send(this.id, body, { ...options, draft });
    const ended = options?.endsDraft ? this.#drafts.known(this.id) : undefined;
    const clientId = await (ended ? ended.become(send) : send(null));
    this.#typing.sent();
    this.#model.firstUnreadNumber = null;
    this.#publish();
    // What was sent is shown in any case. If the way there fails, the rows stay where they are.
    if (this.#model.thread.window.hasLater) this.jumpToNewest().catch(() => {});
    return clientId;
  };

  /**
   * @param {Row} row
   * @param {string} body
   * @param {Named[] | null} [mentions]
   * @param {string[] | null} [files] the ids of those that the message keeps.
   */
  edit = (row, body, mentions, files) => this.#acts.edit(row, body, mentions, files);

  /** @param {Row} row */
  retract = (row) => this.#acts.retract(row);

  /**
   * @param {Message} message
   * @param {string} emoji
   */
  react = (message, emoji) => this.#acts.react(message, emoji, true);

  /**
   * @param {Message} message
   * @param {string} emoji
   */
  unreact = (message, emoji) => this.#acts.react(message, emoji, false);

  /** @param {Pick<Message, "id">} message */
  refresh = ({ id }) => {
    forgetAddresses(this.#model.thread.window.messages.find(id));
    return this.#model.refresher.message(id);
  };

  /** @param {number} number */
  shown = (number) => {
    this.#model.inView = number;
    this.#reading.shown(number);
  };

  /** @param {boolean} isTyping */
  setTyping = (isTyping) => this.#typing.set(isTyping);

  /** Ask for all that is shown anew. */
  again() {
    this.#model.again();
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.#reading.reset();
    this.#model.reset();
  }

  /**
   * A mutation answered a message that the viewer sent here.
   * @param {Message} message
   */
  arrive(message) {
    this.#model.offer(message);
  }

  /**
   * A mutation answered a message, of this conversation or of another one.
   * @param {Message} message
   * @param {number} askedAt when it was asked for.
   */
  offer(message, askedAt) {
    const { thread } = this.#model;
    thread.concern(message.id);
    if (thread.window.messages.find(message.id)) this.#model.offer(message, askedAt);
  }

  /** A mutation of a message had no answer: it may be done all the same. @param {string} id */
  doubt(id) {
    const { thread } = this.#model;
    thread.concern(id);
    const known = thread.window.messages.find(id);
    if (known && this.isFollowing) this.#model.refresher.stale(known.number);
  }

  /**
   * The server refused something: the viewer may do less than is known.
   * @param {{conversationId?: string, message?: string}} input
   */
  refused({ conversationId, message }) {
    const isHere = message && this.#model.thread.window.messages.find(message);
    if (isHere) this.#model.refresher.message(message).catch(() => {});
    if (this.isFollowing && (isHere || conversationId === this.id)) this.#model.refresher.head();
  }

  #follow() {
    const { messages } = this.#model.thread.window;
    const setLimits = () => {
      messages.setLimits(this.#limits.getSnapshot());
      this.#publish();
    };
    const ends = [
      this.#model.start(),
      this.#outbox.subscribe(() => this.#publish()),
      this.#limits.subscribe(setLimits),
    ];
    setLimits();
    this.#reading.start();
    ends.push(renewing(() => this.again()));
    return () => {
      for (const end of ends) end();
      this.#reading.stop();
      this.#typing.set(false);
      clearTimeout(this.#expiry);
    };
  }

  #publish() {
    this.#seenBy.check();
    const { state, error, head, thread, members, pins, firstUnreadNumber } = this.#model;
    const { hasEarlier, hasLater, lastNumber } = thread.window;
    const before = this.getSnapshot();
    const at = this.#connection.now();
    /** @type {ConversationSnapshot} */
    const now = {
      state,
      error,
      conversation: head.snapshot(lastNumber, at),
      rows: this.#rows(before.rows, at),
      hasEarlier,
      hasLater,
      isLoading: thread.isLoading || (thread.isRenewing && ["loading", "ready"].includes(state)),
      firstUnreadNumber,
      members: members.list,
      hasMoreMembers: members.hasMore,
      pins: pins.list,
      seen: this.#seenBy.now(),
    };
    this.#expireAt(Math.min(thread.window.expires, head.expires), at);
    const names = /** @type {(keyof ConversationSnapshot)[]} */ (Object.keys(now));
    if (names.some((name) => now[name] !== before[name])) this.set(now);
  }

  /** @param {Row[]} before @param {number} now */
  #rows(before, now) {
    const { window } = this.#model.thread;
    const sent = window.rows(now);
    const unsent = this.#unsentRows.rows((clientId) => Boolean(window.messages.find(clientId)));
    if (!unsent.length) return sent;
    return unlessSameItems(before, [...sent, ...unsent]);
  }

  /**
   * @param {number} time
   * @param {number} now
   */
  #expireAt(time, now) {
    clearTimeout(this.#expiry);
    if (time === Infinity || !this.isFollowing) return;
    const wait = Math.max(time - now, 0);
    this.#expiry = setTimeout(() => this.#publish(), Math.min(wait, LONGEST_TIMER));
  }
}
