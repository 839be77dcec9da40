/** Where each row of a list begins, by heights that were measured or are estimated. */

export class Heights {
  /** @type {Map<string, number>} */
  #measured = new Map();
  #heights = new Float64Array(0);
  #tops = new Float64Array(1);
  /** How many rows have a right top: a height that changes makes those below it wrong. */
  #summed = 0;

  /** The number of rows. */
  get length() {
    return this.#heights.length;
  }

  get total() {
    return this.top(this.length);
  }

  /**
   * @template {{key: string}} Item
   * @param {readonly Item[]} items
   * @param {(item: Item) => number} estimate
   */
  set(items, estimate) {
    this.#heights = Float64Array.from(
      items,
      (item) => this.#measured.get(item.key) ?? estimate(item),
    );
    this.#tops = new Float64Array(items.length + 1);
    this.#summed = 0;
  }

  /**
   * @param {number} index
   * @param {string} key
   * @param {number} height
   * @returns {boolean} whether it is another one than before.
   */
  note(index, key, height) {
    this.#measured.set(key, height);
    if (Math.abs(height - this.#heights[index]) < 0.1) return false;
    this.#heights[index] = height;
    this.#summed = Math.min(this.#summed, index);
    return true;
  }

  forget() {
    this.#measured.clear();
  }

  /** @param {number} index */
  top(index) {
    const at = Math.max(0, Math.min(index, this.length));
    for (; this.#summed < at; this.#summed++) {
      this.#tops[this.#summed + 1] = this.#tops[this.#summed] + this.#heights[this.#summed];
    }
    return this.#tops[at];
  }

  /**
   * The index of the row at a distance from the beginning.
   * @param {number} distance
   */
  at(distance) {
    let low = 0;
    let high = Math.max(0, this.length - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= distance) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
