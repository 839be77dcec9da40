/** Somebody who talks through the client, over a network of their own, and what they did. */

import { createTalk } from "../../../schema/client/index.js";
import { memoryStorage } from "../../../schema/client/outbox/index.js";
import { memoryDrafts } from "../../../schema/client/outbox/storage.js";
import { pause } from "../until.mjs";
import { Chance } from "./chance.mjs";
import { Verbs } from "./verbs.mjs";
import { watch } from "./watching.mjs";

/** What each of three hands does, and how often. Hands of one person work at the same time. */
const HANDS = {
  writing: { send: 10, sendMany: 2, reply: 2, changeUnsent: 2, discardUnsent: 1 },
  drafting: { write: 10, sendDraft: 2, leaveDraft: 1, discardDraft: 0.5 },
  changing: { edit: 5, react: 5, unreact: 2, retract: 1, pin: 3, unpin: 2, save: 1 },
  minding: {
    ...{ show: 6, markUnread: 1, rename: 2, describe: 1, membership: 3, clear: 0.5, setTyping: 2 },
    ...{ archivePlace: 2, unarchivePlace: 1, pinPlace: 2, unpinPlace: 1, mute: 2, search: 2 },
  },
};

/** Requests whose answers come late, so that streams often bring what is newer before them. */
function lateFetch(chance) {
  return async (...request) => {
    const response = await fetch(...request);
    await pause(chance.next() ** 3);
    return response;
  };
}

export class Person extends Verbs {
  /** How often each verb was done. */
  done = {};
  reconnects = 0;
  #storage = memoryStorage();
  #draftStorage = memoryDrafts();
  #lateness;
  /** What was wrong with what a store showed. */
  faults = [];

  constructor({ name, token, conversations, groups, network, others, seed }) {
    super();
    this.name = name;
    this.token = token;
    this.ids = conversations;
    this.network = network;
    this.groups = groups;
    this.others = others;
    /** Of the others, who talks too. */
    this.talkers = others?.slice(0, 1);
    this.isOwner = others !== null;
    this.hands = Object.entries(HANDS).map(([hand, verbs], index) => ({
      verbs,
      chance: new Chance(seed + index),
      hand,
    }));
    this.#lateness = new Chance(seed - 1);
    this.open();
  }

  /** Open the page. What was not sent before is in its storage. */
  open() {
    const storage = () => this.#storage;
    const draftStorage = () => this.#draftStorage;
    const { token, network } = this;
    const fetch = lateFetch(this.#lateness);
    this.talk = createTalk({ url: network.url, token, storage, draftStorage, fetch });
    this.inbox = this.talk.inbox();
    this.archive = this.talk.inbox({ archived: true });
    this.drafts = this.ids.map((id) => this.talk.draft(id));
    this.conversations = this.ids.map((id) => this.talk.conversation(id));
    const { state } = this.talk;
    state.subscribe(() => {
      if (state.getSnapshot() === "live") this.reconnects += 1;
    });
    for (const each of this.drafts) each.subscribe(() => {});
    watch([this.inbox, this.archive], this.conversations, (fault) =>
      this.faults.push(`${this.name} sees ${fault}`),
    );
    // It is tried until there is an answer, unless the page is closed.
    for (const each of this.conversations) each.loadPins().catch(() => {});
  }

  /** Send some messages, and reload the page while they are on their way. */
  async reload(chance) {
    for (let count = 0; count < 5; count += 1) await this.send(chance.pick(this.conversations));
    if (chance.next() < 0.5) this.network.cut();
    await pause(chance.next() * 0.1);
    this.talk.close();
    this.open();
  }

  /** Wait until all is shown. */
  get isReady() {
    return [this.inbox, this.archive, ...this.conversations, ...this.drafts].every(
      (each) => each.getSnapshot().state === "ready",
    );
  }

  /** Whether nothing is on its way. */
  get isCalm() {
    const { unsent, drafts } = this.unsettled;
    return !unsent.length && !drafts.length;
  }

  /** What keeps it from being calm. */
  get unsettled() {
    const unsent = this.talk.outbox.getSnapshot().filter((each) => each.state !== "refused");
    const drafts = this.drafts.map((each) => each.getSnapshot()).filter((each) => !each.isSaved);
    return { name: this.name, connection: this.talk.state.getSnapshot(), unsent, drafts };
  }

  /** What the server refused, and the outbox keeps. */
  get refused() {
    return this.talk.outbox.getSnapshot().filter((each) => each.state === "refused");
  }

  /** Do so many things with each hand. */
  async act(count) {
    await Promise.all(this.hands.map((hand) => this.#work(hand, count)));
  }

  /** Bring back whoever left. */
  async bringBack() {
    const conversationId = this.groups[0];
    const verb = (participant) => () =>
      this.talk.reinstateParticipant({ conversationId, participant });
    for (const participant of this.talkers) await this.insist(verb(participant));
  }

  async #work({ verbs, chance, hand }, count) {
    // When all was cleared and nobody writes any more, nothing is there to change.
    for (let done = 0, turn = 0; done < count && turn < 10 * count; turn += 1) {
      const verb = chance.weighed(verbs);
      const conversation = chance.pick(this.conversations);
      if (await this[verb](conversation, chance)) {
        this.done[verb] = (this.done[verb] ?? 0) + 1;
        done += 1;
      }
      await pause(chance.next() * (hand === "writing" ? 0.15 : 0.25));
    }
  }
}
