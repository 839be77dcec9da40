/** Which rows of a long list are on the screen: those alone are on the page. */

import { h, place } from "./nodes.js";

/** Rows beyond each edge of the screen. */
const MORE = 6;

/**
 * A list of rows of one height, in a box that scrolls.
 * @template T
 */
export class RowWindow {
  /** @type {T[]} */
  #items = [];
  /** @type {Map<string, {node: HTMLElement}>} */
  #rows = new Map();
  #active = "";

  /**
   * @param {{
   *   box: HTMLElement, list: HTMLElement, height: number, keyOf: (item: T) => string,
   *   show: (item: T, known: any, isActive: boolean) => {node: HTMLElement, focus: () => void},
   *   seen: (items: T[], isAtEnd: boolean) => void,
   * }} options
   *   show: make or update the row of an item. seen: is told what is on the screen.
   */
  constructor(options) {
    this.options = options;
    options.list.addEventListener("focusin", (event) => this.#focused(event));
    options.list.addEventListener("keydown", (event) => this.#move(event));
  }

  /** @param {T[]} items */
  set(items) {
    const { keyOf } = this.options;
    // The row that the Tab key reaches is gone: the one in its place follows.
    const at = this.#at();
    if (items.length && !items.some((item) => keyOf(item) === this.#active))
      this.#active = keyOf(items[Math.min(at, items.length - 1)]);
    this.#items = items;
    this.render();
  }

  /** Show the rows on the screen. Call it after scrolling, and when the size has changed. */
  render() {
    const { box, list, height, keyOf, show, seen } = this.options;
    const items = this.#items;
    const keys = items.map(keyOf);
    list.style.height = `${items.length * height}px`;
    const top = box.scrollTop - list.offsetTop;
    const first = Math.max(0, Math.floor(top / height));
    const last = Math.min(items.length, Math.ceil((top + box.clientHeight) / height));
    const active = Math.max(0, keys.indexOf(this.#active));
    // The row with the focus stays on the page, wherever the list is scrolled to.
    const isShown = (/** @type {number} */ index) =>
      index === active || (index >= first - MORE && index < last + MORE);
    const before = this.#rows;
    this.#rows = new Map();
    for (let index = 0; index < items.length; index++) {
      if (!isShown(index)) continue;
      const row = show(items[index], before.get(keys[index]), index === active);
      row.node.style.transform = `translateY(${index * height}px)`;
      row.node.setAttribute("aria-setsize", String(items.length));
      row.node.setAttribute("aria-posinset", String(index + 1));
      this.#rows.set(keys[index], row);
    }
    const root = /** @type {ShadowRoot} */ (list.getRootNode());
    const focused = /** @type {HTMLElement | null} */ (root.activeElement);
    const hadFocus = list.contains(focused);
    place(
      list,
      [...this.#rows.values()].map(({ node }) => node),
    );
    // A node that is moved loses the focus.
    if (hadFocus && root.activeElement !== focused) {
      if (focused?.isConnected) focused.focus({ preventScroll: true });
      else this.focus();
    }
    seen(items.slice(first, last), last + MORE >= items.length);
  }

  /** Focus the row that the Tab key reaches. */
  focus() {
    this.#focusAt(this.#at());
  }

  /** Let the Tab key reach the row with this key. @param {string} key */
  activate(key) {
    this.#active = key;
  }

  #at() {
    const { keyOf } = this.options;
    return Math.max(
      0,
      this.#items.findIndex((item) => keyOf(item) === this.#active),
    );
  }

  /** @param {number} index */
  #focusAt(index) {
    const { box, list, height, keyOf } = this.options;
    const item = this.#items[index];
    if (!item) return;
    this.#active = keyOf(item);
    const top = list.offsetTop + index * height;
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + height > box.scrollTop + box.clientHeight)
      box.scrollTop = top + height - box.clientHeight;
    this.render();
    const row = /** @type {{focus: () => void} | undefined} */ (this.#rows.get(this.#active));
    row?.focus();
  }

  /** @param {FocusEvent} event */
  #focused({ target }) {
    for (const [key, { node }] of this.#rows) {
      if (!node.contains(/** @type {Node} */ (target)) || key === this.#active) continue;
      this.#active = key;
      this.render();
      return;
    }
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const { box, height } = this.options;
    const page = Math.max(1, Math.floor(box.clientHeight / height) - 1);
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    const step = /** @type {Record<string, number>} */ (steps)[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#focusAt(Math.max(0, Math.min(this.#items.length - 1, this.#at() + step)));
  }
}
