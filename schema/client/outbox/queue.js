/** The messages of the outbox in their order, in memory and in a storage. */

import { fromStored, toStored } from "./entry.js";
import { Files } from "./files.js";
import { inTime } from "./patience.js";

/** @typedef {import("../types.js").OutboxStorage} OutboxStorage */
/** @typedef {import("./entry.js").Entry} Entry */

/**
 * All methods change the snapshot at once. What they answer is fulfilled when the storage has it, too.
 */
export class Queue {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #lastPosition = 0;
  #isClosed = false;
  #shown;
  /** @type {Promise<OutboxStorage>} */
  #storage;
  /** @type {(storage: OutboxStorage) => void} */
  #resolve = () => {};
  files = new Files();

  /** @param {import("../store.js").Writable<readonly Entry[]>} shown the snapshot. */
  constructor(shown) {
    this.#shown = shown;
    this.#storage = new Promise((resolve) => (this.#resolve = resolve));
  }

  /**
   * Keep everything here, what was added before as well. It is called once.
   * @param {OutboxStorage} storage
   * @param {import("../types.js").FileStorage} fileStorage
   */
  keepIn(storage, fileStorage) {
    this.#resolve(storage);
    this.files.keepIn(fileStorage);
  }

  /** The names of the tabs that have messages in the storage. */
  async tabs() {
    const stored = await (await this.#storage).load();
    return new Set(stored.map(({ tab }) => tab));
  }

  /**
   * Take over what another tab left in the storage.
   * @param {string} from the name of that tab.
   * @param {string} to
   * @returns {Promise<string[]>} the client ids.
   */
  async adopt(from, to) {
    const stored = await (await this.#storage).load();
    const left = stored.filter(({ tab, clientId }) => tab === from && !this.#entries.has(clientId));
    const hasFiles = left.some(({ files }) => files?.length);
    const blobs = hasFiles ? await this.files.load() : new Map();
    await Promise.all(left.map((entry) => this.put(fromStored(entry, to, blobs))));
    return left.map(({ clientId }) => clientId);
  }

  /** Forget the files of messages that are gone. */
  async tidy() {
    await this.files.tidy(async () => {
      const stored = await (await this.#storage).load();
      return new Set(stored.flatMap(({ files }) => (files ?? []).map(({ id }) => id)));
    });
  }

  get size() {
    return this.#entries.size;
  }

  /** The place after all others. */
  nextPosition() {
    // The time, so that what other tabs left comes in the order in which it was written.
    return Math.max(Date.now(), this.#lastPosition + 1);
  }

  /** @param {string} clientId */
  get(clientId) {
    return this.#entries.get(clientId);
  }

  /**
   * Add an entry, or replace that of the same client id.
   * @param {Entry} entry
   */
  async put(entry) {
    // Another tab may have taken it over.
    if (this.#isClosed) return;
    this.#lastPosition = Math.max(this.#lastPosition, entry.position);
    const keepFiles = this.files.changed(this.#entries.get(entry.clientId), entry);
    this.#entries.set(entry.clientId, entry);
    this.#show();
    await (await this.#storage).put(toStored(entry));
    // Nothing waits for long until many bytes are written.
    if (keepFiles) await inTime(keepFiles(), () => {});
  }

  /** @param {string} clientId */
  async remove(clientId) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    const keepFiles = this.files.changed(entry, undefined);
    this.#entries.delete(clientId);
    this.#show();
    await (await this.#storage).remove(clientId);
    await keepFiles?.();
  }

  /**
   * Put an entry in the place of another one, in one step.
   * @param {string} clientId that of the one that goes.
   * @param {Entry} entry
   */
  async replace(clientId, entry) {
    this.#entries.delete(clientId);
    const isKept = this.put(entry);
    await (await this.#storage).remove(clientId);
    await isKept;
  }

  /** The storage keeps what was put before. Here, nothing is left to send. */
  close() {
    this.#isClosed = true;
    this.files.close(this.#entries.values());
    this.#entries.clear();
    void this.#storage.then((storage) => storage.close());
  }

  /** All in their order. */
  list() {
    return [...this.#entries.values()].sort((one, other) => one.position - other.position);
  }

  #show() {
    this.#shown.set(this.list());
  }
}
