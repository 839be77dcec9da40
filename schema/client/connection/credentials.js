/** Who the client is to the server: a bearer token that can be renewed, or the page's session. */

import { TalkError } from "../errors.js";

/** @typedef {Pick<import("../types.js").TalkOptions, "token" | "csrfToken">} Options */

export class Credentials {
  /** The token that the server did not refuse so far. @type {string | null} */
  #token = null;
  /** The token before this one. @type {string | null} */
  #last = null;
  /**
   * Checks another token before anything is sent with it. What it answers makes the client that of
   * somebody else; null if the person is the same.
   * @type {(token: string) => Promise<(() => void) | null>}
   */
  check = async () => null;
  /** @type {Promise<string> | null} All who need a token meanwhile wait for the same answer. */
  #asking = null;
  #options;
  /** Django's cookie as this client saw it first. @type {string} */
  #cookie = "";
  /** Ends the wait for a token. @type {AbortController | undefined} */
  #waiting;

  /**
   * @param {Options} options
   * @param {number} patience seconds within which a token has to be there.
   */
  constructor(options, patience) {
    this.#options = options;
    this.patience = patience;
    /** Whether the session of the page counts. */
    this.isSession = options.token === undefined;
  }

  /** The token; null with a session. Throws a `TalkError` if there is none. */
  async token() {
    if (this.isSession) return null;
    if (this.#token !== null) return this.#token;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /**
   * The server refused this token. Answers another one; null if there is no other.
   * @param {string | null} refused
   */
  async renew(refused) {
    this.forget(refused);
    const fresh = await this.token();
    if (fresh !== refused) return fresh;
    this.forget(refused);
    return null;
  }

  /**
   * Ask for a token again when one is needed, if this one is still kept.
   * @param {string | null} refused
   */
  forget(refused) {
    if (this.#token === refused) this.#token = null;
    this.#cookie = "";
  }

  /**
   * Whether somebody has signed in with this browser since, such as in another tab: then the
   * session may be another person's.
   */
  get isReplaced() {
    return this.isSession && this.#cookie !== "" && csrfCookie() !== this.#cookie;
  }

  /**
   * What a request says about its sender.
   * @param {string | null} token
   * @returns {Record<string, string>}
   */
  headers(token) {
    if (token !== null) return { Authorization: `Bearer ${token}` };
    // Django changes the cookie when somebody signs in. With the one from before, the server
    // refuses what would otherwise be done in the name of that person.
    this.#cookie ||= csrfCookie();
    const { csrfToken = this.#cookie } = this.#options;
    const value = typeof csrfToken === "function" ? csrfToken() : csrfToken;
    return value ? { "X-CSRFToken": value } : {};
  }

  close() {
    this.#waiting?.abort(new TalkError("CLOSED", "The client was closed."));
  }

  async #ask() {
    const { token } = this.#options;
    const found = typeof token === "function" ? await this.#inTime(token) : token;
    if (!found) throw new TalkError("UNAUTHENTICATED", "Nobody is signed in.");
    const isKnown = this.#last === null || this.#last === found;
    const become = isKnown ? null : await this.check(found);
    this.#token = this.#last = found;
    if (become === null) return found;
    // Those who wait asked for somebody else. Whoever asks from now on gets the token at once.
    this.#asking = null;
    become();
    throw new TalkError("UNAUTHENTICATED", "Somebody else is signed in.");
  }

  /**
   * What the function answers. It may fail for the moment, as when it asks a server that is away.
   * @param {() => string | null | Promise<string | null>} ask
   */
  async #inTime(ask) {
    const patience = new AbortController();
    const late = new TalkError("TIMEOUT", "No token came in time.", { retryable: true });
    const timer = setTimeout(() => patience.abort(late), this.patience * 1000);
    this.#waiting = patience;
    const ended = new Promise((_, reject) => {
      patience.signal.onabort = () => reject(patience.signal.reason);
    });
    try {
      return await Promise.race([Promise.resolve().then(ask), ended]);
    } catch (error) {
      if (error instanceof TalkError) throw error;
      throw new TalkError("NETWORK", "No token could be had.", { retryable: true, cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The value of Django's cookie now: letters and digits. */
function csrfCookie() {
  const cookies = globalThis.document?.cookie ?? "";
  return /(?:^|; *)csrftoken=(\w*)/.exec(cookies)?.[1] ?? "";
}
