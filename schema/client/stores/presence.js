/** Who is online, of all people whom somebody asks for: one stream for all of them. */

import { Kept } from "./kept.js";
import { Lingering } from "./lingering.js";

/** @import {Connection, Limits, Store} from "../types.js" */
/** @import {Documents} from "../documents.js" */

/** How long it is waited for more people who are asked for, as when a page is drawn. */
const WAIT = 50;
/** @type {ReadonlySet<string>} */
const NOBODY = new Set();

export class Presence {
  #connection;
  #document;
  #limits;
  #visible;
  /** @type {Map<Lingering<ReadonlySet<string>>, string[]>} The stores that are listened to. */
  #asked = new Map();
  /** @type {ReadonlySet<string>} Who is online, of all of them. */
  #online = NOBODY;
  /** The people of the stream that runs. */
  #followed = "";
  #unsubscribe = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(() => void)[]} */
  #ends;
  #stores = new Kept((ids) => this.#store(JSON.parse(ids)));

  /**
   * @param {Connection} connection
   * @param {Documents} documents
   * @param {Store<Limits | null>} limits
   * @param {boolean} visible whether the viewer is shown as online, too.
   */
  constructor(connection, documents, limits, visible) {
    this.#connection = connection;
    this.#document = documents.presence;
    this.#limits = limits;
    this.#visible = visible;
    const plan = () => this.#plan();
    // More people than the server takes may have been asked for, or something else has failed.
    this.#ends = [limits.subscribe(plan), connection.whenBack(plan)];
  }

  /** @param {readonly string[]} userIds */
  of(userIds) {
    return this.#stores.get(JSON.stringify([...new Set(userIds)].sort()));
  }

  close() {
    for (const end of this.#ends) end();
    this.#stores.close();
    clearTimeout(this.#timer);
    this.#end();
  }

  /** @param {string[]} ids */
  #store(ids) {
    /** @type {Lingering<ReadonlySet<string>>} */
    const store = new Lingering(NOBODY, () => {
      this.#asked.set(store, ids);
      this.#tell(store, ids);
      this.#plan();
      return () => {
        this.#asked.delete(store);
        this.#plan();
      };
    });
    return store;
  }

  #plan() {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#follow();
    }, WAIT);
  }

  /** Follow those who are asked for now. The stream of before ends when the new one has begun. */
  #follow() {
    if (!this.#asked.size) return this.#end();
    const most = this.#limits.getSnapshot()?.presenceUsers ?? 100;
    // Who was asked for last is on the screen.
    const users = [...new Set([...this.#asked.values()].reverse().flat())].slice(0, most).sort();
    const followed = JSON.stringify(users);
    if (followed === this.#followed) return;
    this.#followed = followed;
    const before = this.#unsubscribe;
    const variables = () => ({ users, visible: this.#visible });
    let isBegun = false;
    const begin = () => {
      if (!isBegun) before();
      isBegun = true;
    };
    const unsubscribe = this.#connection.subscribe(this.#document, variables, {
      next: ({ presence }) => {
        begin();
        this.#set(presence.users.map((/** @type {{id: string}} */ user) => user.id));
      },
      end: () => {
        begin();
        this.#followed = "";
        this.#set([]);
      },
    });
    this.#unsubscribe = () => {
      begin();
      unsubscribe();
    };
  }

  #end() {
    this.#followed = "";
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = () => {};
    unsubscribe();
    this.#set([]);
  }

  /** @param {string[]} online */
  #set(online) {
    this.#online = new Set(online);
    for (const [store, ids] of this.#asked) this.#tell(store, ids);
  }

  /**
   * @param {Lingering<ReadonlySet<string>>} store
   * @param {string[]} ids
   */
  #tell(store, ids) {
    const before = store.getSnapshot();
    const now = ids.filter((id) => this.#online.has(id));
    if (now.length !== before.size || now.some((id) => !before.has(id))) store.set(new Set(now));
  }
}
