/** All drafts of one viewer: where they are kept, and which tab has them. */

import { SafeStorage, indexedDBStorage, memoryDrafts } from "../../outbox/storage.js";
import { Tab } from "../../outbox/tab.js";
import { DraftStore } from "./draft.js";

/** @import {DraftStorage, Store, StoredDraft, Viewer} from "../../types.js" */
/** @import {Kept, Surroundings} from "./draft.js" */

/**
 * @typedef {Surroundings & {
 *   viewer: Store<Viewer | null>, server: string,
 *   draftStorage?: (viewerId: string) => DraftStorage,
 * }} DraftsOptions
 *   server: its address.
 */

export class Drafts {
  #options;
  /** @type {Map<string, DraftStore>} By their conversations. */
  #stores = new Map();
  /** @type {Desk | null} Null until somebody asks for a draft, and it is known who. */
  #desk = null;
  #isClosed = false;
  /** @type {(() => void)[]} */
  #ends = [];

  /** @param {DraftsOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {string} id the conversation's. */
  get(id) {
    if (!this.#ends.length && !this.#isClosed) this.#start();
    return this.#stores.get(id) ?? this.#open(id);
  }

  /** The draft of a conversation that somebody has asked for. @param {string} id */
  known(id) {
    return this.#stores.get(id);
  }

  close() {
    this.#isClosed = true;
    for (const end of this.#ends) end();
    for (const each of this.#stores.values()) each.close();
    this.#desk?.close();
  }

  #start() {
    const { viewer, connection, outbox } = this.#options;
    const each = (/** @type {(store: DraftStore) => void} */ act) => this.#stores.forEach(act);
    this.#ends = [
      viewer.subscribe(() => this.#meet()),
      connection.whenBack(() => each((store) => store.back())),
      outbox.subscribe(() => each((store) => store.later())),
    ];
    this.#meet();
  }

  /** @param {string} id */
  #open(id) {
    /** @type {DraftStore} */
    const store = new DraftStore(id, this.#options, {
      keep: (kept) => this.#desk?.keep(id, kept),
      settled: () => this.#forget(store),
    });
    this.#stores.set(id, store);
    store.ended = () => this.#forget(store);
    store.begun = () => this.#stores.set(id, this.#stores.get(id) ?? store);
    if (this.#isClosed) store.close();
    else void this.#desk?.opened.then(() => this.#begin(store, null));
    return store;
  }

  /** Nobody looks at a draft any more. What the server does not have yet stays. @param {DraftStore} store */
  #forget(store) {
    if (store.isFollowing || !store.isSettled || this.#stores.get(store.id) !== store) return;
    this.#stores.delete(store.id);
  }

  /** It is known whose drafts these are. */
  #meet() {
    const id = this.#options.viewer.getSnapshot()?.id;
    if (!id || this.#isClosed || id === this.#desk?.viewerId) return;
    if (this.#desk) {
      this.#desk.close();
      for (const each of this.#stores.values()) each.reset();
    }
    const { server, draftStorage } = this.#options;
    const scope = `talk drafts ${server} ${id}`;
    const desk = new Desk(id, scope, draftStorage?.(id) ?? storageOfPage(scope));
    this.#desk = desk;
    void desk.open((stored) => this.#adopt(desk, stored)).then(() => {
      if (desk !== this.#desk) return;
      for (const each of this.#stores.values()) this.#begin(each, null);
    });
  }

  /**
   * Go on with what a tab left that is gone, unless there is something else here by now. Then it stays
   * where it is kept.
   * @param {Desk} desk
   * @param {StoredDraft} stored
   */
  #adopt(desk, stored) {
    if (desk !== this.#desk || this.#isClosed) return;
    const store = this.#stores.get(stored.conversationId) ?? this.#open(stored.conversationId);
    if (store.isReady && store.isChanged) return;
    this.#begin(store, stored);
    desk.remove(stored.key);
  }

  /** @param {DraftStore} store @param {StoredDraft | null} stored */
  #begin(store, stored) {
    if (stored || !store.isReady) store.begin(stored);
  }
}

/** Where the drafts of one viewer are kept. Each tab has entries of its own. */
class Desk {
  #tab = new Tab();
  #storage;
  #scope;
  /** @type {Promise<void>} Until what gone tabs left is known. */
  opened = new Promise(() => {});

  /**
   * @param {string} viewerId
   * @param {string} scope
   * @param {DraftStorage} storage
   */
  constructor(viewerId, scope, storage) {
    this.viewerId = viewerId;
    this.#scope = scope;
    this.#storage = new SafeStorage(storage);
  }

  /** @param {(stored: StoredDraft) => void} adopt takes over what a tab left. */
  open(adopt) {
    this.opened = this.#open(adopt);
    return this.opened;
  }

  /**
   * @param {string} conversationId
   * @param {Kept} kept
   */
  keep(conversationId, kept) {
    const tab = this.#tab.name;
    const key = `${tab} ${conversationId}`;
    if (kept) void this.#storage.put({ key, tab, conversationId, ...kept });
    else this.remove(key);
  }

  /** @param {string} key */
  remove(key) {
    void this.#storage.remove(key);
  }

  close() {
    this.#storage.close();
    this.#tab.close();
  }

  /** @param {(stored: StoredDraft) => void} adopt */
  async #open(adopt) {
    await this.#tab.open(this.#scope);
    const stored = await this.#storage.load();
    const tabs = new Set(stored.map(({ tab }) => tab));
    const adoptFrom = async (/** @type {string} */ name) => {
      // The tab may have gone on for a while since.
      const left = await this.#storage.load();
      for (const each of left) if (each.tab === name) adopt(each);
    };
    await Promise.all(
      [...tabs].map((name) => this.#tab.whenGone(name, () => adoptFrom(name))),
    );
  }
}

/** @param {string} name @returns {DraftStorage} */
function storageOfPage(name) {
  return globalThis.indexedDB ? indexedDBStorage(name, "key") : memoryDrafts();
}
