/** Keeps unsent messages: in IndexedDB, which survives a reload and a crash, or in memory. */

import { inTime } from "./patience.js";

/** @typedef {import("../types.js").OutboxStorage} OutboxStorage */
/** @typedef {import("../types.js").StoredUnsent} StoredUnsent */

const STORE = "unsent";

/** @returns {OutboxStorage} */
export function memoryStorage() {
  /** @type {Map<string, StoredUnsent>} */
  const entries = new Map();
  return {
    load: async () => [...entries.values()],
    put: async (entry) => void entries.set(entry.clientId, entry),
    remove: async (clientId) => void entries.delete(clientId),
    close() {},
  };
}

/**
 * @param {string} name that of the database.
 * @returns {OutboxStorage}
 */
export function indexedDBStorage(name) {
  /** @type {Promise<IDBDatabase> | null} */
  let opening = null;
  const forget = () => void (opening = null);
  const open = () => (opening ??= openDatabase(name, forget));
  /** @param {IDBTransactionMode} mode */
  const begin = async (mode) => {
    try {
      return (await open()).transaction(STORE, mode);
    } catch {
      // Browsers lose the connection to a database, and some don't say so.
      forget();
      return (await open()).transaction(STORE, mode);
    }
  };
  /**
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<T>} work
   */
  const run = async (mode, work) => {
    const transaction = await begin(mode);
    const request = work(transaction.objectStore(STORE));
    return new Promise((/** @type {(result: T) => void} */ resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    load: () => run("readonly", (store) => store.getAll()),
    put: async (entry) => void (await run("readwrite", (store) => store.put(entry))),
    remove: async (clientId) => void (await run("readwrite", (store) => store.delete(clientId))),
    close: () => void opening?.then((database) => database.close(), forget),
  };
}

/**
 * @param {string} name
 * @param {() => void} forget is called when the database is closed by somebody else.
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(name, forget) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore(STORE, { keyPath: "clientId" });
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = forget;
      database.onversionchange = () => {
        database.close();
        forget();
      };
      resolve(database);
    };
  });
}

/**
 * A storage that never fails: what can't be kept is in the memory of the page alone, as long as it is
 * open. One thing is done after the other.
 * @implements {OutboxStorage}
 */
export class SafeStorage {
  #storage;
  /** @type {Promise<any>} */
  #last = Promise.resolve();
  #isOver = false;

  /** @param {OutboxStorage} storage */
  constructor(storage) {
    this.#storage = storage;
  }

  /** @returns {Promise<StoredUnsent[]>} */
  load() {
    return this.#next(() => this.#storage.load(), []);
  }

  /** @param {StoredUnsent} entry */
  put(entry) {
    return this.#next(() => this.#storage.put(entry), undefined);
  }

  /** @param {string} clientId */
  remove(clientId) {
    return this.#next(() => this.#storage.remove(clientId), undefined);
  }

  /** After that, it does nothing any more: a closed database would be opened again. */
  close() {
    void this.#next(async () => this.#storage.close(), undefined);
    this.#isOver = true;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @param {T} otherwise
   * @returns {Promise<T>}
   */
  #next(work, otherwise) {
    if (this.#isOver) return Promise.resolve(otherwise);
    const done = this.#last.then(work).catch(() => otherwise);
    this.#last = done;
    return inTime(done, () => {
      this.#isOver = true;
      return otherwise;
    });
  }
}
