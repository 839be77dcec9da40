/** Numbers for tests that try many orders of events. */

/**
 * Numbers that look random, and are the same in each run.
 * @param {number} seed
 */
export function random(seed) {
  /** @param {number} below */
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
