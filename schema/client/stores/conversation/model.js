/** Keeps a conversation as the server has it: asks for it, and follows its changes. */

import { askUntilAnswered } from "../asking.js";
import { Following } from "../following.js";
import { Head } from "./head.js";
import { Members } from "./members.js";
import { ReplyCounts } from "./reply-counts.js";
import { PAGE, Thread } from "./thread.js";

/** @import {TalkError} from "../../errors.js" */
/** @import {Around, Connection, InboxRow, LoadState, Message, User} from "../../types.js" */
/** @import {Documents} from "../../documents.js" */
/** @import {InboxFeed} from "../inbox.js" */
/** @import {Change} from "./head.js" */

/**
 * What all conversations share.
 * @typedef {object} Shared
 * @property {Connection} connection
 * @property {Documents} documents
 * @property {InboxFeed} feed
 * @property {(message: Message) => void} arrived is told of each message that came from the server.
 */

/** How long changes are waited for that want the same answer. */
const WAIT = 200;

export class Model {
  /** @type {LoadState} */
  state = "loading";
  /** @type {TalkError | null} */
  error = null;
  /** @type {number | null} */
  firstUnreadNumber = null;
  /** @type {number | null} The number of a row that the reader sees. */
  inView = null;
  head = new Head();
  thread;
  members;
  #counts;
  #following;
  #shared;
  #changed;
  /** Aborts what is asked for besides the stream. */
  #life = new AbortController();
  /** Whether the thread is about to be shown for the first time since somebody looks at it. */
  #isOpened = false;
  #isOpening = false;
  /** When all was asked for. */
  askedAt = 0;
  /** @type {InboxRow | null} What the inbox told while the conversation was asked for. */
  #rowMeanwhile = null;
  /** @type {(() => void)[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #headTimer;

  /**
   * @param {string} id
   * @param {Shared} shared
   * @param {() => void} changed is called after each change.
   */
  constructor(id, shared, changed) {
    const { connection, documents } = shared;
    this.id = id;
    this.#shared = shared;
    this.#changed = changed;
    this.thread = new Thread({
      page: (variables) => this.#page(documents.messages, variables),
      around: (around) => this.#page(documents.conversation, pageAt(around, PAGE)),
      opened: (isAnew) => this.#opened(isAnew),
      changed,
      stale: (root) => this.#counts.stale(root),
    });
    this.members = new Members((after) => this.#memberPage(after));
    this.#counts = new ReplyCounts(
      (messageId) => this.askMessage(messageId),
      (number) => this.thread.window.messages.get(number)?.message.id,
    );
    this.#following = new Following(connection, {
      open: (signal) => this.#open(signal),
      document: documents.conversationChanges,
      variables: () => ({ id, after: this.head.revision }),
      next: ({ conversationChanges }) => this.#change(conversationChanges),
      lost: () => {},
      failed: (error) => this.#fail(error),
    });
  }

  start() {
    this.#life = new AbortController();
    this.#isOpened = false;
    this.#following.start();
    const unfollow = this.#shared.feed.follow((row, before) => this.#inboxChanged(row, before));
    return () => {
      unfollow();
      this.#following.stop();
      this.#life.abort();
      this.#counts.stop();
      clearTimeout(this.#headTimer);
      this.#headTimer = undefined;
      this.#letGo();
    };
  }

  /** Ask for all that is shown anew: it may be otherwise than the changes say. */
  again() {
    this.#following.again();
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.head = new Head();
    this.state = "loading";
    this.thread.window.show(
      { edges: [], pageInfo: { hasPreviousPage: false, hasNextPage: false } },
      Infinity,
    );
    this.#isOpened = false;
    this.#changed();
    this.again();
  }

  loadMembers() {
    return this.members.load().finally(this.#changed);
  }

  /** @param {Message} message that a mutation answered. */
  offer(message) {
    if (this.state !== "ready") return;
    if (this.#isContradictedBy([message.sender])) this.again();
    this.thread.offer(message);
    this.#changed();
  }

  /**
   * Ask for a message anew.
   * @param {string} id
   */
  async askMessage(id) {
    const { era } = this.thread;
    const { node } = await this.#ask(this.#shared.documents.message, { id });
    // If all was asked for meanwhile, that is newer.
    if (!node || era !== this.thread.era) return;
    this.thread.window.offer(node);
    this.#changed();
  }

  /** Ask anew, soon, for what changes do not bring: what the viewer may do, and who the others are. */
  askHead() {
    this.#headTimer ??= setTimeout(() => {
      this.#headTimer = undefined;
      this.#askHead().catch(() => {});
    }, WAIT);
  }

  async #askHead() {
    const { id } = this;
    const { conversation } = await this.#ask(this.#shared.documents.conversationHead, { id });
    if (!conversation) return this.again();
    this.head.answer(conversation);
    this.#changed();
  }

  /** @param {AbortSignal} signal */
  async #open(signal) {
    this.#isOpening = true;
    this.askedAt = performance.now();
    this.#rowMeanwhile = null;
    const { around, size, order } = this.thread.renew(this.inView);
    this.#changed();
    const { connection, documents } = this.#shared;
    const variables = { id: this.id, ...pageAt(around, size) };
    const { conversation } = await connection.query(documents.conversation, variables, { signal });
    if (signal.aborted) return false;
    this.#isOpening = false;
    if (!conversation) {
      this.state = "missing";
      this.head.open(null);
      this.#letGo();
      return false;
    }
    this.#show(conversation, order);
    this.#letGo();
    this.members.renew().then(this.#changed, () => {});
    return conversation.viewerParticipation.status === "ACTIVE";
  }

  /**
   * @param {import("../../types.js").Conversation & {messages: import("./window.js").Page}} conversation
   * @param {number} order
   */
  #show({ messages, ...conversation }, order) {
    const place = conversation.viewerParticipation;
    this.head.open(conversation);
    const firstVisible = place.firstVisibleNumber;
    this.thread.open(messages, { lastNumber: conversation.lastNumber, firstVisible }, order);
    if (!this.#isOpened) this.firstUnreadNumber = place.firstUnreadNumber;
    this.#isOpened = true;
    this.state = "ready";
    this.error = null;
    for (const { node } of messages.edges) this.#shared.arrived(node);
    if (this.#rowMeanwhile) this.#takeRow(this.#rowMeanwhile);
  }

  /** @param {Change} change */
  #change(change) {
    const { revision, kind, messageEdge, participation } = change;
    if (!this.head.value || revision <= this.head.revision) return;
    const people = [messageEdge?.node.sender ?? null, participation?.user ?? null];
    const isContradicted = this.#isContradictedBy(people);
    this.head.change(change);
    if (messageEdge) this.#take(messageEdge, kind);
    if (participation) this.members.change(participation);
    if (isContradicted || this.#changesRights(change)) this.again();
    else if (isOfPeople(kind)) this.askHead();
    this.#changed();
  }

  /**
   * @param {import("./window.js").Edge} edge
   * @param {string} kind
   */
  #take(edge, kind) {
    this.thread.window.receive(edge);
    this.#shared.arrived(edge.node);
    const isOfBranch = kind === "MESSAGE_SENT" || kind === "MESSAGE_REMOVED";
    if (isOfBranch && edge.node.root !== null) this.thread.branchChanged(edge.node.root);
  }

  /**
   * The inbox tells of what is the viewer's alone: what they cleared, or whom they blocked.
   * @param {InboxRow} row
   * @param {InboxRow | undefined} before
   */
  #inboxChanged(row, before) {
    if (row.conversation.id !== this.id) {
      if (this.#isContradictedBy(row.conversation.others)) this.again();
      return;
    }
    if (this.#isOpening) this.#rowMeanwhile = row;
    const isFollowed = this.head.value?.viewerParticipation.status === "ACTIVE";
    const isExplained = isFollowed && this.#explains(row, before);
    if (this.head.value) this.#takeRow(row);
    if (!isExplained && !(this.#isOpening && !before)) this.again();
    this.#changed();
  }

  /** @param {InboxRow} row */
  #takeRow(row) {
    this.head.row(row);
    this.thread.window.clearBefore(row.firstVisibleNumber);
    // If all rows are gone, the next ones are not those that the reader looked for.
    if (!this.thread.window.size && this.thread.window.hasLater)
      this.thread.jumpTo(null).catch(() => {});
    const first = this.firstUnreadNumber;
    if (first !== null && first < row.firstVisibleNumber) this.firstUnreadNumber = null;
  }

  /**
   * Whether a change of the conversation is the reason for a change of the inbox, or what the row itself
   * says. If not, the viewer has blocked somebody, or does so no longer.
   * @param {InboxRow} row
   * @param {InboxRow | undefined} before
   */
  #explains(row, before) {
    if (this.#isContradictedBy(row.conversation.others)) return false;
    const place = this.head.value?.viewerParticipation;
    const revision = before?.conversation.revision ?? this.head.openedAt;
    return (
      row.conversation.revision > revision ||
      row.markedUnreadAt !== (before?.markedUnreadAt ?? null) ||
      row.firstVisibleNumber !== (before ?? place)?.firstVisibleNumber
    );
  }

  /**
   * Whether the viewer may do something else with the messages after a change.
   * @param {Change} change
   */
  #changesRights({ kind, participation }) {
    const place = this.head.value?.viewerParticipation;
    if (!participation || !isOfPeople(kind)) return false;
    // When the viewer leaves, the stream ends, and all is asked for anew by that.
    if (participation.id === place?.id) return participation.status === "ACTIVE";
    // An admin may remove the messages of those who are no admins.
    return place?.role === "ADMIN";
  }

  /**
   * Whether the viewer has blocked one of these people, or does so no longer.
   * @param {(User | null)[]} users as they were told just now.
   */
  #isContradictedBy(users) {
    const known = [this.head, this.members, this.thread.window.messages];
    return known.some((each) => each.contradict(users));
  }

  /** @param {TalkError} error */
  #fail(error) {
    this.#isOpening = false;
    this.error = error;
    if (this.state === "loading") this.state = "failed";
    this.#letGo();
  }

  /** Let those go on who wait until all is asked for anew. */
  #letGo() {
    this.#changed();
    for (const go of this.#waiting.splice(0)) go();
  }

  /** @param {boolean} isAnew */
  #opened(isAnew) {
    const opened = new Promise((/** @type {(value: void) => void} */ go) => this.#waiting.push(go));
    if (isAnew) this.again();
    return opened;
  }

  /**
   * @param {string} document
   * @param {object} variables
   */
  async #page(document, variables) {
    const given = { id: this.id, ...variables };
    const { conversation } = await this.#shared.connection.query(document, given);
    /** @type {Message[]} */
    const messages = conversation?.messages.edges.map((/** @type {any} */ edge) => edge.node) ?? [];
    messages.forEach(this.#shared.arrived);
    if (this.#isContradictedBy(messages.map(({ sender }) => sender))) this.again();
    return conversation?.messages ?? null;
  }

  /** @param {string | null} after */
  async #memberPage(after) {
    const variables = { id: this.id, first: 50, after, search: null, status: "ACTIVE" };
    const { conversation } = await this.#ask(this.#shared.documents.participants, variables);
    return conversation?.participants ?? null;
  }

  /**
   * @param {string} document
   * @param {object} variables
   */
  #ask(document, variables) {
    const { connection } = this.#shared;
    const { signal } = this.#life;
    const ask = () => connection.query(document, variables, { signal });
    return askUntilAnswered(connection, ask, signal);
  }
}

/**
 * The variables of a page around a place.
 * @param {Around | null} around null: the newest.
 * @param {number} size
 */
function pageAt(around, size) {
  return around ? { around, first: size } : { last: size };
}

/**
 * Whether a change may make others of the `others`, or let the viewer do something else.
 * @param {string} kind
 */
function isOfPeople(kind) {
  return kind.startsWith("PARTICIPANT_");
}
