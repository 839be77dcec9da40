/** The files of unsent messages: their bytes in a storage of their own, and previews of pictures. */

/** @import {FileStorage} from "../types.js" */
/** @import {Entry, EntryFile} from "./entry.js" */

/** So many previews of files that were sent are kept for the thread, where they are shown then. */
const MOST_SENT = 30;

export class Files {
  /** Files that were sent, by their attachments, the last one at the end. @type {Map<string, EntryFile>} */
  #sent = new Map();
  /** The ids of those in the storage. */
  #kept = new Set();
  /** @type {Promise<FileStorage>} */
  #storage;
  /**
   * Keep everything here, what was added before as well. It is called once.
   * @type {(storage: FileStorage) => void}
   */
  keepIn = () => {};

  constructor() {
    this.#storage = new Promise((resolve) => (this.keepIn = resolve));
  }

  /**
   * The bytes that were kept, by the ids of their files.
   * @returns {Promise<Map<string, Blob>>}
   */
  async load() {
    const stored = await (await this.#storage).load();
    for (const { id } of stored) this.#kept.add(id);
    return new Map(stored.map(({ id, blob }) => [id, blob]));
  }

  /**
   * An entry was added, changed or removed.
   * @param {Entry | undefined} before
   * @param {Entry | undefined} now
   * @returns {(() => Promise<void>) | undefined} what keeps the same in the storage, if it has to.
   */
  changed(before, now) {
    const files = now?.files ?? [];
    const gone = (before?.files ?? []).filter(({ id }) => !files.some((each) => each.id === id));
    const added = files.filter(({ id, blob }) => blob && !this.#kept.has(id));
    for (const { id } of added) this.#kept.add(id);
    for (const file of gone) this.#leave(file);
    if (!gone.length && !added.length) return;
    return async () => {
      const storage = await this.#storage;
      const puts = added.map(({ id, blob }) => blob && storage.put({ id, blob }));
      await Promise.all([...puts, ...gone.map(({ id }) => storage.remove(id))]);
    };
  }

  /**
   * Forget what nothing refers to any more: a page may have crashed between two steps. An entry is in its
   * storage before its files are, so these are of entries that are gone.
   * @param {() => Promise<Set<string>>} used answers the ids of all files, those of other tabs too.
   */
  async tidy(used) {
    const storage = await this.#storage;
    const stored = await storage.load();
    if (!stored.length) return;
    const ids = await used();
    for (const { id } of stored) if (!ids.has(id)) await storage.remove(id);
  }

  /**
   * A file that was sent from here a while ago.
   * @param {string} attachmentId
   */
  sent(attachmentId) {
    return this.#sent.get(attachmentId);
  }

  /** @param {Iterable<Entry>} entries those that are left. */
  close(entries) {
    for (const { files } of entries) for (const file of files) revoke(file);
    for (const file of this.#sent.values()) revoke(file);
    this.#sent.clear();
    void this.#storage.then((storage) => storage.close());
  }

  /** @param {EntryFile} file */
  #leave(file) {
    this.#kept.delete(file.id);
    if (file.attachment === null || file.blob === null) return revoke(file);
    this.#sent.set(file.attachment, file);
    const [first] = this.#sent;
    if (this.#sent.size <= MOST_SENT) return;
    this.#sent.delete(first[0]);
    revoke(first[1]);
  }
}

/**
 * An address under which this page finds a picture; null for other files.
 * @param {Blob | null} blob
 * @param {string} contentType
 */
export function previewOf(blob, contentType) {
  return blob && contentType.startsWith("image/") ? URL.createObjectURL(blob) : null;
}

/** @param {EntryFile} file */
function revoke({ url }) {
  if (url) URL.revokeObjectURL(url);
}
