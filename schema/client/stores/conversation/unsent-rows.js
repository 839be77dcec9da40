/** The rows of what the viewer has not sent yet. */

/** @import {Outbox, Row, Unsent} from "../../types.js" */

export class UnsentRows {
  /** @type {WeakMap<Unsent, Row>} The same entry has the same row. */
  #rows = new WeakMap();
  #id;
  #outbox;

  /**
   * @param {string} id the conversation's.
   * @param {Outbox} outbox
   */
  constructor(id, outbox) {
    this.#id = id;
    this.#outbox = outbox;
  }

  /** @param {(clientId: string) => boolean} isSent whether the message is there already. */
  rows(isSent) {
    return this.#outbox
      .getSnapshot()
      .filter((each) => each.conversationId === this.#id && !isSent(each.clientId))
      .map((each) => this.#row(each));
  }

  /** @param {Unsent} unsent */
  #row(unsent) {
    /** @type {Row} */
    const row = this.#rows.get(unsent) ?? { key: unsent.clientId, message: null, unsent };
    this.#rows.set(unsent, row);
    return row;
  }
}
