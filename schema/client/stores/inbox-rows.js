/** The rows of the inbox, as pages and changes bring them. */

import { compareIds } from "./ids.js";
import { unlessSame, unlessSameItems } from "./same.js";

/** @import {InboxRow} from "../types.js" */

/** @typedef {Map<string, InboxRow>} Changed what changed since a page was asked for. */

export class InboxRows {
  /** @type {Map<string, InboxRow>} */
  #active = new Map();
  /** @type {Map<string, InboxRow>} */
  #invited = new Map();
  /** @type {InboxRow | null} The last row of the last page; null if there is no later one. */
  #end = null;
  /** @type {Set<Changed>} */
  #awaited = new Set();
  /** @type {InboxRow[]} The newest activity first. */
  rows = [];
  /** @type {InboxRow[]} */
  invitations = [];

  get hasMore() {
    return this.#end !== null;
  }

  /** A page is asked for now. Hand in what this answers together with the page, or to `forget`. */
  await() {
    /** @type {Changed} */
    const changed = new Map();
    this.#awaited.add(changed);
    return changed;
  }

  /** @param {Changed} changed of a page that does not come. */
  forget(changed) {
    this.#awaited.delete(changed);
  }

  /**
   * Take the first pages and the invitations instead of all that was there.
   * @param {InboxRow[]} page
   * @param {InboxRow[]} invitations
   * @param {boolean} hasMore
   */
  replace(page, invitations, hasMore) {
    const known = new Map([...this.#active, ...this.#invited]);
    this.#active = new Map();
    this.#invited = new Map();
    for (const row of [...page, ...invitations]) this.#put(unlessSame(known.get(row.id), row));
    this.#end = hasMore ? (page.at(-1) ?? null) : null;
    this.#arrange();
  }

  /**
   * Add the next page. What changed since it was asked for is newer than the page says.
   * @param {InboxRow[]} page
   * @param {boolean} hasMore
   * @param {Changed} changed
   */
  append(page, hasMore, changed) {
    this.forget(changed);
    this.#end = hasMore ? (page.at(-1) ?? null) : null;
    for (const row of page) this.#put(unlessSame(this.#active.get(row.id), row));
    for (const row of changed.values()) this.#put(row);
    this.#arrange();
  }

  /** @param {InboxRow} row as it is now. */
  change(row) {
    for (const changed of this.#awaited) changed.set(row.id, row);
    this.#put(unlessSame(this.#active.get(row.id) ?? this.#invited.get(row.id), row));
    this.#arrange();
  }

  /** @param {InboxRow} row */
  #put(row) {
    this.#active.delete(row.id);
    this.#invited.delete(row.id);
    if (row.status === "ACTIVE") this.#active.set(row.id, row);
    if (row.status === "INVITED") this.#invited.set(row.id, row);
  }

  #arrange() {
    const end = this.#end;
    // What comes after the last page would have a gap before it. Its own page brings it.
    if (end) {
      for (const row of this.#active.values()) {
        if (compare(row, end) > 0) this.#active.delete(row.id);
      }
    }
    this.rows = unlessSameItems(this.rows, [...this.#active.values()].sort(compare));
    const invitations = [...this.#invited.values()].sort(compare);
    this.invitations = unlessSameItems(this.invitations, invitations);
  }
}

/**
 * The order of the server. Its times have the same zone, and so are in the order of their texts.
 * @param {InboxRow} a
 * @param {InboxRow} b
 */
function compare(a, b) {
  if (a.lastActivityAt !== b.lastActivityAt) return a.lastActivityAt < b.lastActivityAt ? 1 : -1;
  return compareIds(b.id, a.id);
}
