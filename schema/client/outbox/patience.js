/** Waits for the browser, but not for ever: a message is sent also if its database or locks hang. */

const LONGEST = 3_000;

/**
 * @template T
 * @param {Promise<T>} work what never fails.
 * @param {() => T} otherwise what to go on with after three seconds.
 * @returns {Promise<T>}
 */
export function inTime(work, otherwise) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise()), LONGEST);
    void work.then((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}
