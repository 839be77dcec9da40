/** What is known of a conversation besides its messages. */

import { endOf } from "../muting.js";
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
 * @property {Told & {id: string, lastNumber: number}} conversation
 */
/**
 * What each change tells of the conversation.
 * @typedef {Pick<
 *   Conversation, "name" | "title" | "description" | "avatar" | "data" | "key" | "participantCount">} Told
 */

/**
 * What changes of the conversation do not tell of the viewer's participation, but rows of the inbox do.
 * @type {(keyof InboxRow & keyof Place)[]}
 */
const ALONE = [
  "unreadCount",
  "firstUnreadNumber",
  "firstVisibleNumber",
  "markedUnreadAt",
  "readPrivately",
  "notifications",
  "mutedUntil",
  "muted",
  "archivedAt",
  "pinnedAt",
  "invitedBy",
];

export class Head {
  /** @type {Conversation | null} */
  value = null;
  /** The last change that the stream brought, or after which it began. */
  revision = 0;
  /** Counts how often all was asked for. */
  era = 0;
  /** The revision after which the stream began. */
  openedAt = 0;
  /** The revision of the last answer. */
  #answeredAt = 0;
  /** The revision at which the server told the title and what else each change tells. */
  #toldAt = 0;
  /** The revision at which the server told the viewer's own participation. */
  #placeAt = 0;
  /** The revision at which the server told what is the viewer's alone. */
  #readingAt = 0;
  /** The time at which the conversation is muted no longer. */
  expires = Infinity;
  /** How many rows of the inbox came. */
  #rows = 0;

  /** Take a conversation after which the stream begins. @param {Conversation | null} conversation */
  open(conversation) {
    this.era += 1;
    this.revision = this.openedAt = conversation?.revision ?? 0;
    this.#answeredAt = this.#toldAt = this.revision;
    this.#placeAt = this.#readingAt = this.revision;
    this.value = conversation && unlessSame(this.value, conversation);
  }

  /**
   * The conversation is asked for besides the stream.
   * @returns {(conversation: Conversation) => void} takes the answer.
   */
  asked() {
    const rows = this.#rows;
    return (conversation) => this.#answer(conversation, rows);
  }

  /**
   * @param {Conversation} conversation
   * @param {number} rows how many rows of the inbox had come when it was asked for.
   */
  #answer(conversation, rows) {
    const { revision, viewerParticipation, ...rest } = conversation;
    if (!this.value || revision < this.#answeredAt) return;
    this.#answeredAt = revision;
    // The stream may have brought later changes meanwhile.
    const told = revision < this.#toldAt ? toldOf(this.value) : {};
    this.#toldAt = Math.max(this.#toldAt, revision);
    this.#set({ ...rest, ...told });
    const { role, status, suspendedAt, lastReadNumber, ...reading } = viewerParticipation;
    this.#place(revision, { role, status, suspendedAt, lastReadNumber });
    // What is the viewer's alone has no revision: a row that came meanwhile is newer.
    if (rows === this.#rows) this.#read(revision, reading);
  }

  /** @param {Change} change */
  change({ revision, participation, conversation }) {
    if (!this.value) return;
    this.revision = revision;
    if (revision > this.#toldAt) {
      this.#toldAt = revision;
      this.#set(toldOf(conversation));
    }
    if (participation?.id !== this.value.viewerParticipation.id) return;
    const { role, status, suspendedAt, lastReadNumber } = participation;
    this.#place(revision, { role, status, suspendedAt, lastReadNumber });
  }

  /** @param {InboxRow} row */
  row(row) {
    const { status, role, suspendedAt, lastReadNumber } = row;
    const own = { status, role, suspendedAt, lastReadNumber };
    const alone = Object.fromEntries(ALONE.map((name) => [name, row[name]]));
    this.#rows += 1;
    const { revision } = row.conversation;
    this.#place(revision, own);
    this.#read(revision, alone);
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

  /**
   * @param {number} lastNumber as the messages say.
   * @param {number} now the time of the server.
   */
  snapshot(lastNumber, now) {
    if (!this.value) return null;
    const { viewerParticipation: place } = this.value;
    this.expires = endOf(place);
    if (this.expires <= now) {
      this.#set({ viewerParticipation: { ...place, muted: false } });
      this.expires = Infinity;
    }
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

/** @param {Told} conversation @returns {Told} */
function toldOf({ name, title, description, avatar, data, key, participantCount }) {
  return { name, title, description, avatar, data, key, participantCount };
}
