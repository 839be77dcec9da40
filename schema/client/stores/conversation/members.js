/** The people who take part in a conversation, as far as they are loaded. */

import { compareIds } from "../ids.js";
import { unlessSame, unlessSameItems } from "../same.js";

/** @import {Member, User} from "../../types.js" */

/** @typedef {{edges: {node: Member}[], pageInfo: {hasNextPage: boolean, endCursor: string | null}}} Page */

export class Members {
  /** @type {Map<string, Member>} */
  #members = new Map();
  /** @type {Set<Map<string, Member>>} What changed since the pages on their way were asked for. */
  #awaited = new Set();
  /** @type {Promise<void> | null} */
  #loading = null;
  /** Whether somebody asked for the members at all. */
  #isWanted = false;
  #isLoaded = false;
  /** What is asked for last: one page comes after the other. @type {Promise<void>} */
  #turn = Promise.resolve();
  /** @type {Promise<void> | null} A renewal that has not begun yet: it is as good as a later one. */
  #renewing = null;
  /** Counts how often everybody was forgotten. */
  #era = 0;
  /** @type {string | null} The cursor of the next page. */
  #cursor = null;
  /** @type {string | null} The last member of the last page; null if there is no later one. */
  #end = null;
  #ask;
  /** @type {Member[]} In the order in which they first joined. */
  list = [];

  /** @param {(after: string | null) => Promise<Page | null>} ask asks for the page after a cursor. */
  constructor(ask) {
    this.#ask = ask;
  }

  get hasMore() {
    return this.#end !== null;
  }

  /** Ask for the first page, or for the next one. */
  load() {
    this.#isWanted = true;
    if (this.#isLoaded && !this.hasMore) return Promise.resolve();
    this.#loading ??= this.#inTurn(() => this.#load(this.#members, this.#cursor, 0)).finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** Ask for all that is loaded anew. It is shown as it was meanwhile. */
  async renew() {
    if (!this.#isWanted) return;
    this.#renewing ??= this.#inTurn(() => {
      this.#renewing = null;
      return this.#load(new Map(), null, this.#members.size);
    });
    await this.#renewing;
  }

  /** Forget everybody. */
  clear() {
    this.#era += 1;
    this.#isLoaded = this.#isWanted = false;
    this.#members = new Map();
    this.#cursor = this.#end = null;
    this.list = [];
  }

  /**
   * Whether one of these people is a member who is blocked otherwise than the list says.
   * @param {(User | null)[]} users
   */
  contradict(users) {
    const known = new Map(this.list.map(({ user }) => [user.id, user.blocked]));
    return users.some((user) => user && (known.get(user.id) ?? user.blocked) !== user.blocked);
  }

  /** @param {Member} member as it is now. */
  change(member) {
    for (const changed of this.#awaited) changed.set(member.id, member);
    if (this.#isLoaded) this.#arrange([member]);
  }

  /** @param {() => Promise<void>} load */
  #inTurn(load) {
    const turn = this.#turn.then(load, load);
    this.#turn = turn;
    return turn;
  }

  /**
   * @param {Map<string, Member>} members where they are added, and what is shown from then on.
   * @param {string | null} cursor
   * @param {number} count how many there have to be, if there are so many.
   */
  async #load(members, cursor, count) {
    const era = this.#era;
    /** @type {Map<string, Member>} */
    const changed = new Map();
    this.#awaited.add(changed);
    try {
      let page;
      do {
        page = await this.#ask(cursor);
        if (!page || era !== this.#era) return;
        for (const { node } of page.edges) {
          members.set(node.id, unlessSame(this.#members.get(node.id), node));
        }
        cursor = page.pageInfo.endCursor;
      } while (page.pageInfo.hasNextPage && members.size < count);
      this.#isLoaded = true;
      this.#members = members;
      this.#cursor = cursor;
      this.#end = page.pageInfo.hasNextPage ? (page.edges.at(-1)?.node.id ?? null) : null;
      this.#arrange(changed.values());
    } finally {
      this.#awaited.delete(changed);
    }
  }

  /** @param {Iterable<Member>} changed */
  #arrange(changed) {
    for (const member of changed) {
      const { id, status } = member;
      // Those who come after the last page would have a gap before them.
      const isShown = status === "ACTIVE" && (this.#end === null || compareIds(id, this.#end) <= 0);
      if (isShown) this.#members.set(id, unlessSame(this.#members.get(id), member));
      else this.#members.delete(id);
    }
    const list = [...this.#members.values()].sort((a, b) => compareIds(a.id, b.id));
    this.list = unlessSameItems(this.list, list);
  }
}
