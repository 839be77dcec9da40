/** Which messages quote a message. */

/** @import {Message, Quoted} from "../../types.js" */

/** The names of so many files are shown in a quote. */
const NAMED = 3;

export class Quotes {
  /** @type {Map<number, Set<number>>} By the numbers of what is quoted. */
  #quoting = new Map();

  /** @param {Message} message a reply, perhaps. */
  add({ number, replyTo }) {
    if (!replyTo) return;
    const quoting = this.#quoting.get(replyTo.number) ?? new Set();
    this.#quoting.set(replyTo.number, quoting.add(number));
  }

  /** @param {Message} message that is not kept any more. */
  remove({ number, replyTo }) {
    const quoting = replyTo && this.#quoting.get(replyTo.number);
    if (!quoting) return;
    quoting.delete(number);
    if (!quoting.size) this.#quoting.delete(replyTo.number);
  }

  /**
   * The numbers of the messages that quote this one.
   * @param {number} number
   */
  of(number) {
    return this.#quoting.get(number) ?? [];
  }

  /**
   * The numbers of the messages that quote an earlier one than this.
   * @param {number} number
   */
  before(number) {
    const earlier = [...this.#quoting.keys()].filter((each) => each < number);
    return earlier.flatMap((each) => [...this.of(each)]);
  }

  clear() {
    this.#quoting.clear();
  }
}

/**
 * A message as others quote it.
 * @param {Message} message
 * @returns {Quoted}
 */
export function quoted({ id, number, revision, kind, body, removal, hidden, sender, ...message }) {
  const name = sender && { id: sender.id, name: sender.name };
  const attachments = message.attachments.slice(0, NAMED).map(fileNameOf);
  return { id, number, revision, kind, body, removal, hidden, sender: name, attachments };
}

/** @param {Message["attachments"][number]} attachment */
function fileNameOf({ id, filename, contentType }) {
  return { id, filename, contentType };
}

/**
 * The newest copy of a quote.
 * @param {Quoted} quote
 * @param {(Quoted | null | undefined)[]} others
 */
export function newestOf(quote, others) {
  let newest = quote;
  for (const other of others) if (other && other.revision > newest.revision) newest = other;
  return newest;
}
