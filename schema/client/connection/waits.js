/** How long the client waits: for answers, and before it tries again. */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;

/**
 * How many milliseconds to wait after a request that failed: longer and longer, random, so that clients
 * spread out, and at least as long as the server says. A server that always says "now" would be asked
 * in circles.
 * @param {number} failures how many requests failed before.
 * @param {number} [retryAfter] seconds.
 */
export function waitAfter(failures, retryAfter = 0) {
  const longer = Math.min(FIRST_WAIT * 2 ** failures, LONGEST_WAIT) * (0.5 + Math.random() / 2);
  return Math.max(longer, retryAfter * 1_000);
}

/** All times in seconds. */
export const TIMES = {
  /** For the answer to a request, and for a token. */
  answer: 15,
  /** From the opening of a socket to its acknowledgement. */
  handshake: 10,
  /** Of a silent socket, until it is asked for a sign of life, and for this sign. */
  silence: 10,
  pong: 4,
  /** Of a connection or stream, after which its failures before count no more. */
  settled: 5,
  /** Of a socket on which nothing runs any more. */
  idle: 5,
  /** The longest pauses before the second try, and before any. */
  firstPause: 0.5,
  longestPause: 30,
};

/** Pauses between tries that fail: longer each time, and random, so that clients spread out. */
export class Pauses {
  #failures = 0;
  #begunAt = Infinity;

  /** @param {typeof TIMES} times */
  constructor(times) {
    this.times = times;
  }

  /** It works since now. */
  begin() {
    this.#begunAt = performance.now();
  }

  /** It works no more. Answers whether it did for so long that earlier failures count no more. */
  end() {
    const wasSettled = performance.now() - this.#begunAt > this.times.settled * 1000;
    this.#begunAt = Infinity;
    if (wasSettled) this.#failures = 0;
    return wasSettled;
  }

  /**
   * It failed: the milliseconds to wait.
   * @param {number} [least] seconds.
   */
  next(least = 0) {
    const { firstPause, longestPause } = this.times;
    this.end();
    const most = Math.min(longestPause, firstPause * 2 ** this.#failures);
    this.#failures += 1;
    return (least + Math.random() * most) * 1000;
  }
}
