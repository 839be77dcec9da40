/** One subscription, over as many sockets as it takes. */

import { TalkError } from "../errors.js";
import { Pauses } from "./waits.js";

/** @typedef {import("../types.js").Sink} Sink */
/** @typedef {import("./socket.js").Socket} Socket */
/**
 * @typedef {{
 *   onReady: (subscription: Subscription) => void,
 *   onRefused: () => void,
 *   onOver: (subscription: Subscription) => void,
 *   onOperation: (query: string, variables: object) => void,
 * }} Owner `onReady`: it can begin again. `onRefused`: nobody is signed in. `onOver`: it has ended.
 */

export class Subscription {
  /** Ends what runs on the socket. @type {(() => void) | null} */
  #stop = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #pauses;
  #isOver = false;

  /**
   * @param {string} document
   * @param {() => object} variables
   * @param {Sink} sink
   * @param {Owner} owner
   * @param {typeof import("./waits.js").TIMES} times
   */
  constructor(document, variables, sink, owner, times) {
    this.document = document;
    this.variables = variables;
    this.sink = sink;
    this.owner = owner;
    this.#pauses = new Pauses(times);
  }

  /** Begin on a live socket, unless it is to wait. @param {Socket} socket */
  begin(socket) {
    if (this.#timer !== undefined) return;
    const operation = { query: this.document, variables: this.variables() };
    this.owner.onOperation(operation.query, operation.variables);
    this.#pauses.begin();
    this.#stop = socket.start(operation, (message) => this.#hear(message));
    if (this.#stop) return;
    const error = new TalkError("LIMIT_EXCEEDED", "This subscription is too long for the server.");
    // Whoever subscribes has to get the function first that ends the subscription.
    queueMicrotask(() => this.#end(error));
  }

  /** Nothing comes any more. */
  stop() {
    this.#isOver = true;
    this.#pause();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #pause() {
    this.#stop?.();
    this.#stop = null;
  }

  /** @param {import("./socket.js").Message} message */
  #hear({ type, payload }) {
    const errors = type === "error" ? payload : payload?.errors;
    if (errors?.length) this.#fail(TalkError.from(errors));
    else if (type !== "next") this.#end(null);
    else if (payload?.data) this.sink.next(payload.data);
    else this.#fail(new TalkError("INTERNAL", "The server sent no data.", { retryable: true }));
  }

  /** @param {TalkError} error */
  #fail(error) {
    this.#pause();
    if (error.code === "UNAUTHENTICATED") return this.owner.onRefused();
    if (!error.retryable) return this.#end(error);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.owner.onReady(this);
    }, this.#pauses.next(error.retryAfter));
  }

  /** @param {TalkError | null} error */
  #end(error) {
    if (this.#isOver) return;
    this.stop();
    this.owner.onOver(this);
    this.sink.end(error);
  }
}
