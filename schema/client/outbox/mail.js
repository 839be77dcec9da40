/** The unsent messages of one viewer: where they are kept, and which tab sends them. */

import { Delivery } from "./delivery.js";
import { Queue } from "./queue.js";
import { SafeStorage, memoryFiles, memoryStorage } from "./storage.js";
import { Tab } from "./tab.js";

/** @import {OutboxOptions} from "./index.js" */

export class Mail {
  #tab = new Tab();
  /** @type {Set<string>} the messages that other tabs left. */
  #adopted = new Set();
  /** @type {Promise<void> | null} until what was left is adopted. */
  #started = null;

  /**
   * @param {import("../store.js").Writable<readonly import("./entry.js").Entry[]>} shown
   * @param {Pick<OutboxOptions, "verbs" | "uploads" | "sent">} options
   */
  constructor(shown, options) {
    this.queue = new Queue(shown);
    this.delivery = new Delivery(this.queue, options);
  }

  /** The place of a new message: after all others, and sent by this tab. */
  get place() {
    return { position: this.queue.nextPosition(), tab: this.#tab.name };
  }

  /**
   * Begin to keep and to send.
   * @param {string} scope what all tabs of this viewer have in common.
   * @param {import("../types.js").OutboxStorage} storage
   * @param {import("../types.js").FileStorage} fileStorage
   */
  start(scope, storage, fileStorage) {
    this.#started = this.#start(scope, storage, fileStorage);
  }

  /** The connection is back. */
  hurry() {
    this.delivery.hurry();
    // Other tabs may have written something meanwhile. What `start` adopts is not taken from it: it
    // sends nothing before it has that.
    void this.#started?.then(() => this.#adopt());
  }

  close() {
    this.delivery.close();
    // Without a viewer there is no storage, and nobody waits for one any longer.
    if (!this.#started) this.queue.keepIn(memoryStorage(), memoryFiles());
    this.queue.close();
    this.#tab.close();
  }

  /**
   * @param {string} scope
   * @param {import("../types.js").OutboxStorage} storage
   * @param {import("../types.js").FileStorage} fileStorage
   */
  async #start(scope, storage, fileStorage) {
    await this.#tab.open(scope);
    this.queue.keepIn(new SafeStorage(storage), new SafeStorage(fileStorage, true));
    await this.#adopt();
    // What was written before the reload goes first, and then what was written meanwhile.
    const meanwhile = this.queue.list().filter(({ clientId }) => !this.#adopted.has(clientId));
    for (const entry of meanwhile) {
      void this.queue.put({ ...entry, position: this.queue.nextPosition() });
    }
    this.delivery.start();
    void this.queue.tidy();
  }

  /** Take over what tabs left that are gone, now or later. */
  async #adopt() {
    const adoptFrom = async (/** @type {string} */ name) => {
      for (const clientId of await this.queue.adopt(name, this.#tab.name)) {
        this.#adopted.add(clientId);
      }
      this.delivery.run();
    };
    const names = [...(await this.queue.tabs())];
    await Promise.all(names.map((name) => this.#tab.whenGone(name, () => adoptFrom(name))));
  }
}
