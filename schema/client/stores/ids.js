/** The order of objects that the server made, by their global ids. */

/**
 * Which of two objects of the same type was made first, by the numbers in their ids: below 0 if `a` was.
 * @param {string} a
 * @param {string} b
 */
export function compareIds(a, b) {
  return keyOf(a) - keyOf(b) || (a < b ? -1 : Number(a > b));
}

/** @param {string} id */
function keyOf(id) {
  try {
    return Number(atob(id).split(":")[1]) || 0;
  } catch {
    return 0;
  }
}
