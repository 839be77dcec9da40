/** Says which tab sends a message, when one person has several: the one that it was written in. */

import { newId } from "./entry.js";
import { inTime } from "./patience.js";

/**
 * A tab of the browser. While it is open it holds a lock of its own name. So other tabs know when it is
 * gone, also if it crashed, and send what it left. Without Web Locks, as in Node and on pages that came
 * over plain HTTP, every tab counts as gone: two may then send the same message, and its client id keeps
 * it one.
 */
export class Tab {
  name = newId();
  #closing = new AbortController();
  /** @type {Set<string>} the tabs that this one waits for. */
  #awaited = new Set();
  /** @type {LockManager | undefined} */
  #locks = globalThis.navigator?.locks;
  #scope = "";

  /**
   * Hold this tab's lock until `close`.
   * @param {string} scope what the tabs have in common.
   * @returns {Promise<void>} until the lock is held.
   */
  open(scope) {
    this.#scope = scope;
    const { signal } = this.#closing;
    /** @type {Promise<void>} */
    const isHeld = new Promise((resolve, reject) => {
      const hold = () => {
        resolve();
        return new Promise((release) => {
          if (signal.aborted) release(undefined);
          signal.addEventListener("abort", release, { once: true });
        });
      };
      (this.#locks?.request(this.#lockOf(this.name), hold) ?? Promise.reject()).catch(reject);
    });
    // Some pages are refused all locks, such as those in a sandbox.
    const goOn = () => void (this.#locks = undefined);
    return inTime(isHeld.catch(goOn), goOn);
  }

  /**
   * Call `adopt` when the tab of this name is gone: of several tabs that wait, one after the other.
   * @param {string} name
   * @param {() => Promise<void>} adopt
   * @returns {Promise<void>} until `adopt` is done, if the tab is gone already.
   */
  async whenGone(name, adopt) {
    if (name === this.name || this.#awaited.has(name)) return;
    this.#awaited.add(name);
    if (!this.#locks) return adopt();
    const isThere = await this.#locks
      .request(this.#lockOf(name), { ifAvailable: true }, async (lock) =>
        lock ? void (await adopt()) : true,
      )
      .catch(() => true);
    if (!isThere) return void this.#awaited.delete(name);
    const { signal } = this.#closing;
    this.#locks
      .request(this.#lockOf(name), { signal }, adopt)
      // It was this tab that was closed.
      .catch(() => {})
      .finally(() => this.#awaited.delete(name));
  }

  close() {
    this.#closing.abort();
  }

  /** @param {string} name */
  #lockOf(name) {
    return `${this.#scope} ${name}`;
  }
}
