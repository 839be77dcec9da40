/** Queries and mutations over HTTP. */

import { TalkError } from "../errors.js";

export class Http {
  /** What is on its way. @type {Set<AbortController>} */
  #running = new Set();
  #fetch;
  /** By how many milliseconds the server's clock is ahead of the page's. */
  #ahead = 0;

  /**
   * @param {URL} url
   * @param {typeof globalThis.fetch} fetch
   * @param {number} patience seconds within which an answer has to be there.
   */
  constructor(url, fetch, patience) {
    this.url = url;
    this.patience = patience;
    // A page's own `fetch` may not be called as a method of something else.
    this.#fetch = /** @type {typeof fetch} */ ((...given) => fetch(...given));
  }

  /**
   * The data that the server answers. Throws a `TalkError` if there is none.
   * @param {{query: string, variables: object}} operation
   * @param {Record<string, string>} headers of the credentials.
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async post(operation, headers, signal) {
    signal?.throwIfAborted();
    const running = new AbortController();
    const giveUp = () => running.abort(signal?.reason);
    const late = new TalkError("TIMEOUT", "The server did not answer in time.", {
      retryable: true,
    });
    const timer = setTimeout(() => running.abort(late), this.patience * 1000);
    signal?.addEventListener("abort", giveUp);
    this.#running.add(running);
    try {
      return await this.#send(operation, headers, running.signal);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
      this.#running.delete(running);
    }
  }

  /** The time of the server, as its last answer told it; that of the page, if none did. */
  now() {
    return Date.now() + this.#ahead;
  }

  close() {
    const closed = new TalkError("CLOSED", "The client was closed.");
    for (const each of this.#running) each.abort(closed);
  }

  /**
   * @param {object} operation
   * @param {Record<string, string>} headers
   * @param {AbortSignal} signal
   */
  async #send(operation, headers, signal) {
    let response, answer;
    try {
      response = await this.#fetch(this.url, {
        method: "POST",
        headers: {
          Accept: "application/graphql-response+json",
          "Content-Type": "application/json",
          ...headers,
        },
        body: JSON.stringify(operation),
        credentials: "same-origin",
        // What was written is for this address alone.
        redirect: "error",
        signal,
      });
      answer = parsed(await response.text());
    } catch (error) {
      signal.throwIfAborted();
      throw new TalkError("NETWORK", "The server can't be reached.", {
        retryable: true,
        cause: error,
      });
    }
    this.#setClock(response.headers.get("Date"));
    const retryAfter = this.#secondsOf(response.headers.get("Retry-After"));
    if (answer?.errors?.length) throw TalkError.from(answer.errors, retryAfter);
    if (answer?.data) return answer.data;
    // A proxy before the server answers, or something else at this address.
    const message = `The server can't be reached: status ${response.status}.`;
    throw new TalkError("NETWORK", message, { retryable: true, retryAfter });
  }

  /** @param {string | null} date null from another origin that does not expose it. */
  #setClock(date) {
    const time = Date.parse(date ?? "");
    if (!Number.isNaN(time)) this.#ahead = time - Date.now();
  }

  /**
   * The seconds that a header `Retry-After` names, as a number or as a date.
   * @param {string | null} header
   */
  #secondsOf(header) {
    if (!header) return undefined;
    const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - this.now()) / 1000;
    return Number.isNaN(seconds) ? undefined : Math.max(seconds, 0);
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
