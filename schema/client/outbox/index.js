/** The outbox: what the viewer sends is shown at once, survives a reload, and is sent once. */

import { TalkError } from "../errors.js";
import { Writable } from "../store.js";
import { isSame, named, newEntry, withoutUploads } from "./entry.js";
import { Mail } from "./mail.js";
import { indexedDBStorage, memoryFiles, memoryStorage } from "./storage.js";

export { indexedDBStorage, memoryStorage };

/** @typedef {import("../types.js").Outbox} OutboxType */
/** @typedef {import("../types.js").Message} Message */
/** @typedef {import("../types.js").Named} Named */
/** @typedef {import("./entry.js").Entry} Entry */

/** More unsent messages than this are a mistake, or a server that is gone for good. */
const MOST = 300;
/** With these refusals, the server may have forgotten what was uploaded. */
const FORGOTTEN = ["UNKNOWN_FILE", "UPLOAD_NOT_FINISHED"];

/**
 * @typedef {{
 *   verbs: Pick<import("../verbs.js").Verbs, "sendMessage" | "editMessage">,
 *   uploads: Pick<import("../uploads/index.js").Uploads, "attempt">,
 *   viewer: import("../types.js").Store<import("../types.js").Viewer | null>,
 *   whenBack: import("../types.js").Connection["whenBack"],
 *   sent: (conversationId: string, message: Message) => void,
 *   server: string,
 *   storage?: import("../types.js").TalkOptions["storage"],
 *   fileStorage?: import("../types.js").TalkOptions["fileStorage"],
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
  /** @type {Writable<readonly Entry[]>} */
  #shown = new Writable(/** @type {readonly Entry[]} */ ([]));
  #options;
  #mail;
  /** @type {string | null} whose messages these are. */
  #viewerId = null;
  #isClosed = false;
  /** @type {(() => void)[]} */
  #ends;
  getSnapshot = this.#shown.getSnapshot;
  subscribe = this.#shown.subscribe;

  /** @param {OutboxOptions} options */
  constructor(options) {
    this.#options = options;
    this.#mail = this.#newMail();
    const { viewer, whenBack } = options;
    this.#ends = [viewer.subscribe(() => this.#meet()), whenBack(() => this.#mail.hurry())];
    this.#meet();
  }

  /**
   * @param {string} conversationId
   * @param {string} body
   * @param {import("../types.js").SendOptions & {draft?: number | null}} [options]
   * @returns {Promise<string>}
   */
  send = async (conversationId, body, options = {}) => {
    if (this.#isClosed) throw closed();
    const { queue, delivery, place } = this.#mail;
    if (queue.size >= MOST) {
      const message = `There are ${MOST} unsent messages already. Wait until they are sent.`;
      throw new TalkError("OUTBOX_FULL", message, { retryable: true });
    }
    const entry = newEntry(conversationId, body, options, place);
    const isKept = queue.put(entry);
    delivery.run();
    await isKept;
    // It was closed before anybody knew whose message this is.
    if (this.#viewerId === null) throw closed();
    return entry.clientId;
  };

  /**
   * @param {string} clientId
   * @param {string} body
   * @param {Named[] | null} [mentions]
   */
  edit = async (clientId, body, mentions = null) => {
    const entry = this.#mail.queue.get(clientId);
    if (!entry) return false;
    const edited = { ...entry, body, mentions: named(mentions) ?? entry.mentions };
    if (entry.state === "refused") await this.#sendAnew(edited);
    else await this.#mail.queue.put(edited);
    return true;
  };

  /** @param {string} clientId */
  retry = async (clientId) => {
    const entry = this.#mail.queue.get(clientId);
    if (entry?.state === "refused") await this.#sendAnew(entry);
    else this.#mail.delivery.hurry();
  };

  /** @param {string} clientId */
  discard = async (clientId) => {
    const { queue, delivery } = this.#mail;
    const entry = queue.get(clientId);
    if (!entry) return false;
    // The message is there. What is discarded is another text for it.
    const isSent = entry.messageId !== null;
    if (entry.state === "sending" && !isSent) return false;
    delivery.cancel(entry.files);
    await queue.remove(clientId);
    return !isSent;
  };

  /**
   * @param {string} clientId
   * @param {string} fileId
   */
  removeFile = async (clientId, fileId) => {
    const { queue, delivery } = this.#mail;
    const entry = queue.get(clientId);
    const file = entry?.files.find(({ id }) => id === fileId);
    // What may have reached the server never changes.
    if (!entry || !file || entry.tried !== null) return false;
    delivery.cancel([file]);
    const left = { ...entry, files: entry.files.filter((each) => each !== file) };
    if (!left.files.length && !left.body) await queue.remove(clientId);
    else if (entry.state === "refused" && file.error) await this.#sendAnew(left);
    else await queue.put(left);
    return true;
  };

  /** @param {string} attachmentId */
  sentFile = (attachmentId) => {
    const { queue } = this.#mail;
    const unsent = queue.list().flatMap(({ files }) => files);
    const file = unsent.find(({ attachment }) => attachment === attachmentId);
    return file ?? queue.files.sent(attachmentId) ?? null;
  };

  /**
   * A stream or a page has brought a message: it need not be sent any more.
   * @param {Message} message
   */
  arrived(message) {
    const { queue, delivery } = this.#mail;
    const entry = message.clientId && queue.get(message.clientId);
    // That it is there is known, if there is an id. An edit may be on its way.
    if (!entry || entry.messageId !== null) return;
    const tried = entry.tried ?? { body: message.body, mentions: entry.mentions };
    if (isSame(tried, entry)) void queue.remove(entry.clientId);
    else {
      const state = entry.state === "sending" ? "sending" : "waiting";
      void queue.put({ ...entry, state, tried, messageId: message.id });
      delivery.run();
    }
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const end of this.#ends) end();
    this.#mail.close();
  }

  #newMail() {
    return new Mail(this.#shown, this.#options);
  }

  /** @param {Entry} entry */
  async #sendAnew(entry) {
    const { queue, delivery, place } = this.#mail;
    const { position } = place;
    const isForgotten = entry.error !== null && FORGOTTEN.includes(entry.error.code);
    const files = entry.files.map((file) => ({ ...file, error: null }));
    const anew = isForgotten ? withoutUploads(entry) : { ...entry, files };
    const isKept = queue.put({ ...anew, position, state: "waiting", error: null });
    delivery.run();
    await isKept;
  }

  /** The server was asked who the viewer is. Messages of one person are not sent for another one. */
  #meet() {
    const id = this.#options.viewer.getSnapshot()?.id;
    if (!id) return;
    if (id === this.#viewerId) return this.#mail.delivery.release();
    if (this.#viewerId !== null) {
      this.#mail.close();
      this.#shown.set([]);
      this.#mail = this.#newMail();
    }
    this.#viewerId = id;
    const scope = `talk ${this.#options.server} ${id}`;
    const { storage, fileStorage } = this.#options;
    this.#mail.start(
      scope,
      storage?.(id) ?? storageOfPage(scope),
      // A page with a storage of its own may want to leave nothing behind in the browser.
      fileStorage?.(id) ?? (storage ? memoryFiles() : filesOfPage(`${scope} files`)),
    );
  }
}

/** @param {string} name */
function storageOfPage(name) {
  return globalThis.indexedDB ? indexedDBStorage(name) : memoryStorage();
}

/** @param {string} name @returns {import("../types.js").FileStorage} */
function filesOfPage(name) {
  return globalThis.indexedDB ? indexedDBStorage(name, "id") : memoryFiles();
}

const closed = () => new TalkError("CLOSED", "This client was closed.");
