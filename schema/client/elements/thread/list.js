/** A virtual list: rows far from the screen are not in the page, and what is being read keeps its place. */

import { Heights } from "./heights.js";

/**
 * @template {{key: string}} Item
 * @typedef {object} Owner
 * @property {(item: Item, width: number) => number} estimate guesses the height of a row.
 * @property {(index: number, old?: HTMLElement) => HTMLElement} render makes a row, or updates the old one.
 * @property {() => void} moved is called when other rows may be on the screen.
 */

/** @typedef {{key: string, offset: number}} Place a row, and how far below the screen's top it begins. */

/** So many pixels before the end, a reader is at the end. */
const NEAR = 8;
/** So many milliseconds after the last scroll event, the list is at rest. */
const REST = 150;

/**
 * Rows stand in the normal flow of `body`; margins stand for rows that are not in the page. Where a
 * measured height differs from the estimate, the margin takes up the difference (`#drift`) while the
 * list moves, since to set `scrollTop` would end the movement.
 * @template {{key: string}} Item
 */
export class VirtualList {
  /** @type {readonly Item[]} */
  items = [];
  /** Whether the reader is at the end, and stays there when rows are added. */
  stuck = true;
  #heights = new Heights();
  /** @type {Map<string, number>} */
  #index = new Map();
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  #drift = 0;
  /** What `scrollTop` was when the place was noted. */
  #known = 0;
  #width = 0;
  #height = 0;
  #hasLater = false;
  /** @type {Place | null} */
  #place = null;
  /** @type {string | null} */
  #focused = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #moving;
  #observer = new ResizeObserver(() => this.#catchUp() && this.#settle());

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} body the only child of `scroller` that takes up room.
   * @param {Owner<Item>} owner
   */
  constructor(scroller, body, owner) {
    this.scroller = scroller;
    this.body = body;
    this.owner = owner;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    body.addEventListener("focusin", (event) => this.#focus(this.keyOf(event.target)));
    body.addEventListener("focusout", (event) => this.#focus(this.keyOf(event.relatedTarget)));
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
    const { key = "", offset = 0 } = this.#place ?? {};
    const [readAt, focusedAt] = [this.#index.get(key), this.#index.get(this.#focused ?? "")];
    this.#index = new Map(items.map((item, index) => [item.key, index]));
    this.items = items;
    this.#hasLater = hasLater;
    this.stuck &&= !hasLater;
    const heir = this.#survivor(old, readAt);
    this.#place = heir && {
      key: heir.key,
      offset: offset + this.#heights.top(heir.index) - this.#heights.top(readAt ?? 0),
    };
    this.#focused = this.#survivor(old, focusedAt)?.key ?? null;
    for (const [key, row] of this.#rows) {
      const index = this.#index.get(key);
      if (index !== undefined) this.owner.render(index, row);
    }
    this.#settle();
  }

  /**
   * Bring a row to the screen.
   * @param {string} key
   * @param {number} [part] where on the screen it begins: 0 is the top, 1 the bottom.
   */
  jump(key, part = 0.3) {
    this.stuck = false;
    this.#settle({ key, offset: this.#height * part });
    this.#read();
    this.owner.moved();
  }

  jumpToEnd() {
    this.stuck = !this.#hasLater;
    this.#settle(this.#end());
  }

  /**
   * Focus a row, and bring it to the screen if it is not there.
   * @param {string | undefined} key
   */
  focus(key) {
    const index = this.#index.get(key ?? "");
    if (!key || index === undefined) return;
    this.#focused = key;
    this.#catchUp();
    this.#settle();
    const top = this.#top(index) - this.scroller.scrollTop;
    const below = this.#top(index + 1) - this.scroller.scrollTop - this.#height;
    if (top < 0 || below > 0) {
      this.stuck = index === this.items.length - 1 && !this.#hasLater;
      this.#settle({ key, offset: top < 0 || below > top ? 0 : top - below });
    }
    this.#rows.get(key)?.focus({ preventScroll: true });
  }

  /**
   * Focus a neighbour of the current row.
   * @param {number} steps down, or up if it is negative.
   * @param {boolean} [pages] whether the steps are screens instead of rows.
   */
  step(steps, pages = false) {
    const index = this.#index.get(this.current ?? "") ?? 0;
    const there = this.#heights.at(this.#heights.top(index) + steps * this.#height);
    const next = pages && there !== index ? there : index + Math.sign(steps);
    this.focus(this.items[Math.max(0, Math.min(next, this.items.length - 1))]?.key);
  }

  /** @param {string} key */
  row(key) {
    return this.#rows.get(key);
  }

  /** The key of the row that has the focus, or else would get it. */
  get current() {
    return this.#focused ?? this.items[this.lastShown]?.key ?? null;
  }

  /** The index of the last row whose end is on the screen, or of the one that fills the screen. */
  get lastShown() {
    const bottom = this.scroller.scrollTop - this.#drift + this.#height + 1;
    const index = this.#heights.at(bottom);
    const whole = this.#heights.top(index + 1) <= bottom;
    return whole || this.#heights.top(index) < bottom - this.#height ? index : index - 1;
  }

  /** How many screens of rows are above the screen, and below it. */
  get beyond() {
    const above = this.scroller.scrollTop - this.#drift;
    const below = this.#heights.total - above - this.#height;
    return { above: above / this.#height, below: below / this.#height };
  }

  /**
   * The key of the row that a node is in.
   * @param {EventTarget | null} node
   */
  keyOf(node) {
    let at = /** @type {HTMLElement | null} */ (node);
    while (at && at.parentElement !== this.body) at = at.parentElement;
    return at?.dataset.key ?? null;
  }

  close() {
    this.#observer.disconnect();
    clearTimeout(this.#moving);
  }

  #scrolled() {
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => {
      this.#moving = undefined;
      if (this.#drift) this.#settle();
    }, REST);
    this.#read();
    this.#settle();
  }

  /** Note where the reader is. */
  #read() {
    const end = this.#top(this.items.length) - this.#height;
    this.stuck = this.scroller.scrollTop >= end - NEAR && !this.#hasLater;
    this.#remember();
  }

  /** @param {string | null} key */
  #focus(key) {
    if (key === this.#focused) return;
    this.#focused = key;
    queueMicrotask(() => {
      this.#catchUp();
      this.#settle();
    });
  }

  /**
   * Note what changed in the page since the last event: sizes, and where the reader is.
   * @returns {boolean} whether a size is another one.
   */
  #catchUp() {
    const isOther = this.#size();
    const isMeasured = this.#measure();
    if (Math.abs(this.scroller.scrollTop - this.#known) >= 1) {
      this.#sum();
      this.#read();
    }
    return isOther || isMeasured;
  }

  #sum() {
    this.#heights.sum(this.items, (item) => this.owner.estimate(item, this.#width));
  }

  /** Note how large the screen is. @returns {boolean} whether that has changed. */
  #size() {
    const { clientWidth: width, clientHeight: height } = this.scroller;
    const changed = width !== this.#width || height !== this.#height;
    if (width !== this.#width) this.#heights.forget();
    this.#width = width;
    this.#height = height;
    return changed;
  }

  /**
   * The first row from an index on that is still there, or else the last one before.
   * @param {readonly Item[]} old
   * @param {number | undefined} from
   */
  #survivor(old, from) {
    if (from === undefined) return null;
    const isThere = (/** @type {Item} */ { key }) => this.#index.has(key);
    const after = old.findIndex((item, index) => index >= from && isThere(item));
    const index = after < 0 ? old.findLastIndex(isThere) : after;
    return index < 0 ? null : { index, key: old[index].key };
  }

  /** @returns {Place | null} */
  #end() {
    const last = this.items.at(-1);
    return last ? { key: last.key, offset: -Infinity } : null;
  }

  /** @param {Place | null} [jump] where to go; otherwise, what is on the screen stays there. */
  #settle(jump) {
    // Rows that come into the page have other heights than were estimated: a few rounds.
    for (let round = 0; round < 6; round++) {
      this.#sum();
      const top = this.#aim(jump ?? (this.stuck ? this.#end() : this.#place), Boolean(jump));
      this.#fill(top - this.#drift);
      if (Math.abs(this.scroller.scrollTop - top) >= 0.5) this.scroller.scrollTop = top;
      if (!this.#measure()) break;
    }
    this.#remember();
    this.owner.moved();
  }

  /**
   * What `scrollTop` has to be for a place, and `#drift`.
   * @param {Place | null} place
   * @param {boolean} jump
   */
  #aim(place, jump) {
    const top = this.scroller.scrollTop;
    const index = this.#index.get(place?.key ?? "");
    if (!place || index === undefined) return top;
    const end = Math.max(0, this.#heights.total - this.#height);
    const wanted = Math.max(0, Math.min(this.#heights.top(index) - place.offset, end));
    const start = this.#heights.top(this.#heights.at(wanted - this.#margin));
    const drifts = this.#moving && !jump && !this.stuck && start > 0 && start + top - wanted > 0;
    this.#drift = drifts ? top - wanted : 0;
    return drifts ? top : wanted;
  }

  /**
   * Put the rows around the screen into the page, and the focused one.
   * @param {number} top
   */
  #fill(top) {
    const first = this.#heights.at(top - this.#margin);
    const last = this.#heights.at(top + this.#height + this.#margin);
    const keys = new Set(this.items.slice(first, last + 1).map(({ key }) => key));
    if (this.#focused && this.#index.has(this.#focused)) keys.add(this.#focused);
    const active = /** @type {HTMLElement | null} */ (this.#active());
    const held = this.keyOf(active) && this.#focused;
    this.#insert(keys);
    for (const [key, row] of this.#rows) {
      if (!keys.has(key)) this.#drop(key, row);
      else row.tabIndex = key === this.current ? 0 : -1;
    }
    if (held && this.#active() !== active) {
      const heir = active?.isConnected ? active : this.#rows.get(held);
      heir?.focus({ preventScroll: true });
    }
  }

  /** @param {Set<string>} keys */
  #insert(keys) {
    const indexes = [...keys].map((key) => this.#index.get(key) ?? 0).sort((one, two) => one - two);
    let end = -this.#drift;
    let cursor = this.body.firstElementChild;
    for (const index of indexes) {
      const { key } = this.items[index];
      while (cursor && !keys.has(this.keyOf(cursor) ?? "")) cursor = cursor.nextElementSibling;
      let row = this.#rows.get(key);
      if (!row) {
        row = this.owner.render(index);
        row.dataset.key = key;
        this.#rows.set(key, row);
        // Not at once: an observer that observes more while it reports has to report again.
        const made = row;
        requestAnimationFrame(() => made.isConnected && this.#observer.observe(made, { box: "border-box" }));
      }
      if (row === cursor) cursor = cursor.nextElementSibling;
      else this.body.insertBefore(row, cursor);
      row.style.marginTop = `${this.#heights.top(index) - end}px`;
      end = this.#heights.top(index + 1);
    }
    this.body.style.paddingBottom = `${this.#heights.total - end}px`;
  }

  /** @param {string} key @param {HTMLElement} row */
  #drop(key, row) {
    this.#rows.delete(key);
    this.#observer.unobserve(row);
    row.remove();
  }

  /** Note the heights of the rows that are in the page. @returns {boolean} whether one has changed. */
  #measure() {
    let changed = false;
    for (const [key, row] of this.#rows) {
      if (this.#heights.note(key, row.getBoundingClientRect().height)) changed = true;
    }
    return changed;
  }

  /** @param {number} index */
  #top(index) {
    return this.#heights.top(index) + this.#drift;
  }

  get #margin() {
    return Math.max(300, this.#height);
  }

  /** Note what is being read: the first row that begins in the upper half of the screen. */
  #remember() {
    const top = this.scroller.scrollTop;
    this.#known = top;
    const first = this.#heights.at(top - this.#drift);
    const next = this.#top(first + 1);
    const isNext = this.#top(first) < top && next < top + this.#height / 2;
    const index = Math.min(isNext ? first + 1 : first, this.items.length - 1);
    this.#place = index < 0 ? null : { key: this.items[index].key, offset: this.#top(index) - top };
  }

  #active() {
    return /** @type {ShadowRoot | Document} */ (this.body.getRootNode()).activeElement;
  }
}
