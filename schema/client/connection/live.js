/** Keeps a socket open while anything is subscribed to, and opens another one when it is lost. */

import { tellAll, Writable } from "../store.js";
import { PROTOCOL, Socket } from "./socket.js";
import { Pauses } from "./waits.js";

/** @typedef {import("./credentials.js").Credentials} Credentials */
/** @typedef {import("../errors.js").TalkError} TalkError */
/** @typedef {import("./subscription.js").Subscription} Subscription */
/** @typedef {import("../types.js").ConnectionState} ConnectionState */
/** @typedef {"resting" | "opening" | "live" | "waiting" | "signed out"} Phase */

/** After these close codes the server wants a pause of at least so many seconds. */
const LEAST_PAUSES = new Map([
  [4400, 1],
  [4413, 1],
  [4429, 2],
  [4500, 1],
]);
/** The close codes for credentials that don't hold, and for none. */
const REFUSED = 4403;
const NO_CREDENTIALS = 4408;
/** When the network is back, an attempt that takes so many milliseconds begins anew. */
const SLOW = 2000;

export class Live {
  /** @type {Phase} */
  #phase = "resting";
  /** @type {Set<Subscription>} */
  #subscriptions = new Set();
  /** @type {Socket | null} */
  #socket = null;
  /** The token that the socket was opened with. @type {string | null} */
  #token = null;
  /** Whether the server refused the credentials, and has not taken others for long since. */
  #isRefused = false;
  /** Another object for each attempt: an answer to an earlier one comes too late. */
  #attempt = {};
  /** Until the next attempt. @type {ReturnType<typeof setTimeout> | undefined} */
  #retryTimer;
  /** @type {ReturnType<typeof setTimeout> | undefined} Until an unused socket is closed. */
  #restTimer;
  #pauses;

  /**
   * @param {{
   *   url: URL, WebSocket: typeof globalThis.WebSocket, credentials: Credentials,
   *   times: typeof import("./waits.js").TIMES, onLive: () => void,
   * }} given `onLive` is called each time the socket has become live.
   */
  constructor({ url, WebSocket, credentials, times, onLive }) {
    this.url = url;
    this.WebSocket = WebSocket;
    this.credentials = credentials;
    this.times = times;
    this.onLive = onLive;
    this.#pauses = new Pauses(times);
    this.state = new Writable(/** @type {ConnectionState} */ ("connecting"));
  }

  /** @param {Subscription} subscription */
  follow(subscription) {
    clearTimeout(this.#restTimer);
    this.#subscriptions.add(subscription);
    this.begin(subscription);
    if (this.#phase === "resting") this.#open();
  }

  /** @param {Subscription} subscription */
  drop(subscription) {
    subscription.stop();
    if (!this.#subscriptions.delete(subscription) || this.#subscriptions.size) return;
    // Whoever goes from one conversation to the next subscribes again in a moment.
    const rest = () => this.#phase !== "signed out" && this.#rest();
    this.#restTimer = setTimeout(rest, this.times.idle * 1000);
  }

  /** Begin a subscription, if the socket is live. @param {Subscription} subscription */
  begin(subscription) {
    if (this.#phase === "live" && this.#socket) subscription.begin(this.#socket);
  }

  /**
   * Send a mutation and ignore its answer, if the socket is live.
   * @param {{query: string, variables: object}} operation
   */
  tell(operation) {
    return this.#phase === "live" && Boolean(this.#socket?.start(operation, () => {}));
  }

  /** The network may be back, or the viewer is. */
  hurry() {
    if (this.#phase === "resting") this.state.set("connecting");
    const begunAt = this.#socket?.begunAt ?? Infinity;
    if (this.#phase === "live") this.#socket?.probe();
    else if (this.#phase === "waiting") this.#open();
    else if (this.#phase === "opening" && performance.now() - begunAt > SLOW) this.#open();
  }

  /** A request had no answer. Without a socket, nothing else tells that the server is away. */
  miss() {
    if (this.#phase === "resting") this.state.set("away");
  }

  /** The network may be lost. */
  doubt() {
    this.#socket?.probe();
  }

  /** The server took credentials: of whom, whoever asked knows before anything begins here. */
  signIn() {
    if (this.#phase !== "signed out") return;
    // Not at once: the socket may be refused again, although requests are not.
    this.#wait("connecting");
  }

  /** The server takes no credentials that can be had. */
  signOut() {
    this.#reset("signed out");
    this.#isRefused = false;
    this.credentials.forget(this.#token);
    this.state.set("signed out");
  }

  /** The credentials of the socket don't hold any more. Try others, once. */
  async refuse() {
    const isSecond = !this.#pauses.end() && this.#isRefused;
    this.#isRefused = true;
    this.#reset("opening");
    if (this.state.getSnapshot() === "live") this.state.set("connecting");
    if (isSecond) return this.signOut();
    const attempt = this.#attempt;
    try {
      const other = await this.credentials.renew(this.#token);
      if (attempt !== this.#attempt) return;
      if (other === null) this.signOut();
      else this.#open();
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(/** @type {TalkError} */ (error));
    }
  }

  close() {
    for (const each of this.#subscriptions) each.stop();
    this.#subscriptions.clear();
    this.#rest();
  }

  async #open() {
    if (!this.#subscriptions.size) return this.#rest();
    if (this.credentials.isReplaced) return this.signOut();
    this.#reset("opening");
    const attempt = this.#attempt;
    try {
      const token = await this.credentials.token();
      if (attempt === this.#attempt) this.#connect(token);
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(/** @type {TalkError} */ (error));
    }
  }

  /** @param {string | null} token */
  #connect(token) {
    this.#token = token;
    const payload = token === null ? undefined : this.credentials.headers(token);
    const owner = {
      onLive: () => this.#begin(),
      onEnd: (/** @type {number} */ code) => this.#end(code),
    };
    const socket = new this.WebSocket(this.url, PROTOCOL);
    this.#socket = new Socket(socket, payload, owner, this.times);
  }

  #begin() {
    this.#phase = "live";
    this.#pauses.begin();
    // Before anybody is told: who then subscribes begins at once.
    tellAll([...this.#subscriptions].map((each) => () => this.begin(each)));
    this.state.set("live");
    this.onLive();
  }

  /** @param {number} code */
  #end(code) {
    const isRefused = code === REFUSED || (code === NO_CREDENTIALS && this.credentials.isSession);
    if (isRefused) this.refuse();
    else this.#retry(LEAST_PAUSES.get(code));
  }

  /** @param {TalkError} error */
  #fail(error) {
    if (error.code === "UNAUTHENTICATED") this.signOut();
    else this.#retry(error.retryAfter);
  }

  /** @param {number} [least] seconds. */
  #retry(least) {
    if (this.#pauses.end()) this.#isRefused = false;
    this.#wait("away", least);
  }

  /**
   * Wait longer than the last time, then open a socket.
   * @param {ConnectionState} state meanwhile.
   * @param {number} [least] seconds.
   */
  #wait(state, least) {
    if (!this.#subscriptions.size) return this.#rest();
    this.#reset("waiting");
    this.state.set(state);
    this.#retryTimer = setTimeout(() => this.#open(), this.#pauses.next(least));
  }

  #rest() {
    this.#reset("resting");
    this.state.set("connecting");
  }

  /** Forget what was begun. @param {Phase} phase what comes instead. */
  #reset(phase) {
    this.#attempt = {};
    this.#phase = phase;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#restTimer);
    this.#socket?.close();
    this.#socket = null;
  }
}
