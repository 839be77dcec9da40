/** The rows of the inbox, or of the archive, as pages and changes bring them. */

import { compareIds } from "./ids.js";
import { unlessSame, unlessSameItems } from "./same.js";

/** @import {InboxRow} from "../types.js" */

/** @typedef {Map<string, InboxRow>} Changed what changed since a page was asked for. */

export class InboxRows {
  /** @type {Map<string, InboxRow>} */
  #active = new Map();
  /** They come with the first page, on whichever page they are. @type {Map<string, InboxRow>} */
  #pinned = new Map();
  /** @type {Map<string, InboxRow>} */
  #invited = new Map();
  /** @type {InboxRow | null} The last row of the last page; null if there is no later one. */
  #end = null;
  /** @type {Set<Changed>} */
  #awaited = new Set();
  #isArchive;
  /** @type {InboxRow[]} Those that the viewer pinned last, and then the newest activity first. */
  rows = [];
  /** @type {InboxRow[]} */
  invitations = [];

  /** @param {boolean} isArchive whether these are the archived conversations. */
  constructor(isArchive) {
    this.#isArchive = isArchive;
  }

  get hasMore() {
    return this.#end !== null;
  }

  /** How many rows of pages there are. */
  get paged() {
    return this.#active.size;
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
   * Take the first pages instead of all that was there.
   * @param {InboxRow[]} page
   * @param {InboxRow[]} others pinned rows, on whichever page they are, and invitations.
   * @param {boolean} hasMore
   */
  replace(page, others, hasMore) {
    const known = new Map([...this.#active, ...this.#pinned, ...this.#invited]);
    for (const each of [this.#active, this.#pinned, this.#invited]) each.clear();
    for (const row of [...page, ...others]) this.#put(unlessSame(known.get(row.id), row));
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
    for (const row of page) this.#put(unlessSame(this.#known(row.id), row));
    for (const row of changed.values()) this.#put(row);
    this.#arrange();
  }

  /** @param {InboxRow} row as it is now. */
  change(row) {
    for (const changed of this.#awaited) changed.set(row.id, row);
    this.#put(unlessSame(this.#known(row.id), row));
    this.#arrange();
  }

  /** @param {string} id */
  #known(id) {
    return this.#active.get(id) ?? this.#pinned.get(id) ?? this.#invited.get(id);
  }

  /** @param {InboxRow} row */
  #put(row) {
    for (const each of [this.#active, this.#pinned, this.#invited]) each.delete(row.id);
    this.#listOf(row)?.set(row.id, row);
  }

  /** @param {InboxRow} row */
  #listOf({ status, archivedAt, pinnedAt }) {
    if (status === "INVITED") return this.#isArchive ? null : this.#invited;
    if (status !== "ACTIVE" || (archivedAt !== null) !== this.#isArchive) return null;
    return pinnedAt === null || this.#isArchive ? this.#active : this.#pinned;
  }

  #arrange() {
    const end = this.#end;
    // What comes after the last page would have a gap before it. Its own page brings it.
    if (end) {
      for (const row of this.#active.values()) {
        if (compare(row, end) > 0) this.#active.delete(row.id);
      }
    }
    const pinned = [...this.#pinned.values()].sort(comparePinned);
    const active = [...this.#active.values()].sort(compare);
    this.rows = unlessSameItems(this.rows, [...pinned, ...active]);
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

/**
 * Pinned rows stay where they are, whoever writes: the one that was pinned last comes first.
 * @param {InboxRow} a
 * @param {InboxRow} b
 */
function comparePinned(a, b) {
  if (a.pinnedAt !== b.pinnedAt) return String(a.pinnedAt) < String(b.pinnedAt) ? 1 : -1;
  return compare(a, b);
}
