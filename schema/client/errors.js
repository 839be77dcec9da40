/** What can go wrong: a rule that refuses, or a request that has no answer. */

/** A mutation was refused by a rule of the server. `message` is a sentence for people. */
export class Refusal extends Error {
  name = "Refusal";

  /**
   * @param {{code: string, message: string, path: string[], retryAfter?: number | null}} refused as the
   *   server answers it.
   */
  constructor({ code, message, path, retryAfter = null }) {
    super(message);
    /** The rule: a `RefusalCode` of the schema. */
    this.code = code;
    /** The input field at fault, from `input` inwards; empty if it is none in particular. */
    this.path = path;
    /** After how many seconds the same request may succeed; null if something has to happen first. */
    this.retryAfter = retryAfter;
  }
}

/** The longest time, in seconds, that an answer can name: no page waits for longer without asking. */
const LONGEST = 3_600;

/** The server did not answer, or answered with an error instead of data. */
export class TalkError extends Error {
  name = "TalkError";

  /**
   * @param {string} code a code of the protocol, such as `RATE_LIMITED`; `NETWORK` if there was no
   *   answer, `TIMEOUT` if there was none in time, `CLOSED` after `talk.close()`, `OUTBOX_FULL` if
   *   there are too many unsent messages, `NO_WEBSOCKET` where there is none to subscribe with.
   * @param {string} message
   * @param {{retryable?: boolean, retryAfter?: number, cause?: unknown}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, more);
    const { retryable = false, retryAfter } = more;
    this.code = code;
    /** Whether the same request may succeed later. */
    this.retryable = retryable;
    /** After how many seconds, if the server says so. @type {number | undefined} */
    this.retryAfter = Number(retryAfter) >= 0 ? Math.min(Number(retryAfter), LONGEST) : undefined;
  }

  /**
   * The first error of a list that GraphQL answers.
   * @param {{message: string, extensions?: Record<string, any>}[]} errors
   * @param {number} [retryAfter] what else says it, such as a header.
   */
  static from(errors, retryAfter) {
    const { message, extensions } = errors[0] ?? { message: "The server failed." };
    return new TalkError(extensions?.code ?? "INTERNAL", message, { retryAfter, ...extensions });
  }
}
