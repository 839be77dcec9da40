/** Keeps what is not sent yet: in IndexedDB, which survives a reload and a crash, or in memory. */

import { inTime } from "./patience.js";

/** @typedef {import("../types.js").OutboxStorage} OutboxStorage */
/** @typedef {import("../types.js").DraftStorage} DraftStorage */
/** @typedef {import("../types.js").StoredUnsent} StoredUnsent */
/** @typedef {import("../types.js").StoredDraft} StoredDraft */
/** @typedef {import("../types.js").FileStorage} FileStorage */
/** @typedef {import("../types.js").StoredFile} StoredFile */
/**
 * @template T
 * @typedef {{
 *   load: () => Promise<T[]>, put: (entry: T) => Promise<void>,
 *   remove: (key: string) => Promise<void>, close: () => void,
 * }} Storage
 */

const STORE = "unsent";
/** What names an unsent message. */
const KEY = "clientId";

/** @returns {OutboxStorage} */
export function memoryStorage() {
  return memoryOf((/** @type {StoredUnsent} */ entry) => entry[KEY]);
}

/** @returns {DraftStorage} */
export function memoryDrafts() {
  return memoryOf((/** @type {StoredDraft} */ entry) => entry.key);
}

/** @returns {FileStorage} */
export function memoryFiles() {
  return memoryOf((/** @type {StoredFile} */ { id }) => id);
}

/**
 * @template T
 * @param {(entry: T) => string} keyOf
 * @returns {Storage<T>}
 */
function memoryOf(keyOf) {
  /** @type {Map<string, T>} */
  const entries = new Map();
  return {
    load: async () => [...entries.values()],
    put: async (entry) => void entries.set(keyOf(entry), entry),
    remove: async (key) => void entries.delete(key),
    close() {},
  };
}

/**
 * @template T
 * @param {string} name that of the database.
 * @param {string} [key] what names an entry.
 * @returns {Storage<T>}
 */
export function indexedDBStorage(name, key = KEY) {
  /** @type {Promise<IDBDatabase> | null} */
  let opening = null;
  const forget = () => void (opening = null);
  const open = () => (opening ??= openDatabase(name, key, forget));
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
   * @template R
   * @param {IDBTransactionMode} mode
   * @param {(store: IDBObjectStore) => IDBRequest<R>} work
   */
  const run = async (mode, work) => {
    const transaction = await begin(mode);
    const request = work(transaction.objectStore(STORE));
    return new Promise((/** @type {(result: R) => void} */ resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  return {
    load: () => run("readonly", (store) => store.getAll()),
    put: async (entry) => void (await run("readwrite", (store) => store.put(entry))),
    remove: async (id) => void (await run("readwrite", (store) => store.delete(id))),
    close: () => void opening?.then((database) => database.close(), forget),
  };
}

/**
 * @param {string} name
 * @param {string} key
 * @param {() => void} forget is called when the database is closed by somebody else.
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(name, key, forget) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: key });
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
 * @template T
 * @implements {Storage<T>}
 */
export class SafeStorage {
  #storage;
  /** @type {Promise<any>} */
  #last = Promise.resolve();
  #isOver = false;
  #isPatient;

  /**
   * @param {Storage<T>} storage
   * @param {boolean} [isPatient] whether it is waited for as long as it takes: for much data.
   */
  constructor(storage, isPatient = false) {
    this.#storage = storage;
    this.#isPatient = isPatient;
  }

  /** @returns {Promise<T[]>} */
  load() {
    return this.#next(() => this.#storage.load(), []);
  }

  /** @param {T} entry */
  put(entry) {
    return this.#next(() => this.#storage.put(entry), undefined);
  }

  /** @param {string} key */
  remove(key) {
    return this.#next(() => this.#storage.remove(key), undefined);
  }

  /** After that, it does nothing any more: a closed database would be opened again. */
  close() {
    void this.#next(async () => this.#storage.close(), undefined);
    this.#isOver = true;
  }

  /**
   * @template R
   * @param {() => Promise<R>} work
   * @param {R} otherwise
   * @returns {Promise<R>}
   */
  #next(work, otherwise) {
    if (this.#isOver) return Promise.resolve(otherwise);
    const done = this.#last.then(work).catch(() => otherwise);
    this.#last = done;
    if (this.#isPatient) return done;
    return inTime(done, () => {
      this.#isOver = true;
      return otherwise;
    });
  }
}
