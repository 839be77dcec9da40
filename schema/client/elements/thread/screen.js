/** The part of a list that is on the screen: which rows are there, and where a reader is. */

/** @import {Heights} from "./heights.js" */

/** @typedef {{index: number, offset: number}} Place a row, and how far below the top it begins. */

/** So many pixels before the end, a reader is at the end. */
const NEAR = 8;
/** So many milliseconds after the last scroll event, the list is at rest. */
const REST = 150;

/**
 * While the list moves, to set `scrollTop` would end the movement. Then all rows are shown lower by
 * `drift` instead: where heights differ from their estimates, or rows are added above.
 */
export class Screen {
  width = 0;
  height = 0;
  drift = 0;
  /** What `scrollTop` was when somebody looked last. */
  #known = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #moving;

  /**
   * @param {HTMLElement} scroller
   * @param {Heights} heights
   */
  constructor(scroller, heights) {
    this.scroller = scroller;
    this.heights = heights;
  }

  /** How far the upper edge is below the beginning of the list. */
  get top() {
    return this.scroller.scrollTop - this.drift;
  }

  /** How many pixels are drawn beyond each edge. */
  get margin() {
    return Math.max(300, this.height);
  }

  /** How many screens of rows are above the screen, and below it. */
  get beyond() {
    const below = this.heights.total - this.top - this.height;
    return { above: this.top / this.height, below: below / this.height };
  }

  get isAtEnd() {
    return this.top >= this.heights.total - this.height - NEAR;
  }

  /** Whether the reader has moved since somebody looked. */
  get hasMoved() {
    return Math.abs(this.scroller.scrollTop - this.#known) >= 1;
  }

  /** The index of the last row whose end is on the screen, or of the one that fills the screen. */
  get lastShown() {
    const bottom = this.top + this.height + 1;
    const index = this.heights.at(bottom);
    const isWhole = this.heights.top(index + 1) <= bottom;
    return isWhole || this.heights.top(index) < this.top ? index : index - 1;
  }

  /** What is being read: the first row that begins in the upper half of the screen. @returns {Place} */
  get place() {
    this.#known = this.scroller.scrollTop;
    const first = this.heights.at(this.top);
    const next = this.heights.top(first + 1);
    const isNext = this.heights.top(first) < this.top && next < this.top + this.height / 2;
    const index = Math.min(isNext ? first + 1 : first, this.heights.length - 1);
    return { index, offset: this.heights.top(index) - this.top };
  }

  /** @returns {{isWider: boolean, isOther: boolean}} whether the size is another one. */
  resize() {
    const { clientWidth: width, clientHeight: height } = this.scroller;
    const isWider = width !== this.width;
    const isOther = isWider || height !== this.height;
    [this.width, this.height] = [width, height];
    return { isWider, isOther };
  }

  /**
   * The list moves.
   * @param {() => void} rested is called when it is at rest again.
   */
  move(rested) {
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => {
      this.#moving = undefined;
      rested();
    }, REST);
  }

  /**
   * The rows on the screen and around it.
   * @param {number} top
   * @param {number} [margin]
   */
  around(top, margin = this.margin) {
    const last = this.heights.at(top + this.height + margin);
    return { first: this.heights.at(top - margin), last };
  }

  /**
   * What `scrollTop` has to be for a place to be kept. Sets `drift`.
   * @param {Place} place
   * @param {boolean} canDrift
   */
  aim({ index, offset }, canDrift) {
    const top = this.scroller.scrollTop;
    const end = Math.max(0, this.heights.total - this.height);
    const wanted = Math.max(0, Math.min(this.heights.top(index) - offset, end));
    const start = this.heights.top(this.around(wanted).first);
    const drifts = canDrift && this.#moving !== undefined && start > 0 && start + top - wanted > 0;
    this.drift = drifts ? top - wanted : 0;
    return drifts ? top : wanted;
  }

  close() {
    clearTimeout(this.#moving);
  }
}
