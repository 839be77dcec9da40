/** One WebSocket that speaks `graphql-transport-ws`, from its opening to its end. */

/** @typedef {{type: string, id?: string, payload?: any}} Message */
/** @typedef {{onLive: () => void, onEnd: (code: number) => void}} Owner */

export const PROTOCOL = "graphql-transport-ws";
/** A frame that is longer ends the socket at the server. */
const LONGEST_FRAME = 64 * 1024;
/** The code of an end that nobody told of: there was no answer. */
const SILENT = 4504;
const encoder = new TextEncoder();

export class Socket {
  /** The operations that run. @type {Map<string, (message: Message) => void>} */
  #operations = new Map();
  #lastId = 0;
  #heardAt = performance.now();
  /** When it was asked for a sign of life that has not come yet. @type {number | null} */
  #askedAt = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #isOver = false;
  #socket;
  #owner;
  #times;

  /**
   * @param {WebSocket} socket
   * @param {Record<string, string> | undefined} payload of `connection_init`.
   * @param {Owner} owner is told when the socket is acknowledged, and once when it has ended.
   * @param {typeof import("./waits.js").TIMES} times
   */
  constructor(socket, payload, owner, times) {
    this.#socket = socket;
    this.#owner = owner;
    this.#times = times;
    /** Since when it is being opened. */
    this.begunAt = this.#heardAt;
    this.isLive = false;
    // `onclose` comes next in browsers. In Node 20 it does not, if the handshake was refused.
    socket.onerror = () => this.#doubt(0);
    socket.onopen = () => this.#send({ type: "connection_init", payload });
    socket.onmessage = ({ data }) => this.#hear(data);
    socket.onclose = ({ code }) => this.#end(code);
    this.#doubt(times.handshake);
  }

  /**
   * Begin an operation. What the server says of it goes to `listener`, until the function that is
   * answered is called. Answers null if the operation is too long for the server.
   * @param {{query: string, variables: object}} payload
   * @param {(message: Message) => void} listener
   */
  start(payload, listener) {
    const id = String((this.#lastId += 1));
    const frame = JSON.stringify({ id, type: "subscribe", payload });
    if (encoder.encode(frame).length > LONGEST_FRAME) return null;
    this.#operations.set(id, listener);
    this.#socket.send(frame);
    return () => {
      if (this.#operations.delete(id) && !this.#isOver) this.#send({ id, type: "complete" });
    };
  }

  /** Find out whether the server can still be reached, without waiting for a silence. */
  probe() {
    if (!this.isLive || this.#askedAt !== null) return;
    clearTimeout(this.#timer);
    this.#ask();
  }

  /** End it, without telling the owner. */
  close() {
    this.#abandon(1000);
  }

  /** @param {Message} message */
  #send(message) {
    // Between its end and `onclose`, a socket takes nothing.
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  /** @param {unknown} data */
  #hear(data) {
    this.#heardAt = performance.now();
    /** @type {Message | null} */
    let message;
    try {
      message = JSON.parse(/** @type {string} */ (data));
    } catch {
      return this.#giveUp(4400);
    }
    if (message?.type === "connection_ack") this.#begin();
    else if (message?.type === "ping") this.#send({ type: "pong" });
    else if (message?.id) this.#pass(message.id, message);
  }

  #begin() {
    // All that runs here would run twice.
    if (this.isLive) return;
    clearTimeout(this.#timer);
    this.isLive = true;
    this.#wait(this.#times.silence);
    this.#owner.onLive();
  }

  /**
   * @param {string} id
   * @param {Message} message
   */
  #pass(id, message) {
    const listener = this.#operations.get(id);
    if (message.type !== "next") this.#operations.delete(id);
    listener?.(message);
  }

  /** Give up if nothing else happens within so many seconds. @param {number} seconds */
  #doubt(seconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#giveUp(SILENT), seconds * 1000);
  }

  /** Look again after so many seconds. @param {number} seconds */
  #wait(seconds) {
    this.#timer = setTimeout(() => this.#look(), seconds * 1000);
  }

  /** Whether the socket is silent. One timer is enough, however much is heard. */
  #look() {
    const { silence } = this.#times;
    if (this.#askedAt !== null && this.#heardAt < this.#askedAt) return this.#giveUp(SILENT);
    this.#askedAt = null;
    const silent = (performance.now() - this.#heardAt) / 1000;
    if (silent < silence) this.#wait(silence - silent);
    else this.#ask();
  }

  #ask() {
    this.#askedAt = performance.now();
    this.#send({ type: "ping" });
    this.#wait(this.#times.pong);
  }

  /** @param {number} code */
  #giveUp(code) {
    this.#abandon(code);
    this.#owner.onEnd(code);
  }

  /** @param {number} code */
  #end(code) {
    this.#stop();
    this.#owner.onEnd(code);
  }

  /**
   * End it now. Where the network has vanished, `onclose` would come minutes later.
   * @param {number} code
   */
  #abandon(code) {
    this.#stop();
    this.#socket.close(code);
  }

  #stop() {
    this.#isOver = true;
    this.isLive = false;
    clearTimeout(this.#timer);
    this.#operations.clear();
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    // The package `ws` throws an error that nobody listens to, such as that of a socket which is
    // closed while it is being opened.
    socket.onerror = () => {};
  }
}
