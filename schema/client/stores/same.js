/** Compares values of the server, so that what did not change stays the same object. */

/**
 * `before` if it says the same as `now`.
 * @template T
 * @param {T | null | undefined} before
 * @param {T} now
 * @returns {T}
 */
export function unlessSame(before, now) {
  return before && (before === now || JSON.stringify(before) === JSON.stringify(now))
    ? before
    : now;
}

/**
 * `before` if it has the same items as `now`, by identity.
 * @template {readonly any[]} T
 * @param {T} before
 * @param {T} now
 * @returns {T}
 */
export function unlessSameItems(before, now) {
  const isSame = before.length === now.length && now.every((item, index) => item === before[index]);
  return isSame ? before : now;
}
