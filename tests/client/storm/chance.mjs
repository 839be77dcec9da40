/** Random numbers, which are the same again for the same seed. */

export class Chance {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 to below 1. */
  next() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** One of these; undefined if there is none. */
  pick(items) {
    return items[Math.floor(this.next() * items.length)];
  }

  /** A key of this table, in which a greater number is picked more often. */
  weighed(table) {
    const entries = Object.entries(table);
    const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.next() * total;
    return entries.find(([, weight]) => (left -= weight) < 0)[0];
  }
}
