/** The outbox: what the viewer sends is shown at once, survives a reload, and is sent once. */

import { TalkError } from "../errors.js";
import { Delivery } from "./delivery.js";
import { isSame, newEntry } from "./entry.js";
import { Queue } from "./queue.js";
import { SafeStorage, indexedDBStorage, memoryStorage } from "./storage.js";
import { Tab } from "./tab.js";

export { indexedDBStorage, memoryStorage };

/** @typedef {import("../types.js").Outbox} OutboxType */
/** @typedef {import("../types.js").Message} Message */
/** @typedef {import("../types.js").Named} Named */
/** @typedef {import("./entry.js").Entry} Entry */

/** More unsent messages than this are a mistake, or a server that is gone for good. */
const MOST = 300;

/**
 * @typedef {{
 *   verbs: Pick<import("../verbs.js").Verbs, "sendMessage" | "editMessage">,
 *   viewer: import("../types.js").Store<import("../types.js").Viewer | null>,
 *   whenBack: import("../types.js").Connection["whenBack"],
 *   sent: (conversationId: string, message: Message) => void,
 *   server: string,
 *   storage?: import("../types.js").TalkOptions["storage"],
 * }} OutboxOptions
 *   `viewer`: nothing is sent or kept before it is known whose messages they are. When the server
 *   refused the credentials, nothing is sent until it is set again: somebody else may be signed in.
 *   `sent`: is told of a message that the server answered, before it leaves the outbox.
 *   `server`: its address.
 */

/** @param {OutboxOptions} options */
export function createOutbox(options) {
  return new OutboxStore(options);
}

/** @implements {OutboxType} */
class OutboxStore {
  #queue = new Queue();
  #tab = new Tab();
  #delivery;
  #options;
  /** @type {string | null} whose messages these are. */
  #viewerId = null;
  #isClosed = false;
  /** @type {(() => void)[]} */
  #stops;
  getSnapshot = this.#queue.store.getSnapshot;
  subscribe = this.#queue.store.subscribe;

  /** @param {OutboxOptions} options */
  constructor(options) {
    this.#options = options;
    this.#delivery = new Delivery(this.#queue, options.verbs, options.sent);
    const { viewer, whenBack } = options;
    this.#stops = [viewer.subscribe(() => this.#meet()), whenBack(() => this.#back())];
    this.#meet();
  }

  /**
   * @param {string} conversationId
   * @param {string} body
   * @param {import("../types.js").SendOptions} [options]
   * @returns {Promise<string>}
   */
  async send(conversationId, body, options = {}) {
    if (this.#isClosed) throw closed();
    if (this.#queue.size >= MOST) {
      const message = `There are ${MOST} unsent messages already. Wait until they are sent.`;
      throw new TalkError("OUTBOX_FULL", message, { retryable: true });
    }
    const place = { position: this.#queue.nextPosition(), tab: this.#tab.name };
    const entry = newEntry(conversationId, body, options, place);
    const isKept = this.#queue.put(entry);
    this.#delivery.run();
    await isKept;
    // It was closed before anybody knew whose message this is.
    if (this.#viewerId === null) throw closed();
    return entry.clientId;
  }

  /**
   * @param {string} clientId
   * @param {string} body
   * @param {Named[] | null} [mentions]
   */
  async edit(clientId, body, mentions = null) {
    const entry = this.#queue.get(clientId);
    if (!entry) return false;
    const edited = { ...entry, body, mentions: mentions ?? entry.mentions };
    if (entry.state === "refused") await this.#sendAnew(edited);
    else await this.#queue.put(edited);
    return true;
  }

  /** @param {string} clientId */
  async retry(clientId) {
    const entry = this.#queue.get(clientId);
    if (entry?.state === "refused") await this.#sendAnew(entry);
    else this.#delivery.hurry();
  }

  /** @param {string} clientId */
  async discard(clientId) {
    const entry = this.#queue.get(clientId);
    if (!entry || entry.state === "sending") return false;
    await this.#queue.remove(clientId);
    // What waits to be edited was sent already.
    return entry.messageId === null;
  }

  /**
   * A stream or a page has brought a message: it need not be sent any more.
   * @param {Message} message
   */
  arrived(message) {
    const entry = message.clientId && this.#queue.get(message.clientId);
    if (!entry) return;
    const tried = entry.tried ?? { body: message.body, mentions: entry.mentions };
    if (isSame(tried, entry)) void this.#queue.remove(entry.clientId);
    else if (entry.state !== "sending") {
      void this.#queue.put({ ...entry, state: "waiting", tried, messageId: message.id });
      this.#delivery.run();
    }
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#delivery.close();
    this.#queue.close();
    this.#tab.close();
  }

  /** @param {Entry} entry */
  async #sendAnew(entry) {
    const position = this.#queue.nextPosition();
    const isKept = this.#queue.put({ ...entry, position, state: "waiting", error: null });
    this.#delivery.run();
    await isKept;
  }

  /** The server was asked who the viewer is. Nothing is sent for anybody but the first one. */
  #meet() {
    const id = this.#options.viewer.getSnapshot()?.id;
    if (!id) return;
    if (this.#viewerId === null) void this.#start(id);
    else if (this.#viewerId === id) this.#delivery.release();
    else this.close();
  }

  /** @param {string} viewerId */
  async #start(viewerId) {
    this.#viewerId = viewerId;
    const scope = `talk ${this.#options.server} ${viewerId}`;
    const inBrowser = () => (globalThis.indexedDB ? indexedDBStorage(scope) : memoryStorage());
    const storage = new SafeStorage(this.#options.storage?.(viewerId) ?? inBrowser());
    await this.#tab.open(scope);
    this.#queue.keepIn(storage);
    // What was written before the reload goes first.
    await this.#adopt();
    if (!this.#isClosed) this.#delivery.start();
  }

  /** Take over what tabs left that are gone, now or later. */
  async #adopt() {
    const adoptFrom = async (/** @type {string} */ name) => {
      await this.#queue.adopt(name, this.#tab.name);
      this.#delivery.run();
    };
    const names = [...(await this.#queue.tabs())];
    await Promise.all(names.map((name) => this.#tab.whenGone(name, () => adoptFrom(name))));
  }

  #back() {
    this.#delivery.hurry();
    if (this.#viewerId !== null) void this.#adopt();
  }
}

const closed = () => new TalkError("CLOSED", "This client was closed.");
