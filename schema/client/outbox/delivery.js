/** Sends what is in the queue: in order for each conversation, until there is an answer. */

import { Refusal, TalkError } from "../errors.js";
import { contentOf, idsOf, isSame, newId } from "./entry.js";
import { Pause } from "./pause.js";

/** @typedef {import("../types.js").Message} Message */
/** @typedef {import("./entry.js").Content} Content */
/** @typedef {import("./entry.js").Entry} Entry */

/** How many conversations are sent to side by side. */
const AT_ONCE = 3;
/** With these errors a message waits until the viewer is signed in again. It is not to blame. */
const KEEP = ["UNAUTHENTICATED", "CSRF_FAILED", "CLOSED"];

/**
 * The rule by which nothing is sent twice: what goes to the server under a client id is noted first
 * (`tried`), and never changes. If the viewer edits a message that was tried, it is sent again as it
 * was. When the answer is there, the message is edited (`messageId`). Only a refusal says for sure that
 * nothing arrived, so only a refused message can be sent with another text.
 */
export class Delivery {
  #queue;
  #verbs;
  #sent;
  #pause = new Pause(() => this.run());
  /** @type {Set<string>} the conversations to which a message is on its way. */
  #onTheWay = new Set();
  /** @type {Map<string, number>} how often sending to a conversation failed since it last worked. */
  #failures = new Map();
  #isRunning = false;
  #isClosed = false;

  /**
   * @param {import("./queue.js").Queue} queue
   * @param {Pick<import("../verbs.js").Verbs, "sendMessage" | "editMessage">} verbs
   * @param {(conversationId: string, message: Message) => void} sent is told of each answer.
   */
  constructor(queue, verbs, sent) {
    this.#queue = queue;
    this.#verbs = verbs;
    this.#sent = sent;
  }

  start() {
    this.#isRunning = !this.#isClosed;
    this.run();
  }

  /** Send what can be sent now. */
  run() {
    if (!this.#isRunning || this.#pause.isOn) return;
    for (const entry of this.#heads()) {
      if (this.#onTheWay.size >= AT_ONCE) return;
      void this.#deliver(entry);
    }
  }

  /** There may be an answer now: don't wait any longer. */
  hurry() {
    this.#pause.hurry();
  }

  /** It is known again that requests are made for the viewer whose messages these are. */
  release() {
    this.#pause.release();
    this.run();
  }

  close() {
    this.#isClosed = true;
    this.#isRunning = false;
    this.#pause.close();
  }

  /** The first message of each conversation, those first that failed the least. */
  #heads() {
    const seen = new Set(this.#onTheWay);
    const heads = [];
    for (const entry of this.#queue.list()) {
      if (entry.state === "refused" || seen.has(entry.conversationId)) continue;
      seen.add(entry.conversationId);
      heads.push(entry);
    }
    const failuresOf = (/** @type {Entry} */ { conversationId }) =>
      this.#failures.get(conversationId) ?? 0;
    return heads.sort((one, other) => failuresOf(one) - failuresOf(other));
  }

  /** @param {Entry} entry */
  async #deliver(entry) {
    const { conversationId } = entry;
    this.#onTheWay.add(conversationId);
    try {
      const attempt = { ...entry, state: /** @type {const} */ ("sending"), error: null };
      attempt.tried ??= contentOf(entry);
      await this.#queue.put(attempt);
      // Unless a stream brought it just now, or the client was closed.
      if (this.#queue.get(entry.clientId)) await this.#attempt(attempt);
    } finally {
      this.#onTheWay.delete(conversationId);
    }
    this.run();
  }

  /** @param {Entry} attempt */
  async #attempt(attempt) {
    const { clientId, conversationId } = attempt;
    const content = attempt.messageId ? contentOf(attempt) : (attempt.tried ?? contentOf(attempt));
    let messageId;
    try {
      const message = await this.#ask(attempt, content);
      if (this.#isClosed) return;
      messageId = message.id;
      this.#sent(conversationId, message);
    } catch (error) {
      return this.#failed(attempt, content, error);
    }
    this.#pause.reset();
    this.#failures.delete(conversationId);
    // It is gone if a stream brought the message first, and was edited if the viewer did so meanwhile.
    const entry = this.#queue.get(clientId);
    if (!entry) return;
    const changed = { ...entry, tried: content, messageId };
    if (isSame(content, entry)) await this.#queue.remove(clientId);
    else await this.#queue.put({ ...changed, state: "waiting" });
  }

  /**
   * @param {Entry} attempt
   * @param {Content} content
   * @returns {Promise<Message>}
   */
  async #ask({ conversationId, clientId, messageId, tried, replyTo, mentionAll, draft }, content) {
    const mentions = idsOf(content.mentions);
    const { body } = content;
    if (messageId === null) {
      const input = { conversationId, clientId, body, replyTo, mentions, mentionAll };
      // A draft is named only where there is one.
      const ends = draft === null ? {} : { draft };
      return (await this.#verbs.sendMessage({ ...input, ...ends })).sent;
    }
    const mentionsStay = tried !== null && isSame({ ...tried, body }, content);
    const input = { message: messageId, body, mentions: mentionsStay ? null : mentions };
    return (await this.#verbs.editMessage(input)).edited;
  }

  /**
   * @param {Entry} attempt
   * @param {Content} content
   * @param {unknown} error
   */
  async #failed({ clientId, conversationId, messageId }, content, error) {
    const entry = this.#queue.get(clientId);
    if (!entry) return;
    // A stream brought the message meanwhile. What is left to do is to edit it.
    if (entry.messageId !== messageId) return this.#queue.put({ ...entry, state: "waiting" });
    if (error instanceof Refusal) return this.#refused(entry, content, error);
    const known = error instanceof TalkError ? error : new TalkError("INTERNAL", String(error));
    if (known.retryable || KEEP.includes(known.code)) {
      if (known.retryable) this.#pause.begin(known.retryAfter);
      else this.#pause.hold();
      this.#failures.set(conversationId, (this.#failures.get(conversationId) ?? 0) + 1);
      return this.#queue.put({ ...entry, state: "waiting" });
    }
    if (messageId) return this.#keepApart(entry, known);
    // It may have arrived all the same: `tried` stays.
    return this.#queue.put({ ...entry, state: "refused", error: known });
  }

  /**
   * @param {Entry} entry
   * @param {Content} content
   * @param {Refusal} error
   */
  async #refused(entry, content, error) {
    this.#pause.reset();
    this.#failures.delete(entry.conversationId);
    if (error.code === "CLIENT_ID_REUSED") return this.#keepApart(entry, error);
    const tried = entry.messageId ? entry.tried : null;
    // The viewer has another text by now.
    if (!isSame(content, entry)) return this.#queue.put({ ...entry, tried, state: "waiting" });
    if (entry.messageId) return this.#keepApart(entry, error);
    return this.#queue.put({ ...entry, tried, state: "refused", error });
  }

  /**
   * The server has a message of this client id, and does not take this text for it. So the text stays as
   * a message of its own that was refused.
   * @param {Entry} entry
   * @param {Refusal | TalkError} error
   */
  #keepApart(entry, error) {
    const own = { clientId: newId(), tried: null, messageId: null };
    return this.#queue.replace(entry.clientId, { ...entry, ...own, state: "refused", error });
  }
}
