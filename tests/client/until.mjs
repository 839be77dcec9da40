/** Waiting in tests. */

/**
 * Wait until something is true. It is asked again and again.
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {number} [seconds]
 * @returns {Promise<T>} the first answer that counts as true.
 */
export async function until(condition, seconds = 10) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    if (Date.now() > end) throw new Error(`Not within ${seconds} s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** @param {number} seconds */
export function pause(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
