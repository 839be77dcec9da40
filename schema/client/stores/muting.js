/** Notices that a conversation is muted no longer: no change tells of it when its time is over. */

/** @import {InboxRow} from "../types.js" */

/** The longest time that a timer can wait. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class Muting {
  #rows;
  #now;
  #ended;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Map<string, InboxRow>} rows all that are known.
   * @param {() => number} now the time of the server.
   * @param {(rows: InboxRow[]) => void} ended is told of the rows that are muted no longer.
   */
  constructor(rows, now, ended) {
    this.#rows = rows;
    this.#now = now;
    this.#ended = ended;
  }

  /** Wait for the next row that ends to be muted. */
  plan() {
    this.stop();
    const ends = [...this.#rows.values()].map(endOf);
    const next = Math.min(Infinity, ...ends);
    if (next === Infinity) return;
    const wait = Math.max(next - this.#now(), 0);
    this.#timer = setTimeout(() => this.#end(), Math.min(wait, LONGEST_TIMER));
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #end() {
    const now = this.#now();
    const over = [...this.#rows.values()].filter((row) => endOf(row) <= now);
    if (over.length) this.#ended(over.map((row) => ({ ...row, muted: false })));
    this.plan();
  }
}

/**
 * The time at which a conversation is muted no longer.
 * @param {Pick<InboxRow, "muted" | "notifications" | "mutedUntil">} place
 */
export function endOf({ muted, notifications, mutedUntil }) {
  if (!muted || notifications === "NOTHING" || mutedUntil === null) return Infinity;
  return Date.parse(mutedUntil);
}
