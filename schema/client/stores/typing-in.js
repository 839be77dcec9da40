/** Who is typing in the conversations that are on the screen: one stream for all of them. */

import { Kept } from "./kept.js";
import { Lingering } from "./lingering.js";

/** @import {Connection, Limits, Named, Store} from "../types.js" */
/** @import {Documents} from "../documents.js" */
/** @import {InboxFeed} from "./inbox.js" */

/** @typedef {ReadonlyMap<string, readonly Named[]>} Typing by the ids of conversations. */

/** How long rows have to stay where they are, in milliseconds, before the stream follows them. */
const REST = 300;
/** @type {Typing} */
export const NOBODY = new Map();

export class TypingIn {
  #connection;
  #document;
  #limits;
  #feed;
  /** @type {Map<Lingering<Typing>, string[]>} The stores that are listened to. */
  #asked = new Map();
  /** @type {Map<string, readonly Named[]>} Where somebody is typing. */
  #typing = new Map();
  /** The conversations of the stream that runs, those first that were asked for last. @type {string[]} */
  #followed = [];
  #unsubscribe = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(() => void)[]} */
  #ends = [];
  #stores = new Kept((ids) => this.#store(JSON.parse(ids)));

  /**
   * @param {Connection} connection
   * @param {Documents} documents
   * @param {Store<Limits | null>} limits
   * @param {InboxFeed} feed
   */
  constructor(connection, documents, limits, feed) {
    this.#connection = connection;
    this.#document = documents.inboxTyping;
    this.#limits = limits;
    this.#feed = feed;
  }

  /** @param {readonly string[]} conversationIds */
  of(conversationIds) {
    return this.#stores.get(JSON.stringify([...new Set(conversationIds)].sort()));
  }

  close() {
    this.#stores.close();
    clearTimeout(this.#timer);
    this.#end();
  }

  /** @param {string[]} ids */
  #store(ids) {
    /** @type {Lingering<Typing>} */
    const store = new Lingering(NOBODY, () => {
      if (!this.#asked.size) this.#listen();
      this.#asked.set(store, ids);
      this.#tell(store, ids);
      this.#plan();
      return () => {
        this.#asked.delete(store);
        store.set(NOBODY);
        this.#plan();
      };
    });
    return store;
  }

  #listen() {
    const connection = this.#connection;
    const { state } = connection;
    this.#ends = [
      connection.whenBack(() => this.#plan()),
      // Nobody tells who stops typing then.
      state.subscribe(() => {
        if (state.getSnapshot() !== "live") this.#forget();
      }),
    ];
  }

  /** Follow those who are asked for when they have stayed the same for a moment. */
  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#follow(), REST);
  }

  #follow() {
    if (!this.#asked.size) return this.#end();
    const most = this.#limits.getSnapshot()?.typingConversations ?? 50;
    // The server refuses all if the viewer has left one of them.
    const isActive = (/** @type {string} */ id) =>
      (this.#feed.rowOf(id)?.status ?? "ACTIVE") === "ACTIVE";
    // Who was asked for last is on the screen.
    const asked = [...this.#asked.values()].reverse().flat();
    const wanted = [...new Set(asked)].filter(isActive).slice(0, most);
    if (wanted.every((id) => this.#followed.includes(id))) return;
    // Rows that were on the screen a moment ago may come back.
    const ids = [...new Set([...wanted, ...this.#followed.filter(isActive)])].slice(0, most);
    const before = this.#unsubscribe;
    this.#followed = ids;
    // The new stream begins with those who are typing.
    this.#forget();
    const conversationIds = [...ids].sort();
    this.#unsubscribe = this.#connection.subscribe(this.#document, () => ({ conversationIds }), {
      next: ({ inboxTyping }) => this.#set(inboxTyping.conversationId, inboxTyping.users),
      end: () => {
        if (this.#followed !== ids) return;
        this.#followed = [];
        this.#forget();
      },
    });
    before();
  }

  #end() {
    for (const end of this.#ends.splice(0)) end();
    this.#followed = [];
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = () => {};
    unsubscribe();
    this.#forget();
  }

  #forget() {
    this.#typing.clear();
    this.#tellAll();
  }

  /** @param {string} id @param {readonly Named[]} users */
  #set(id, users) {
    if (users.length) this.#typing.set(id, users);
    else this.#typing.delete(id);
    this.#tellAll();
  }

  #tellAll() {
    for (const [store, ids] of this.#asked) this.#tell(store, ids);
  }

  /**
   * @param {Lingering<Typing>} store
   * @param {string[]} ids
   */
  #tell(store, ids) {
    const now = ids.flatMap((id) => {
      const users = this.#typing.get(id);
      return users ? [/** @type {const} */ ([id, users])] : [];
    });
    const before = store.getSnapshot();
    const isKnown = now.every(([id, users]) => before.get(id) === users);
    if (!isKnown || now.length !== before.size) store.set(now.length ? new Map(now) : NOBODY);
  }
}
