/** Where each row of a list begins, by heights that were measured or are estimated. */

export class Heights {
  /** @type {Map<string, number>} */
  #measured = new Map();
  #tops = new Float64Array(1);

  /** The number of rows. */
  get length() {
    return this.#tops.length - 1;
  }

  get total() {
    return this.#tops[this.length];
  }

  /**
   * Add up the heights of rows.
   * @template {{key: string}} Item
   * @param {readonly Item[]} items
   * @param {(item: Item) => number} estimate
   */
  sum(items, estimate) {
    if (this.length !== items.length) this.#tops = new Float64Array(items.length + 1);
    items.forEach((item, index) => {
      const height = this.#measured.get(item.key) ?? estimate(item);
      this.#tops[index + 1] = this.#tops[index] + height;
    });
  }

  /**
   * Note a height.
   * @param {string} key
   * @param {number} height
   * @returns {boolean} whether it is another one than before.
   */
  note(key, height) {
    if (Math.abs(height - (this.#measured.get(key) ?? 0)) < 0.1) return false;
    this.#measured.set(key, height);
    return true;
  }

  forget() {
    this.#measured.clear();
  }

  /** @param {number} index */
  top(index) {
    return this.#tops[Math.max(0, Math.min(index, this.length))];
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
      if (this.#tops[middle] <= distance) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
