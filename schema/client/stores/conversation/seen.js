/** Finds out who has seen the newest message that the viewer sent. */

import { unlessSameItems } from "../same.js";

/** @import {Message, Seen} from "../../types.js" */
/** @import {Surroundings} from "../conversation.js" */
/** @import {Model} from "./model.js" */

export class SeenBy {
  #model;
  #viewer;
  #limits;
  /** Whether somebody wants to know it. */
  #isWanted = false;
  /** @type {Seen | null} */
  #last = null;
  /** What `#canKnow` was last, and how often the conversation had been asked for by then. */
  #before = { canKnow: false, era: -1 };

  /**
   * @param {Model} model
   * @param {Pick<Surroundings, "viewer" | "limits">} surroundings
   */
  constructor(model, { viewer, limits }) {
    this.#model = model;
    this.#viewer = viewer;
    this.#limits = limits;
  }

  /** Ask for the members who can tell it. */
  async load() {
    this.#isWanted = true;
    do await this.#model.loadMembers();
    while (this.#model.members.hasMore && this.#canKnow);
  }

  /**
   * Ask for all anew when the viewer begins to be told what members read, or is told no more: the stream
   * may still bring members as they were shown before.
   */
  check() {
    const { era, value } = this.#model.head;
    if (!value || !this.#limits.getSnapshot()) return;
    const before = this.#before;
    this.#before = { canKnow: this.#canKnow, era };
    if (before.era === era && before.canKnow !== this.#before.canKnow) this.#model.again();
  }

  /** Who has seen it, as far as it is known: the same object until that changes. */
  now() {
    const before = this.#last;
    const message = this.#isWanted ? this.#newest() : null;
    this.#last = message && this.#of(message, before);
    return this.#last;
  }

  /**
   * @param {Message} message
   * @param {Seen | null} before
   * @returns {Seen}
   */
  #of({ number, sentAt, sender }, before) {
    const { list, hasMore } = this.#model.members;
    const canKnow = this.#canKnow;
    // Whoever joined later was not there when it was sent.
    const readers = list.filter(
      ({ user, joinedAt, lastReadNumber }) =>
        canKnow &&
        user.id !== sender?.id &&
        joinedAt <= sentAt &&
        (lastReadNumber ?? 0) >= number,
    );
    const members = before ? unlessSameItems(before.members, readers) : readers;
    const count = canKnow && list.length && !hasMore ? members.length : null;
    const isSame =
      before?.number === number && before.count === count && before.members === members;
    return isSame ? before : { number, count, members };
  }

  #newest() {
    const viewerId = this.#viewer.getSnapshot()?.id;
    const { window } = this.#model.thread;
    if (!viewerId || window.hasLater) return null;
    return window.findLast(({ kind, sender }) => kind === "TEXT" && sender?.id === viewerId);
  }

  /** Whether members can tell it: the viewer sees what others have read. */
  get #canKnow() {
    const conversation = this.#model.head.value;
    if (!conversation) return false;
    const { participantCount, viewerParticipation } = conversation;
    const isSmall = participantCount <= (this.#limits.getSnapshot()?.receiptsUpTo ?? 0);
    return isSmall && !viewerParticipation.readPrivately && viewerParticipation.status === "ACTIVE";
  }
}
