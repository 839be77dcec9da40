/** Asks again while a request fails for reasons that pass. */

import { TalkError } from "../errors.js";

/** @import {Connection} from "../types.js" */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/**
 * Ask until there is an answer. Errors that are not retryable are thrown, and so is the last error
 * once `signal` is aborted.
 * @template T
 * @param {Pick<Connection, "whenBack">} connection
 * @param {() => Promise<T>} ask
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export async function askUntilAnswered(connection, ask, signal) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !isRetryable(error)) throw error;
      await pause(connection, error, failures, signal);
      if (signal.aborted) throw error;
    }
  }
}

/**
 * @param {unknown} error
 * @returns {error is TalkError}
 */
export function isRetryable(error) {
  return error instanceof TalkError && error.retryable;
}

/**
 * How many milliseconds to wait after an error: longer and longer, and at least as many as the server
 * says. A server that always says "now" would be asked in circles.
 * @param {TalkError} error
 * @param {number} failures how many requests failed before.
 */
export function waitAfter(error, failures) {
  const longer = Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT) * (0.5 + Math.random() / 2);
  return Math.max(longer, (error.retryAfter ?? 0) * 1_000);
}

/**
 * Wait after an error, until the connection is back at the longest.
 * @param {Pick<Connection, "whenBack">} connection
 * @param {TalkError} error
 * @param {number} failures
 * @param {AbortSignal} signal
 */
function pause(connection, error, failures, signal) {
  return new Promise((/** @type {(value: void) => void} */ resolve) => {
    const end = () => {
      clearTimeout(timer);
      forget?.();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, waitAfter(error, failures));
    signal.addEventListener("abort", end);
    // A server that names a time means it, even if the connection comes back earlier.
    const forget = error.retryAfter === undefined ? connection.whenBack(end) : undefined;
  });
}
