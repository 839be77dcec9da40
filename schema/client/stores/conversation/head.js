/** What is known of a conversation besides its messages. */

import { unlessSame } from "../same.js";

/** @import {Conversation, InboxRow, Member, Named, User} from "../../types.js" */

/** @typedef {Conversation["viewerParticipation"]} Place */

/**
 * @typedef {object} Change
 * @property {number} revision
 * @property {string} kind
 * @property {Named | null} actor
 * @property {import("./window.js").Edge | null} messageEdge
 * @property {Member | null} participation
 * @property {Pick<Conversation, "id" | "name" | "title" | "lastNumber" | "participantCount">} conversation
 */

export class Head {
  /** @type {Conversation | null} */
  value = null;
  /** The last change that the stream brought, or after which it began. */
  revision = 0;
  /** The revision after which the stream began. */
  openedAt = 0;
  /** The revision of the last answer. */
  #answeredAt = 0;
  /** The revision at which the server told the title and the count of people. */
  #toldAt = 0;
  /** The revision at which the server told the viewer's own participation. */
  #placeAt = 0;
  /** The revision at which the server told what is unread. */
  #readingAt = 0;

  /** Take a conversation after which the stream begins. @param {Conversation | null} conversation */
  open(conversation) {
    this.revision = this.openedAt = conversation?.revision ?? 0;
    this.#answeredAt = this.#toldAt = this.revision;
    this.#placeAt = this.#readingAt = this.revision;
    this.value = conversation && unlessSame(this.value, conversation);
  }

  /** Take a conversation that was asked for besides the stream. @param {Conversation} conversation */
  answer(conversation) {
    const { revision, viewerParticipation, ...rest } = conversation;
    if (!this.value || revision < this.#answeredAt) return;
    this.#answeredAt = revision;
    const { name, title, participantCount } = this.value;
    // The stream may have brought later changes meanwhile.
    const told = revision < this.#toldAt ? { name, title, participantCount } : {};
    this.#toldAt = Math.max(this.#toldAt, revision);
    this.#set({ ...rest, ...told });
    const { role, status, suspendedAt, lastReadNumber, ...reading } = viewerParticipation;
    this.#place(revision, { role, status, suspendedAt, lastReadNumber });
    this.#read(revision, reading);
  }

  /** @param {Change} change */
  change({ revision, participation, conversation: { name, title, participantCount } }) {
    if (!this.value) return;
    this.revision = revision;
    if (revision > this.#toldAt) {
      this.#toldAt = revision;
      this.#set({ name, title, participantCount });
    }
    if (participation?.id !== this.value.viewerParticipation.id) return;
    const { role, status, suspendedAt, lastReadNumber } = participation;
    this.#place(revision, { role, status, suspendedAt, lastReadNumber });
  }

  /** @param {InboxRow} row */
  row(row) {
    const { status, role, suspendedAt, lastReadNumber, invitedBy } = row;
    const { unreadCount, firstUnreadNumber, firstVisibleNumber } = row;
    const own = { status, role, suspendedAt, lastReadNumber };
    const reading = { unreadCount, firstUnreadNumber, firstVisibleNumber, invitedBy };
    const { revision } = row.conversation;
    this.#place(revision, own);
    this.#read(revision, reading);
  }

  /**
   * Whether one of these people is blocked otherwise than the conversation says.
   * @param {(User | null)[]} users
   */
  contradict(users) {
    const known = this.value?.others ?? [];
    return known.some((each) =>
      users.some((user) => user?.id === each.id && user.blocked !== each.blocked),
    );
  }

  /** @param {number} lastNumber as the messages say. */
  snapshot(lastNumber) {
    if (!this.value) return null;
    // A viewer who left is told no later revision than that of their leaving.
    const { revision } = this;
    this.#set({ revision: Math.max(revision, this.value.revision), lastNumber });
    return this.value;
  }

  /**
   * @param {number} revision
   * @param {Partial<Place>} place
   */
  #place(revision, place) {
    if (!this.value || revision < this.#placeAt) return;
    this.#placeAt = revision;
    this.#set({ viewerParticipation: { ...this.value.viewerParticipation, ...place } });
  }

  /**
   * Take what changes of the conversation do not tell: they are no later news of it.
   * @param {number} revision
   * @param {Partial<Place>} reading
   */
  #read(revision, reading) {
    if (!this.value || revision < this.#readingAt) return;
    this.#readingAt = revision;
    this.#set({ viewerParticipation: { ...this.value.viewerParticipation, ...reading } });
  }

  /** @param {Partial<Conversation>} changes */
  #set(changes) {
    if (this.value) this.value = unlessSame(this.value, { ...this.value, ...changes });
  }
}
