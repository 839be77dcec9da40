/** Who the viewer is, and the limits of the server. */

import { Writable } from "../store.js";
import { askUntilAnswered } from "./asking.js";

/** @import {Connection, Limits, Viewer} from "../types.js" */
/** @import {Documents} from "../documents.js" */

export class ViewerFeed {
  /** @type {Writable<Viewer | null>} */
  viewer = new Writable(/** @type {Viewer | null} */ (null));
  /** @type {Writable<Limits | null>} */
  limits = new Writable(/** @type {Limits | null} */ (null));
  #connection;
  #document;
  #onOther;
  #life = new AbortController();
  #isSignedOut = false;
  #isAsking = false;
  /** @type {(() => void)[]} */
  #ends;

  /**
   * @param {Connection} connection
   * @param {Documents} documents
   * @param {() => void} onOther is called when the viewer has become somebody else.
   */
  constructor(connection, documents, onOther) {
    this.#connection = connection;
    this.#document = documents.viewer;
    this.#onOther = onOther;
    this.#ends = [
      connection.state.subscribe(() => this.#stateChanged()),
      connection.whenBack(() => this.#missing()),
    ];
    connection.whenRenewed?.((ask) => this.#check(ask));
    void this.#ask();
  }

  close() {
    for (const end of this.#ends) end();
    this.#life.abort();
  }

  /** After the server refused the credentials, somebody else may be signed in. */
  #stateChanged() {
    const wasSignedOut = this.#isSignedOut;
    this.#isSignedOut = this.#connection.state.getSnapshot() === "signed out";
    if (wasSignedOut && !this.#isSignedOut) void this.#ask();
  }

  /** Somebody may have signed in meanwhile, such as in another tab. */
  #missing() {
    if (this.#isSignedOut || !this.viewer.getSnapshot()) void this.#ask();
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { signal } = this.#life;
    const ask = () => this.#connection.query(this.#document, {}, { signal });
    try {
      this.#set(await askUntilAnswered(this.#connection, ask, signal));
    } catch {
      // The state of the connection says why, and the next `whenBack` tries again.
    } finally {
      this.#isAsking = false;
    }
  }

  /**
   * Whose a new token is: null if it is the viewer's.
   * @param {(document: string) => Promise<any>} ask
   */
  async #check(ask) {
    const before = this.viewer.getSnapshot();
    if (!before) return null;
    const answer = await ask(this.#document);
    return answer.viewer.id === before.id ? null : () => this.#set(answer);
  }

  /** @param {{viewer: Viewer, limits: Limits}} answer */
  #set({ viewer, limits }) {
    const before = this.viewer.getSnapshot();
    this.limits.set(limits);
    this.viewer.set(viewer);
    if (before && before.id !== viewer.id) this.#onOther();
  }
}
