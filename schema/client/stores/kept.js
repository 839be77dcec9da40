/** Stores by their ids. The same id has the same store as long as it is used. */

/** @import {Lingering} from "./lingering.js" */

/** @template {Lingering<any>} S */
export class Kept {
  /** @type {Map<string, S>} */
  #stores = new Map();
  #make;
  #isClosed = false;

  /** @param {(id: string) => S} make makes the store of an id. */
  constructor(make) {
    this.#make = make;
  }

  /** @param {string} id */
  get(id) {
    const known = this.#stores.get(id);
    if (known) return known;
    const store = this.#make(id);
    if (this.#isClosed) {
      store.close();
      return store;
    }
    this.#stores.set(id, store);
    // Somebody may keep a store that has ended, and listen to it again.
    store.begun = () => this.#stores.set(id, this.#stores.get(id) ?? store);
    store.ended = () => {
      if (this.#stores.get(id) === store) this.#stores.delete(id);
    };
    return store;
  }

  [Symbol.iterator]() {
    return [...this.#stores.values()].values();
  }

  close() {
    this.#isClosed = true;
    for (const store of this) store.close();
  }
}
