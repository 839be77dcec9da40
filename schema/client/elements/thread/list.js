/** A virtual list: rows far from the screen are not in the page, what is read keeps its place. */

import { Heights } from "./heights.js";
import { Rendered } from "./rendered.js";
import { Screen } from "./screen.js";

/** @import {Place} from "./screen.js" */

/**
 * @template {{key: string}} Item
 * @typedef {object} Owner
 * @property {(item: Item, width: number) => number} estimate guesses the height of a row.
 * @property {(index: number, old?: HTMLElement) => HTMLElement} render makes or updates a row.
 * @property {() => void} moved is called when other rows may be on the screen.
 */

/** @template {{key: string}} Item */
export class VirtualList {
  /** @type {readonly Item[]} */
  items = [];
  /** Whether the reader is at the end, and stays there when rows are added. */
  stuck = true;
  #heights = new Heights();
  /** @type {Map<string, number>} */
  #index = new Map();
  #hasLater = false;
  /** @type {Place} */
  #place = { index: -1, offset: 0 };
  /** @type {string | null} */
  #focused = null;
  /** The rows around the screen that are in the page. */
  #range = { first: 0, last: -1 };
  #observer = new ResizeObserver(() => this.#catchUp() && this.#settle());

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} body the only child of `scroller` that takes up room.
   * @param {Owner<Item>} owner
   */
  constructor(scroller, body, owner) {
    this.scroller = scroller;
    this.owner = owner;
    this.screen = new Screen(scroller, this.#heights);
    this.rendered = new Rendered(body, this.#observer);
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    body.addEventListener("focusin", (event) => this.#focus(event.target));
    body.addEventListener("focusout", (event) => this.#focus(event.relatedTarget));
    this.#observer.observe(scroller);
  }

  /**
   * Show these rows.
   * @param {readonly Item[]} items
   * @param {boolean} hasLater whether there are later rows than these.
   */
  set(items, hasLater) {
    this.#catchUp();
    const old = this.items;
    const { index: readAt, offset } = this.#place;
    const focusedAt = this.#index.get(this.#focused ?? "") ?? -1;
    this.#index = new Map(items.map(({ key }, index) => [key, index]));
    this.items = items;
    this.#hasLater = hasLater;
    this.stuck &&= !hasLater;
    const heir = this.#survivor(old, readAt);
    const moved = this.#heights.top(heir) - this.#heights.top(readAt);
    this.#place = { index: this.#index.get(old[heir]?.key) ?? -1, offset: offset + moved };
    const focused = old[this.#survivor(old, focusedAt)]?.key ?? null;
    const isFocusLost = this.#focused !== focused && this.rendered.held !== null;
    this.#focused = focused;
    this.#estimate();
    for (const [key, row] of this.rendered) {
      const index = this.#index.get(key);
      if (index !== undefined) this.owner.render(index, row);
    }
    this.#settle();
    if (!isFocusLost || !focused) return;
    // The row that went away took the focus with it.
    this.#focused = focused;
    this.#settle();
    this.row(focused)?.focus({ preventScroll: true });
  }

  /**
   * Bring a row to the screen.
   * @param {string} key
   * @param {number} [part] where on the screen it begins: 0 is the top, 1 the bottom.
   */
  jump(key, part = 0.3) {
    const index = this.#index.get(key);
    if (index === undefined) return;
    this.stuck = false;
    this.#settle({ index, offset: this.screen.height * part });
    this.#read();
    this.owner.moved();
  }

  jumpToEnd() {
    this.stuck = !this.#hasLater;
    this.#settle(this.#end());
  }

  /** Focus a row, and bring it to the screen if it is not there. @param {string | null} [key] */
  focus(key) {
    const index = this.#index.get(key ?? "");
    if (!key || index === undefined) return;
    this.#focused = key;
    this.#again();
    const top = this.#heights.top(index) - this.screen.top;
    const below = this.#heights.top(index + 1) - this.screen.top - this.screen.height;
    if (top < 0 || below > 0) {
      this.stuck = index === this.items.length - 1 && !this.#hasLater;
      this.#settle({ index, offset: top < 0 || below > top ? 0 : top - below });
    }
    this.row(key)?.focus({ preventScroll: true });
  }

  /**
   * Focus a neighbour of the current row.
   * @param {number} steps down, or up if it is negative.
   * @param {boolean} [pages] whether the steps are screens instead of rows.
   */
  step(steps, pages = false) {
    const index = this.#index.get(this.current ?? "") ?? 0;
    const there = this.#heights.at(this.#heights.top(index) + steps * this.screen.height);
    const next = pages && there !== index ? there : index + Math.sign(steps);
    this.focus(this.items[Math.max(0, Math.min(next, this.items.length - 1))]?.key);
  }

  /** The key of the row that has the focus, or else would get it. */
  get current() {
    return this.#focused ?? this.items[Math.max(0, this.screen.lastShown)]?.key ?? null;
  }

  /** @param {string} key */
  row(key) {
    return this.rendered.row(key);
  }

  close() {
    this.#observer.disconnect();
    this.screen.close();
  }

  #scrolled() {
    this.screen.move(() => this.#again());
    this.#read();
    const { first, last } = this.screen.around(this.screen.top, this.screen.margin / 2);
    if (first < this.#range.first || last > this.#range.last) this.#settle();
    else this.owner.moved();
  }

  /** @param {EventTarget | null} target */
  #focus(target) {
    // A menu or dialog of a row gives the focus back: until then, the row stays in the page.
    if (target instanceof Element && target.closest("dialog, [popover]")) return;
    const key = this.rendered.keyOf(target);
    if (key === this.#focused) return;
    this.#focused = key;
    queueMicrotask(() => this.#again());
  }

  #again() {
    this.#catchUp();
    this.#settle();
  }

  /**
   * Note what changed in the page since the last event: sizes, and where the reader is.
   * @returns {boolean} whether a size is another one.
   */
  #catchUp() {
    const { isWider, isOther } = this.screen.resize();
    if (isWider) this.#heights.forget();
    if (isWider) this.#estimate();
    const isMeasured = this.#measure();
    if (this.screen.hasMoved) this.#read();
    return isOther || isMeasured;
  }

  #estimate() {
    this.#heights.set(this.items, (item) => this.owner.estimate(item, this.screen.width));
  }

  /** Note where the reader is. */
  #read() {
    this.stuck = this.screen.isAtEnd && !this.#hasLater;
    this.#place = this.screen.place;
  }

  /**
   * The first row from an index on that is still there, or else the last one before. -1: there is none.
   * @param {readonly Item[]} old
   * @param {number} from
   */
  #survivor(old, from) {
    if (from < 0) return -1;
    const isThere = (/** @type {Item} */ { key }) => this.#index.has(key);
    const after = old.findIndex((item, index) => index >= from && isThere(item));
    return after < 0 ? old.findLastIndex(isThere) : after;
  }

  #end() {
    return { index: this.items.length - 1, offset: -Infinity };
  }

  /** @param {Place} [jump] where to go; otherwise, what is on the screen stays there. */
  #settle(jump) {
    // Rows that come into the page have other heights than were estimated: a few rounds.
    for (let round = 0; round < 6; round++) {
      const place = jump ?? (this.stuck ? this.#end() : this.#place);
      const canDrift = !jump && !this.stuck;
      const top = place.index < 0 ? this.scroller.scrollTop : this.screen.aim(place, canDrift);
      this.#fill(top - this.screen.drift);
      if (Math.abs(this.scroller.scrollTop - top) >= 0.5) this.scroller.scrollTop = top;
      if (!this.#measure()) break;
    }
    this.#place = this.screen.place;
    this.rendered.setStop(this.current);
    this.owner.moved();
  }

  /**
   * Put the rows around the screen into the page, and the focused one.
   * @param {number} top
   */
  #fill(top) {
    this.#range = this.screen.around(top);
    const { first, last } = this.#range;
    const indexes = this.items.slice(first, last + 1).map((_, at) => first + at);
    const focused = this.#index.get(this.#focused ?? "") ?? first;
    if (focused < first) indexes.unshift(focused);
    if (focused > last) indexes.push(focused);
    const wanted = new Map(indexes.map((index) => [this.items[index].key, index]));
    this.rendered.show(wanted, this.#heights, this.screen.drift, (index) =>
      this.owner.render(index),
    );
  }

  /** Note the heights of the rows that are in the page. @returns {boolean} whether one has changed. */
  #measure() {
    let changed = false;
    for (const [key, row] of this.rendered) {
      const index = this.#index.get(key);
      if (index === undefined) continue;
      if (this.#heights.note(index, key, row.getBoundingClientRect().height)) changed = true;
    }
    return changed;
  }
}
