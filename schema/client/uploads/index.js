/** Uploads files: asks the server where the bytes go, and brings them there. */

import { Refusal, TalkError } from "../errors.js";
import { askUntilAnswered, isRetryable } from "../stores/asking.js";
import { put } from "./put.js";

/** @import {Attachment, Connection, TalkOptions, UploadOptions} from "../types.js" */
/** @import {Verbs} from "../verbs.js" */
/** @import {Place} from "./put.js" */

/** @typedef {{attachment: Attachment, place: Place}} Begun */
/** @typedef {{filename: string, contentType: string}} Named */

/** What the bytes are if nobody knows it. */
const BYTES = "application/octet-stream";

export class Uploads {
  /** Where the bytes go of files that are not there yet. @type {WeakMap<Blob, Begun>} */
  #begun = new WeakMap();
  /** What is on its way. @type {Set<AbortController>} */
  #running = new Set();
  #connection;
  #startUpload;
  #server;
  #fetch;
  #isClosed = false;

  /**
   * @param {Pick<Connection, "whenBack">} connection
   * @param {Pick<Verbs, "startUpload">} verbs
   * @param {string} server its address.
   * @param {TalkOptions["fetch"]} fetch instead of the page's own ways.
   */
  constructor(connection, { startUpload }, server, fetch) {
    this.#connection = connection;
    this.#startUpload = startUpload;
    this.#server = server;
    this.#fetch = fetch;
  }

  /**
   * Upload a file, and try again until there is an answer.
   * @param {Blob} file
   * @param {UploadOptions} [options]
   */
  upload = async (file, { onProgress = () => {}, signal } = {}) => {
    signal?.throwIfAborted();
    const running = new AbortController();
    const stop = () => running.abort(signal?.reason);
    signal?.addEventListener("abort", stop);
    this.#running.add(running);
    if (this.#isClosed) this.close();
    try {
      const ask = () => this.attempt(file, namesOf(file), { onProgress, signal: running.signal });
      return await askUntilAnswered(this.#connection, ask, running.signal);
    } catch (error) {
      running.signal.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#running.delete(running);
    }
  };

  /**
   * Try once. The next attempt with this file goes on where this one failed.
   * @param {Blob} file
   * @param {Named} names
   * @param {Required<UploadOptions>} options
   * @returns {Promise<Attachment>}
   */
  async attempt(file, names, options) {
    const known = this.#begun.get(file);
    try {
      return await this.#bring(file, known ?? (await this.#begin(file, names)), options);
    } catch (error) {
      if (isRetryable(error) || options.signal.aborted) throw error;
      this.#begun.delete(file);
      // What was begun earlier may be over by now. A store answers without a code of ours then.
      const code = error instanceof Refusal || error instanceof TalkError ? error.code : "";
      if (!known || !["NOT_FOUND", "NETWORK"].includes(code)) throw error;
      return this.attempt(file, names, options);
    }
  }

  close() {
    this.#isClosed = true;
    const closed = new TalkError("CLOSED", "The client was closed.");
    for (const each of this.#running) each.abort(closed);
  }

  /**
   * @param {Blob} file
   * @param {Named} names
   * @returns {Promise<Begun>}
   */
  async #begin(file, { filename, contentType }) {
    const { size } = file;
    const answer = await this.#startUpload({ filename, size, contentType: contentType || BYTES });
    const { attachment, url, method, headers } = answer;
    const place = { url: new URL(url, this.#server).href, method, headers };
    this.#begun.set(file, { attachment, place });
    return { attachment, place };
  }

  /**
   * @param {Blob} file
   * @param {Begun} begun
   * @param {Required<UploadOptions>} options
   */
  async #bring(file, { attachment, place }, options) {
    await put(place, file, options, this.#fetch);
    this.#begun.delete(file);
    return attachment;
  }
}

/**
 * What a file calls itself.
 * @param {Blob} file
 * @returns {Named}
 */
export function namesOf(file) {
  const filename = "name" in file ? String(file.name) : "";
  return { filename: filename || "file", contentType: file.type };
}
