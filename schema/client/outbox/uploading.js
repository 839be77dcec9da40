/** Brings the files of a message to the server, one after the other, before the message is sent. */

import { Refusal, TalkError } from "../errors.js";
import { withFile } from "./entry.js";

/** @import {EntryFile} from "./entry.js" */
/** @import {OutboxOptions} from "./index.js" */

/** With these errors a message waits until the viewer is signed in again. It is not to blame. */
const KEEP = ["UNAUTHENTICATED", "CSRF_FAILED", "CLOSED"];

export class Uploading {
  /** What is on its way, by the ids of the files. @type {Map<string, AbortController>} */
  #running = new Map();
  #queue;
  #uploads;

  /**
   * @param {import("./queue.js").Queue} queue
   * @param {OutboxOptions["uploads"]} uploads
   */
  constructor(queue, uploads) {
    this.#queue = queue;
    this.#uploads = uploads;
  }

  /**
   * Upload those files of a message that are not there yet. Answers its entry as it is then; nothing if it
   * is gone. Throws why a file can't be uploaded.
   * @param {string} clientId
   */
  async bring(clientId) {
    for (;;) {
      const entry = this.#queue.get(clientId);
      const file = entry?.files.find(({ attachment }) => attachment === null);
      if (!entry || !file) return entry;
      const state = /** @type {const} */ ("uploading");
      if (entry.state !== state) await this.#queue.put({ ...entry, state, error: null });
      // It may have been taken out meanwhile.
      else await this.#bring(clientId, file);
    }
  }

  /** @param {readonly EntryFile[]} files */
  cancel(files) {
    for (const { id } of files) this.#running.get(id)?.abort();
  }

  close() {
    for (const each of this.#running.values()) each.abort();
  }

  /**
   * @param {string} clientId
   * @param {EntryFile} file
   */
  async #bring(clientId, file) {
    const running = new AbortController();
    this.#running.set(file.id, running);
    try {
      const { id } = await this.#attempt(file, running.signal);
      file.progress.set(1);
      await this.#change(clientId, file, { attachment: id });
    } catch (error) {
      if (running.signal.aborted) return;
      file.progress.set(0);
      const why = known(error);
      if (!isPassing(why)) await this.#change(clientId, file, { error: why });
      throw error;
    } finally {
      this.#running.delete(file.id);
    }
  }

  /**
   * @param {EntryFile} file
   * @param {AbortSignal} signal
   */
  async #attempt({ blob, filename, contentType, progress }, signal) {
    // The browser had no room for it before a reload, or its storage was emptied.
    if (!blob) throw new TalkError("FILE_LOST", "This file is not here any more.");
    const onProgress = (/** @type {number} */ part) => progress.set(part);
    return this.#uploads.attempt(blob, { filename, contentType }, { signal, onProgress });
  }

  /**
   * @param {string} clientId
   * @param {EntryFile} file
   * @param {Partial<EntryFile>} changes
   */
  async #change(clientId, file, changes) {
    const entry = this.#queue.get(clientId);
    if (entry) await this.#queue.put(withFile(entry, file.id, changes));
  }
}

/**
 * Whether a message is sent later all the same.
 * @param {Refusal | TalkError} error
 * @returns {error is TalkError}
 */
export function isPassing(error) {
  return error instanceof TalkError && (error.retryable || KEEP.includes(error.code));
}

/** @param {unknown} error */
export function known(error) {
  const isKnown = error instanceof Refusal || error instanceof TalkError;
  return isKnown ? error : new TalkError("INTERNAL", String(error));
}
