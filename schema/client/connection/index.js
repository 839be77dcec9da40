/** The connection to the server: queries and mutations over HTTP, subscriptions over one socket. */

import { TalkError } from "../errors.js";
import { tellAll } from "../store.js";
import { Credentials } from "./credentials.js";
import { Http } from "./http.js";
import { Live } from "./live.js";
import { addressOf, watchPage } from "./page.js";
import { Subscription } from "./subscription.js";
import { TIMES } from "./waits.js";

/** @typedef {import("../types.js").TalkOptions} TalkOptions */
/** @typedef {import("../types.js").Connection} Connection */
/** @typedef {import("../types.js").Sink} Sink */
/** @typedef {{signal?: AbortSignal}} QueryOptions */

/**
 * Connect to a server. Nothing is sent before something is asked for.
 * @param {TalkOptions} options
 * @param {Partial<typeof TIMES>} [times] other times, for tests.
 * @returns {Connection}
 */
export function connect(options = {}, times = {}) {
  return new ServerConnection(options, { ...TIMES, ...times });
}

/** @implements {Connection} */
class ServerConnection {
  /** @type {Set<() => void>} */
  #backListeners = new Set();
  /** Whether the last request had no answer. */
  #isOutOfReach = false;
  #isClosed = false;
  #credentials;
  #http;
  #live;
  #options;
  #times;
  #stopWatching;

  /**
   * @param {TalkOptions} options
   * @param {typeof TIMES} times
   */
  constructor(options, times) {
    const url = addressOf(options.url);
    const socketUrl = new URL(url);
    socketUrl.protocol = url.protocol.replace("http", "ws");
    this.#options = options;
    this.#times = times;
    this.#credentials = new Credentials(options, times.answer);
    this.#http = new Http(url, options.fetch ?? globalThis.fetch, times.answer);
    this.#live = new Live({
      url: socketUrl,
      WebSocket: options.WebSocket ?? globalThis.WebSocket,
      credentials: this.#credentials,
      times,
      onLive: () => this.#tellBack(),
    });
    this.#stopWatching = watchPage({
      onBack: () => this.#comeBack(),
      onLost: () => this.#live.doubt(),
    });
    this.state = this.#live.state;
  }

  /**
   * @param {string} document
   * @param {object} [variables]
   * @param {QueryOptions} [options]
   */
  async query(document, variables = {}, { signal } = {}) {
    if (this.#isClosed) throw closed();
    this.#tellOperation(document, variables);
    try {
      const data = await this.#ask({ query: document, variables }, signal);
      this.#live.signIn();
      if (this.#isOutOfReach) this.#comeBack();
      return data;
    } catch (error) {
      if (this.#isClosed) throw closed();
      if (error instanceof TalkError) this.#note(error);
      throw error;
    }
  }

  /**
   * @param {string} document
   * @param {() => object} variables
   * @param {Sink} sink
   */
  subscribe(document, variables, sink) {
    if (this.#isClosed || !this.#live.WebSocket) {
      const reason = this.#isClosed ? closed() : noWebSocket();
      queueMicrotask(() => sink.end(reason));
      return () => {};
    }
    const owner = {
      onReady: (/** @type {Subscription} */ each) => this.#live.begin(each),
      onRefused: () => this.#live.refuse(),
      onOver: (/** @type {Subscription} */ each) => this.#live.drop(each),
      onOperation: (/** @type {string} */ query, /** @type {object} */ given) =>
        this.#tellOperation(query, given),
    };
    const subscription = new Subscription(document, variables, sink, owner, this.#times);
    this.#live.follow(subscription);
    return () => this.#live.drop(subscription);
  }

  /**
   * @param {string} document
   * @param {object} variables
   */
  tell(document, variables) {
    if (this.#live.tell({ query: document, variables })) this.#tellOperation(document, variables);
  }

  now() {
    return this.#http.now();
  }

  /** @type {Connection["whenRenewed"]} */
  whenRenewed = (check) => {
    this.#credentials.check = (token) =>
      check((query) => this.#http.post({ query, variables: {} }, this.#credentials.headers(token)));
  };

  /** @param {() => void} listener */
  whenBack(listener) {
    // A function of its own: the same listener may come twice.
    const own = () => listener();
    this.#backListeners.add(own);
    return () => void this.#backListeners.delete(own);
  }

  close() {
    this.#isClosed = true;
    this.#stopWatching();
    this.#backListeners.clear();
    this.#live.close();
    this.#credentials.close();
    this.#http.close();
  }

  /**
   * @param {{query: string, variables: object}} operation
   * @param {AbortSignal | undefined} signal
   */
  async #ask(operation, signal) {
    const token = await this.#credentials.token();
    try {
      return await this.#http.post(operation, this.#credentials.headers(token), signal);
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      const other = await this.#credentials.renew(token);
      if (other === null) throw error;
      return await this.#askAgain(operation, other, signal);
    }
  }

  /**
   * @param {{query: string, variables: object}} operation
   * @param {string} token
   * @param {AbortSignal | undefined} signal
   */
  async #askAgain(operation, token, signal) {
    try {
      return await this.#http.post(operation, this.#credentials.headers(token), signal);
    } catch (error) {
      if (isSignedOut(error)) this.#credentials.forget(token);
      throw error;
    }
  }

  /** What the failure of a request says about the connection. @param {TalkError} error */
  #note(error) {
    if (isSignedOut(error)) this.#live.signOut();
    if (error.code !== "NETWORK" && error.code !== "TIMEOUT") return;
    this.#isOutOfReach = true;
    this.#live.miss();
  }

  #comeBack() {
    this.#live.hurry();
    this.#tellBack();
  }

  #tellBack() {
    this.#isOutOfReach = false;
    tellAll(this.#backListeners);
  }

  /**
   * @param {string} query
   * @param {object} variables
   */
  #tellOperation(query, variables) {
    const [, kind = "query", name = ""] = HEAD.exec(query) ?? [];
    const operation = { kind: /** @type {Kind} */ (kind), name, query, variables };
    tellAll([() => this.#options.onOperation?.(operation)]);
  }
}

/** @typedef {import("../types.js").Operation["kind"]} Kind */
/** The beginning of a document. */
const HEAD = /^\s*(query|mutation|subscription)\s+(\w+)/;

/**
 * Whether the server knows the sender of a request no more. With a session, it says so by
 * `CSRF_FAILED` if another session has taken its place.
 * @param {unknown} error
 */
function isSignedOut(error) {
  return error instanceof TalkError && ["UNAUTHENTICATED", "CSRF_FAILED"].includes(error.code);
}

function noWebSocket() {
  const message = "There is no WebSocket here. Give createTalk one as its option `WebSocket`.";
  return new TalkError("NO_WEBSOCKET", message);
}

function closed() {
  return new TalkError("CLOSED", "The client was closed.");
}
