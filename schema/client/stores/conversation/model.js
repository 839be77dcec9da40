/** Keeps a conversation as the server has it: asks for it, and follows its changes. */

import { Following } from "../following.js";
import { Blocks } from "./blocks.js";
import { Head } from "./head.js";
import { Members } from "./members.js";
import { Pins } from "./pins.js";
import { Questions } from "./questions.js";
import { changesRights, isExplained, isOfPeople } from "./reasons.js";
import { Refresher } from "./refresher.js";
import { PAGE, Thread } from "./thread.js";

/** @import {TalkError} from "../../errors.js" */
/** @import {InboxRow, LoadState, Message} from "../../types.js" */
/** @import {Change} from "./head.js" */
/** @import {Answered, Shared} from "./questions.js" */
/** @import {Edge, Page} from "./window.js" */

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
  pins;
  refresher;
  #following;
  #shared;
  #changed;
  #questions;
  /** Whether the thread was shown since somebody began to look at it. */
  isOpened = false;
  /** Whether all is being asked for. */
  #isOpening = false;
  /** @type {InboxRow | null} What the inbox told while all was asked for. */
  #rowMeanwhile = null;
  #blocks;

  /**
   * @param {string} id
   * @param {Shared} shared
   * @param {() => void} changed is called after each change.
   */
  constructor(id, shared, changed) {
    const { connection, documents } = shared;
    this.id = id;
    this.#shared = shared;
    this.#questions = new Questions(id, shared);
    this.#changed = changed;
    this.thread = new Thread({
      page: (place) => this.#checked(this.#questions.page(place)),
      around: (around) => this.#checked(this.#questions.pageAround(around, PAGE)),
      again: () => this.again(),
      opened: () => this.#following.opened(),
      arrived: shared.arrived,
      now: () => connection.now(),
      changed,
      stale: (number) => this.refresher.stale(number),
    });
    this.members = new Members((after) => this.#questions.members(after));
    const failed = () => this.#following.againWhenBack();
    this.pins = new Pins(() => this.#questions.pins(), changed, failed);
    this.#blocks = new Blocks([this.head, this.members, this.thread.window.messages]);
    this.refresher = new Refresher({
      questions: this.#questions,
      head: this.head,
      thread: this.thread,
      changed,
      missing: () => this.again(),
      failed,
    });
    this.#following = new Following(connection, {
      open: (signal) => this.#open(signal),
      document: documents.conversationChanges,
      variables: () => ({ id, after: this.head.revision }),
      next: ({ conversationChanges }) => this.#change(conversationChanges),
      failed: (error, isOver) => this.#fail(error, isOver),
    });
  }

  start() {
    this.#questions.start();
    this.isOpened = false;
    this.#following.start();
    const unfollow = this.#shared.feed.follow(
      (row, before) => this.#inboxChanged(row, before),
      // What the inbox alone tells may have changed meanwhile.
      (isLate) => (isLate ? this.again() : this.#inboxBegun()),
    );
    return () => {
      unfollow();
      this.#following.stop();
      this.#questions.stop();
      this.refresher.stop();
    };
  }

  /** Ask for all that is shown anew: it may be otherwise than the changes say. */
  again() {
    this.#following.again();
  }

  /** Forget everything: it was somebody else's. */
  reset() {
    this.#clear("loading");
    this.isOpened = false;
    this.#changed();
    this.again();
  }

  loadMembers() {
    return this.#questions.unlessStopped(this.members.load()).finally(this.#changed);
  }

  loadPins() {
    return this.#questions.unlessStopped(this.pins.load());
  }

  /**
   * @param {Message} message that a mutation answered.
   * @param {number} [askedAt] when it was asked for, if that is known.
   */
  offer(message, askedAt) {
    // While all is asked for the first time, it stays where it was shown as unsent.
    if (this.state !== "ready" && this.state !== "loading") return;
    if (this.#blocks.areNews([message.sender])) this.again();
    this.thread.window.offer(message, askedAt);
    this.#changed();
  }

  /** @param {AbortSignal} signal */
  async #open(signal) {
    this.#isOpening = true;
    this.#rowMeanwhile = null;
    const { around, size, order } = this.thread.renew(this.inView);
    this.#changed();
    const conversation = await this.#questions.thread(around, size, signal);
    if (signal.aborted) return false;
    this.#isOpening = false;
    if (!conversation) this.#clear("missing");
    else this.#show(conversation, order);
    this.#changed();
    if (!conversation) return false;
    this.members.renew().then(this.#changed, () => this.#following.againWhenBack());
    this.pins.again();
    // The inbox may have told by now that the viewer is back. The stream tells all that came with it.
    return this.head.value?.viewerParticipation.status === "ACTIVE";
  }

  /**
   * @param {Answered} conversation
   * @param {number} order
   */
  #show({ messages, ...conversation }, order) {
    const { lastNumber, viewerParticipation: place } = conversation;
    this.head.open(conversation);
    this.thread.open(messages, { lastNumber, firstVisible: place.firstVisibleNumber }, order);
    if (!this.isOpened) this.firstUnreadNumber = place.firstUnreadNumber;
    this.isOpened = true;
    this.state = "ready";
    this.error = null;
    this.#blocks.forget();
    if (this.#rowMeanwhile) this.#takeRow(this.#rowMeanwhile);
  }

  /** @param {LoadState} state */
  #clear(state) {
    this.state = state;
    this.error = null;
    this.firstUnreadNumber = null;
    this.head.open(null);
    this.members.clear();
    this.pins.clear();
    const pageInfo = { hasPreviousPage: false, hasNextPage: false };
    this.thread.open({ edges: [], pageInfo }, { lastNumber: 0, firstVisible: 1 }, Infinity);
  }

  /** @param {Change} change */
  #change(change) {
    const { revision, kind, messageEdge, participation } = change;
    if (!this.head.value || revision <= this.head.revision) return;
    const people = [messageEdge?.node.sender ?? null, participation?.user ?? null];
    const isContradicted = this.#blocks.areNews(people);
    this.head.change(change);
    if (messageEdge) this.#take(messageEdge, kind);
    this.pins.change(change);
    if (participation) this.members.change(participation);
    if (isContradicted || changesRights(change, this.head.value.viewerParticipation)) this.again();
    else if (isOfPeople(kind)) this.refresher.head();
    this.#changed();
  }

  /**
   * @param {Edge} edge
   * @param {string} kind
   */
  #take(edge, kind) {
    this.thread.window.receive(edge);
    this.#shared.arrived(edge.node);
    const isOfBranch = kind === "MESSAGE_SENT" || kind === "MESSAGE_REMOVED";
    if (isOfBranch && edge.node.root !== null) this.thread.branchChanged(edge.node.root);
  }

  /** The inbox tells of all changes from now on. It may have been read after the conversation was. */
  #inboxBegun() {
    const row = this.#shared.feed.rowOf(this.id);
    if (!row) return;
    if (this.#isOpening) this.#rowMeanwhile = row;
    if (this.head.value) this.#takeRow(row);
    this.#changed();
  }

  /**
   * The inbox tells of what is the viewer's alone: what they cleared, or whom they blocked.
   * @param {InboxRow} row
   * @param {InboxRow | undefined} before
   */
  #inboxChanged(row, before) {
    const isContradicted = this.#blocks.areNews(row.conversation.others);
    if (row.conversation.id !== this.id) return void (isContradicted && this.again());
    if (this.#isOpening) this.#rowMeanwhile = row;
    const isOfElsewhere = isContradicted || !isExplained(row, before, this.head);
    if (this.head.value) this.#takeRow(row);
    // While it is asked for, the first news of it is no reason to ask anew.
    if (isOfElsewhere && (before || !this.#isOpening)) this.again();
    this.#changed();
  }

  /** @param {InboxRow} row */
  #takeRow(row) {
    this.head.row(row);
    this.thread.window.clearBefore(row.firstVisibleNumber);
    this.pins.clearBefore(row.firstVisibleNumber);
    // If all rows are gone, the next ones are not those that the reader looked for.
    const isEmpty = !this.thread.window.size && this.thread.window.hasLater;
    if (isEmpty) this.thread.jumpTo(null).catch(() => {});
    if ((this.firstUnreadNumber ?? Infinity) < row.firstVisibleNumber) this.firstUnreadNumber = null;
  }

  /** @param {TalkError} error @param {boolean} isOver */
  #fail(error, isOver) {
    this.error = error;
    if (isOver) this.#isOpening = false;
    if (isOver && this.state === "loading") this.state = "failed";
    this.#changed();
  }

  /** @param {Promise<Page | null>} asked */
  async #checked(asked) {
    const page = await asked;
    const senders = page?.edges.map(({ node }) => node.sender) ?? [];
    if (this.#blocks.areNews(senders)) this.again();
    return page;
  }
}
