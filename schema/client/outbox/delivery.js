/** Sends what is in the queue: in order for each conversation, until there is an answer. */

import { Refusal } from "../errors.js";
import { contentOf, idsOf, isSame, newId, withoutUploads } from "./entry.js";
import { Pause } from "./pause.js";
import { Uploading, isPassing, known } from "./uploading.js";

/** @import {OutboxOptions} from "./index.js" */
/** @typedef {import("../types.js").Message} Message */
/** @typedef {import("./entry.js").Content} Content */
/** @typedef {import("./entry.js").Entry} Entry */

/** How many conversations are sent to side by side. */
const AT_ONCE = 3;

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
  #uploading;
  #pause = new Pause(() => this.run());
  /** @type {Set<string>} the conversations to which a message is on its way. */
  #onTheWay = new Set();
  /** @type {Map<string, number>} how often sending to a conversation failed since it last worked. */
  #failures = new Map();
  #isRunning = false;
  #isClosed = false;

  /**
   * @param {import("./queue.js").Queue} queue
   * @param {Pick<OutboxOptions, "verbs" | "uploads" | "sent">} options
   */
  constructor(queue, { verbs, uploads, sent }) {
    this.#queue = queue;
    this.#verbs = verbs;
    this.#sent = sent;
    this.#uploading = new Uploading(queue, uploads);
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

  /** These files are not wanted any more. @param {readonly import("./entry.js").EntryFile[]} files */
  cancel(files) {
    this.#uploading.cancel(files);
  }

  close() {
    this.#isClosed = true;
    this.#isRunning = false;
    this.#pause.close();
    this.#uploading.close();
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
      const isFresh = entry.files.every(({ attachment }) => attachment === null);
      const uploaded = await this.#upload(entry);
      if (!uploaded || this.#isClosed) return;
      const attempt = { ...uploaded, state: /** @type {const} */ ("sending"), error: null };
      attempt.tried ??= contentOf(uploaded);
      await this.#queue.put(attempt);
      // Unless a stream brought it just now, or the client was closed.
      if (this.#queue.get(entry.clientId)) await this.#attempt(attempt, isFresh);
    } finally {
      this.#onTheWay.delete(conversationId);
      this.run();
    }
  }

  /**
   * Bring the files of an entry to the server. Answers the entry as it is then, if it can be sent.
   * @param {Entry} entry
   */
  async #upload({ clientId, conversationId }) {
    try {
      return await this.#uploading.bring(clientId);
    } catch (error) {
      const entry = this.#queue.get(clientId);
      if (!entry) return;
      const why = known(error);
      if (isPassing(why)) return this.#later(entry, why);
      this.#failures.delete(conversationId);
      await this.#queue.put({ ...entry, state: "refused", error: why });
    }
  }

  /** @param {Entry} attempt @param {boolean} isFresh whether its files were all uploaded just now. */
  async #attempt(attempt, isFresh) {
    const { clientId, conversationId } = attempt;
    const content = attempt.messageId ? contentOf(attempt) : (attempt.tried ?? contentOf(attempt));
    let messageId;
    try {
      const message = await this.#ask(attempt, content);
      if (this.#isClosed) return;
      messageId = message.id;
      this.#sent(conversationId, message);
    } catch (error) {
      return this.#failed(attempt, content, error, isFresh);
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
  async #ask(attempt, content) {
    const { conversationId, clientId, messageId, tried, replyTo, mentionAll, draft } = attempt;
    const mentions = idsOf(content.mentions);
    const { body } = content;
    if (messageId === null) {
      const input = { conversationId, clientId, body, replyTo, mentions, mentionAll };
      // A draft and files are named only where there are any.
      const ends = draft === null ? {} : { draft };
      const attachments = attempt.files.flatMap(({ attachment }) => attachment ?? []);
      const files = attachments.length ? { attachments } : {};
      return (await this.#verbs.sendMessage({ ...input, ...ends, ...files })).sent;
    }
    const mentionsStay = tried !== null && isSame({ ...tried, body }, content);
    const input = { message: messageId, body, mentions: mentionsStay ? null : mentions };
    return (await this.#verbs.editMessage(input)).edited;
  }

  /**
   * @param {Entry} attempt
   * @param {Content} content
   * @param {unknown} error
   * @param {boolean} isFresh
   */
  async #failed({ clientId, messageId }, content, error, isFresh) {
    const entry = this.#queue.get(clientId);
    if (!entry) return;
    // A stream brought the message meanwhile. What is left to do is to edit it.
    if (entry.messageId !== messageId) return this.#queue.put({ ...entry, state: "waiting" });
    if (error instanceof Refusal) return this.#refused(entry, content, error, isFresh);
    const why = known(error);
    if (isPassing(why)) return this.#later(entry, why);
    if (messageId) return this.#keepApart(entry, why);
    // It may have arrived all the same: `tried` stays.
    return this.#queue.put({ ...entry, state: "refused", error: why });
  }

  /**
   * Try again after a while.
   * @param {Entry} entry
   * @param {import("../errors.js").TalkError} error
   */
  async #later(entry, error) {
    if (error.retryable) this.#pause.begin(error.retryAfter);
    else this.#pause.hold();
    const { conversationId } = entry;
    this.#failures.set(conversationId, (this.#failures.get(conversationId) ?? 0) + 1);
    await this.#queue.put({ ...entry, state: "waiting" });
  }

  /**
   * @param {Entry} entry
   * @param {Content} content
   * @param {Refusal} error
   * @param {boolean} isFresh
   */
  async #refused(entry, content, error, isFresh) {
    this.#pause.reset();
    this.#failures.delete(entry.conversationId);
    if (error.code === "CLIENT_ID_REUSED") return this.#keepApart(entry, error);
    const tried = entry.messageId ? entry.tried : null;
    // The server keeps what was uploaded for a day. The message waited for longer.
    const isForgotten = error.code === "UNKNOWN_FILE" && !isFresh && !entry.messageId;
    if (isForgotten) return this.#queue.put({ ...withoutUploads(entry), tried, state: "waiting" });
    // The viewer has another text by now.
    if (!isSame(content, entry)) return this.#queue.put({ ...entry, tried, state: "waiting" });
    if (entry.messageId) return this.#keepApart(entry, error);
    return this.#queue.put({ ...entry, tried, state: "refused", error });
  }

  /**
   * The server has a message of this client id, and does not take this text for it. So the text stays as
   * a message of its own that was refused.
   * @param {Entry} entry
   * @param {NonNullable<Entry["error"]>} error
   */
  #keepApart(entry, error) {
    const own = { clientId: newId(), tried: null, messageId: null };
    return this.#queue.replace(entry.clientId, { ...entry, ...own, state: "refused", error });
  }
}
