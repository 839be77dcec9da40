/** The rows of a list that are in the page. Margins stand in the place of all others. */

/** @import {Heights} from "./heights.js" */

export class Rendered {
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** What was in each row when `setStop` saw it last. @type {WeakMap<Element, Element | null>} */
  #contents = new WeakMap();

  /**
   * @param {HTMLElement} body
   * @param {ResizeObserver} observer is told when a row gets another height.
   */
  constructor(body, observer) {
    this.body = body;
    this.observer = observer;
  }

  /** @param {string} key */
  row(key) {
    return this.#rows.get(key);
  }

  get activeElement() {
    return /** @type {ShadowRoot | Document} */ (this.body.getRootNode()).activeElement;
  }

  /** The key of the row that has the focus. */
  get held() {
    return this.keyOf(this.activeElement);
  }

  /** @returns {IterableIterator<[string, HTMLElement]>} */
  [Symbol.iterator]() {
    return this.#rows[Symbol.iterator]();
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

  /**
   * Have just these rows in the page.
   * @param {Map<string, number>} wanted the indexes of the rows by their keys, in the order of the list.
   * @param {Heights} heights
   * @param {number} drift how far below its place the first row begins.
   * @param {(index: number) => HTMLElement} render
   */
  show(wanted, heights, drift, render) {
    const { activeElement, held } = this;
    let cursor = this.body.firstElementChild;
    let end = -drift;
    for (const [key, index] of wanted) {
      while (cursor && !wanted.has(this.keyOf(cursor) ?? "")) cursor = cursor.nextElementSibling;
      const row = this.#rows.get(key) ?? this.#add(key, render(index));
      if (row === cursor) cursor = cursor.nextElementSibling;
      else this.body.insertBefore(row, cursor);
      const margin = `${heights.top(index) - end}px`;
      if (row.style.marginTop !== margin) row.style.marginTop = margin;
      end = heights.top(index + 1);
    }
    this.body.style.paddingBottom = `${heights.total - end}px`;
    for (const [key, row] of this.#rows) if (!wanted.has(key)) this.#drop(key, row);
    // A row that was moved has lost the focus.
    if (held && wanted.has(held))
      /** @type {HTMLElement} */ (activeElement).focus({ preventScroll: true });
  }

  /**
   * Let the key Tab reach one row, and what is in it.
   * @param {string | null} current
   */
  setStop(current) {
    for (const [key, row] of this.#rows) {
      const stop = key === current ? 0 : -1;
      const content = row.lastElementChild;
      if (row.tabIndex === stop && this.#contents.get(row) === content) continue;
      this.#contents.set(row, content);
      /** @type {NodeListOf<HTMLElement>} */
      const parts = row.querySelectorAll("a, button");
      for (const node of [row, ...parts]) node.tabIndex = stop;
    }
  }

  /** @param {string} key @param {HTMLElement} row */
  #add(key, row) {
    row.dataset.key = key;
    this.#rows.set(key, row);
    // Not at once: an observer that observes more while it reports has to report again.
    requestAnimationFrame(
      () => row.isConnected && this.observer.observe(row, { box: "border-box" }),
    );
    return row;
  }

  /** @param {string} key @param {HTMLElement} row */
  #drop(key, row) {
    this.#rows.delete(key);
    this.observer.unobserve(row);
    row.remove();
  }
}
