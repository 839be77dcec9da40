/** The messages that are pinned in a conversation, once somebody wants to see them. */

import { unlessSame, unlessSameItems } from "../same.js";

/** @import {Pin} from "../../types.js" */
/** @import {Change} from "./head.js" */

export class Pins {
  #ask;
  #changed;
  #failed;
  #isWanted = false;
  /** @type {Promise<void> | null} */
  #asking = null;
  /** Whether something changed since they were asked for. */
  #isStale = false;
  /** Counts how often all was forgotten. */
  #era = 0;
  /** @type {Pin[]} The newest first. */
  list = [];

  /**
   * @param {() => Promise<Pin[] | null>} ask asks for all; null if there is no conversation.
   * @param {() => void} changed is called when they are there.
   * @param {() => void} failed is called when they could not be had, although they may be others.
   */
  constructor(ask, changed, failed) {
    this.#ask = ask;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Ask for them. From then on they follow the changes. */
  load() {
    const isThere = this.#isWanted && !this.#asking;
    this.#isWanted = true;
    return isThere ? Promise.resolve() : this.#renew();
  }

  /** They may be others than the changes say. */
  again() {
    if (this.#isWanted) this.#renew().catch(this.#failed);
  }

  /** @param {Change} change */
  change({ kind, messageEdge }) {
    const isOfPins = kind === "MESSAGE_PINNED" || kind === "MESSAGE_UNPINNED";
    const id = messageEdge?.node.id;
    // An answer on its way may have this message as it was.
    const isAwaited = this.#asking && id && kind !== "MESSAGE_SENT";
    if (isOfPins || isAwaited || this.list.some(({ message }) => message.id === id)) this.again();
  }

  /** @param {number} first the viewer sees no earlier message any more. */
  clearBefore(first) {
    const list = this.list.filter(({ message }) => message.number >= first);
    this.list = unlessSameItems(this.list, list);
  }

  /** Forget all. */
  clear() {
    this.#era += 1;
    this.#isWanted = false;
    this.#asking = null;
    this.list = [];
  }

  #renew() {
    this.#isStale = true;
    const asking = (this.#asking ??= this.#askWhileStale().finally(() => {
      if (this.#asking === asking) this.#asking = null;
    }));
    return asking;
  }

  async #askWhileStale() {
    const era = this.#era;
    while (this.#isStale && era === this.#era) {
      this.#isStale = false;
      const pins = await this.#ask();
      if (!pins || era !== this.#era) return;
      const known = new Map(this.list.map((pin) => [pin.message.id, pin]));
      const list = pins.map((pin) => unlessSame(known.get(pin.message.id), pin));
      this.list = unlessSameItems(this.list, list);
      this.#changed();
    }
  }
}
