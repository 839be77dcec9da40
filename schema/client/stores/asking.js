/** Asks again while a request fails for reasons that pass. */

import { waitAfter } from "../connection/waits.js";
import { TalkError } from "../errors.js";

/** @import {Connection} from "../types.js" */

/**
 * Ask until there is an answer. Errors that are not retryable are thrown, and so is the last error
 * once `signal` is aborted.
 * @template T
 * @param {Pick<Connection, "whenBack">} connection
 * @param {() => Promise<T>} ask
 * @param {AbortSignal} signal
 * @param {(error: TalkError) => void} [delayed] is told of each failure after which it is asked again.
 * @returns {Promise<T>}
 */
export async function askUntilAnswered(connection, ask, signal, delayed) {
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !isRetryable(error)) throw error;
      delayed?.(error);
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
    const timer = setTimeout(end, waitAfter(failures, error.retryAfter));
    signal.addEventListener("abort", end);
    // A server that names a time means it, even if the connection comes back earlier.
    const forget = error.retryAfter === undefined ? connection.whenBack(end) : undefined;
  });
}
