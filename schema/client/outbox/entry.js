/** A message in the outbox: what is known of it, and what is kept of it. */

import { Refusal, TalkError } from "../errors.js";
import { Writable } from "../store.js";
import { namesOf } from "../uploads/index.js";
import { previewOf } from "./files.js";

/** @typedef {import("../types.js").Named} Named */
/** @typedef {import("../types.js").Unsent} Unsent */
/** @typedef {import("../types.js").StoredUnsent} StoredUnsent */
/** @typedef {import("../types.js").UnsentFile & {progress: Writable<number>}} EntryFile */
/** @typedef {{body: string, mentions: Named[] | null}} Content what an edit can change. */

/**
 * An entry never changes. A change makes a new one, so that entries can be compared by `===`.
 * @typedef {Omit<Unsent, "files"> & {files: readonly EntryFile[]}
 *   & Pick<StoredUnsent, "position" | "tab" | "tried" | "messageId">} Entry
 */

/**
 * A UUID. Pages that came over plain HTTP have no `crypto.randomUUID`.
 * @returns {string}
 */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * @param {string} conversationId
 * @param {string} body
 * @param {import("../types.js").SendOptions & {draft?: number | null}} options
 * @param {{position: number, tab: string}} place
 * @returns {Entry}
 */
export function newEntry(conversationId, body, options, { position, tab }) {
  const { replyTo = null, mentions = null, mentionAll = false, draft = null } = options;
  const { files = [] } = options;
  return {
    clientId: newId(),
    conversationId,
    body,
    replyTo,
    mentions: named(mentions),
    mentionAll,
    draft,
    files: files.map(newFile),
    createdAt: new Date().toISOString(),
    state: "waiting",
    error: null,
    position,
    tab,
    tried: null,
    messageId: null,
  };
}

/** @param {Blob} blob @returns {EntryFile} */
function newFile(blob) {
  const names = namesOf(blob);
  return withBlob({ id: newId(), ...names, size: blob.size, attachment: null, error: null }, blob);
}

/**
 * @param {Omit<EntryFile, "blob" | "url" | "progress">} file
 * @param {Blob | null} blob
 * @returns {EntryFile}
 */
function withBlob(file, blob) {
  const progress = new Writable(file.attachment === null ? 0 : 1);
  return { ...file, blob, url: previewOf(blob, file.contentType), progress };
}

/**
 * @param {Entry} entry
 * @returns {StoredUnsent}
 */
export function toStored(entry) {
  const { state, error, files } = entry;
  return {
    ...entry,
    // Nobody knows after a crash what became of the request.
    state: state === "refused" ? state : "waiting",
    error: error && toStoredError(error),
    // The bytes are kept elsewhere.
    files: files.map(({ id, filename, contentType, size, attachment, error: why }) => {
      const names = { id, filename, contentType, size };
      return { ...names, attachment, error: why && toStoredError(why) };
    }),
  };
}

/**
 * @param {StoredUnsent} stored
 * @param {string} tab the tab that sends it from now on.
 * @param {Map<string, Blob>} blobs the bytes of files, by their ids.
 * @returns {Entry}
 */
export function fromStored({ error, files, ...stored }, tab, blobs) {
  return {
    ...stored,
    // What earlier versions of this code kept has neither.
    draft: stored.draft ?? null,
    files: (files ?? []).map(({ error: why, ...file }) =>
      withBlob({ ...file, error: why && fromStoredError(why) }, blobs.get(file.id) ?? null),
    ),
    tab,
    error: error && fromStoredError(error),
  };
}

/**
 * @param {Refusal | TalkError} error
 * @returns {NonNullable<StoredUnsent["error"]>}
 */
function toStoredError(error) {
  const { code, message } = error;
  if (error instanceof Refusal) return { name: "Refusal", code, message, path: error.path };
  return { name: "TalkError", code, message, path: [] };
}

/** @param {NonNullable<StoredUnsent["error"]>} error */
function fromStoredError(error) {
  const isRefusal = error.name === "Refusal";
  return isRefusal ? new Refusal(error) : new TalkError(error.code, error.message);
}

/**
 * @param {Entry} entry
 * @returns {Content}
 */
export const contentOf = ({ body, mentions }) => ({ body, mentions });

/**
 * No more of people than what is kept of them: a storage can't keep everything.
 * @param {Named[] | null} people
 */
export const named = (people) => people && people.map(({ id, name }) => ({ id, name }));

/** @param {Named[] | null} people */
export const idsOf = (people) => people && people.map(({ id }) => id);

/**
 * @param {Content} one
 * @param {Content} other
 */
export function isSame(one, other) {
  return one.body === other.body && String(idsOf(one.mentions)) === String(idsOf(other.mentions));
}

/**
 * An entry with another version of one of its files.
 * @param {Entry} entry
 * @param {string} id
 * @param {Partial<EntryFile>} changes
 * @returns {Entry}
 */
export function withFile(entry, id, changes) {
  const files = entry.files.map((file) => (file.id === id ? { ...file, ...changes } : file));
  return { ...entry, files };
}

/**
 * An entry whose files are uploaded again.
 * @param {Entry} entry
 * @returns {Entry}
 */
export function withoutUploads(entry) {
  const files = entry.files.map((file) => ({ ...file, attachment: null, error: null }));
  return { ...entry, files };
}
