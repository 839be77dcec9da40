/** Somebody who talks through the client, over a network of their own, and what they did. */

import assert from "node:assert/strict";

import { Refusal, TalkError, createTalk } from "../../../schema/client/index.js";
import { pause } from "../until.mjs";
import { Chance } from "./chance.mjs";
import { watch } from "./watching.mjs";

/** What may be refused in the middle of what others do. */
const EXPECTED =
  "NOT_FOUND NOT_A_PARTICIPANT NOT_ALLOWED ALREADY_LEFT ALREADY_ACTIVE NOT_A_MEMBER NEVER_JOINED " +
  "TOO_MANY_REACTIONS";
const EMOJI = ["👍", "🎉", "❤", "😂"];
/** What each of three hands does, and how often. Hands of one person work at the same time. */
const HANDS = {
  writing: { send: 10, sendMany: 2, reply: 2, changeUnsent: 2, discardUnsent: 1 },
  changing: { edit: 5, react: 5, unreact: 2, retract: 1 },
  minding: { show: 6, markUnread: 1, rename: 2, membership: 3, clear: 0.5, setTyping: 2 },
};

export class Person {
  /** What was given to the outbox, in this order. */
  given = [];
  /** The `clientId`s of what was taken out of the outbox again. */
  discarded = new Set();
  /** What each message says after the last edit that was done, by its `clientId`. */
  edited = new Map();
  /** Texts of edits that had no answer once: a server may carry them out later than the next edit. */
  unanswered = new Set();
  /** How often each verb was done, and how often each refusal came. */
  done = {};
  refusals = {};
  tries = 0;
  reconnects = 0;
  /** What was wrong with what a store showed. */
  faults = [];

  constructor({ name, token, conversations, groups, network, others, seed }) {
    this.name = name;
    this.network = network;
    this.groups = groups;
    this.others = others;
    /** Of the others, who talks too. */
    this.talkers = others?.slice(0, 1);
    this.isOwner = others !== null;
    this.talk = createTalk({ url: network.url, token });
    this.inbox = this.talk.inbox();
    this.conversations = conversations.map((id) => this.talk.conversation(id));
    this.hands = Object.entries(HANDS).map(([hand, verbs], index) => {
      return { verbs, chance: new Chance(seed + index), count: 0, hand };
    });
    const { state } = this.talk;
    state.subscribe(() => {
      if (state.getSnapshot() === "live") this.reconnects += 1;
    });
    watch(this.inbox, this.conversations, (fault) => this.faults.push(`${name} sees ${fault}`));
  }

  /** Wait until all is shown. */
  get isReady() {
    return [this.inbox, ...this.conversations].every(
      (each) => each.getSnapshot().state === "ready",
    );
  }

  /** Whether nothing is on its way. */
  get isCalm() {
    return this.talk.outbox.getSnapshot().every((each) => each.state === "refused");
  }

  /** The `clientId`s of what the server refused. */
  get refused() {
    const unsent = this.talk.outbox.getSnapshot();
    return new Set(unsent.filter((each) => each.state === "refused").map((each) => each.clientId));
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
    for (const participant of this.talkers) await this.#insist(verb(participant));
  }

  async #work({ verbs, chance, hand }, count) {
    for (let done = 0; done < count;) {
      const verb = chance.weighed(verbs);
      const conversation = chance.pick(this.conversations);
      if (await this[verb](conversation, chance)) {
        this.done[verb] = (this.done[verb] ?? 0) + 1;
        done += 1;
      }
      await pause(chance.next() * (hand === "writing" ? 0.15 : 0.25));
    }
  }

  /** Do something until the server has answered. Answers whether it was done. */
  async #insist(act) {
    for (;;) {
      this.tries += 1;
      try {
        await act();
        return true;
      } catch (error) {
        const isPassing = error instanceof TalkError && error.retryable;
        if (isPassing) {
          await pause(0.3);
          continue;
        }
        assert.ok(error instanceof Refusal || error instanceof TalkError, error);
        assert.ok(EXPECTED.split(" ").includes(error.code), `${error.code}: ${error.message}`);
        this.refusals[error.code] = (this.refusals[error.code] ?? 0) + 1;
        return true;
      }
    }
  }

  async send(conversation, _chance, options) {
    const body = `${this.name} ${this.given.length}.`;
    const given = { conversationId: conversation.id, body };
    // The order is that of the calls, whenever they are answered.
    this.given.push(given);
    given.clientId = await conversation.send(body, options);
    return true;
  }

  async sendMany(conversation, chance) {
    const count = 2 + Math.floor(chance.next() * 4);
    await Promise.all(Array.from({ length: count }, () => this.send(conversation)));
    return true;
  }

  async reply(conversation, chance) {
    const message = chance.pick(texts(conversation).slice(-10));
    return message ? this.send(conversation, chance, { replyTo: message.number }) : false;
  }

  async changeUnsent(conversation, chance) {
    const row = chance.pick(unsent(conversation));
    if (!row || this.discarded.has(row.key)) return false;
    const body = `${row.unsent.body} Changed unsent.`;
    if (!(await this.talk.outbox.edit(row.key, body))) return false;
    this.edited.set(row.key, body);
    return true;
  }

  async discardUnsent(conversation, chance) {
    const row = chance.pick(unsent(conversation));
    if (!row || !(await this.talk.outbox.discard(row.key))) return false;
    this.discarded.add(row.key);
    return true;
  }

  async edit(conversation, chance) {
    const mine = texts(conversation, "EDIT").filter((each) => each.clientId !== null);
    const message = chance.pick(mine.slice(-20));
    if (!message) return false;
    const body = `${message.body.split(".")[0]}. Edited ${chance.next()}`;
    return this.#insist(async () => {
      const edited = conversation.edit({ key: message.clientId, message, unsent: null }, body);
      await edited.catch((error) => {
        this.unanswered.add(body);
        throw error;
      });
      this.edited.set(message.clientId, body);
    });
  }

  async retract(conversation, chance) {
    const mine = texts(conversation, "RETRACT").filter((each) => each.clientId !== null);
    const message = chance.pick(mine);
    if (!message) return false;
    return this.#insist(() =>
      conversation.retract({ key: message.clientId, message, unsent: null }),
    );
  }

  async react(conversation, chance) {
    const message = chance.pick(texts(conversation, "REACT").slice(-10));
    if (!message) return false;
    const emoji = chance.pick(EMOJI);
    return this.#insist(() => conversation.react(message, emoji));
  }

  async unreact(conversation, chance) {
    const reacted = texts(conversation, "REACT").filter((each) =>
      each.reactions.some(({ viewerReacted }) => viewerReacted),
    );
    const message = chance.pick(reacted);
    if (!message) return false;
    const { emoji } = message.reactions.find(({ viewerReacted }) => viewerReacted);
    return this.#insist(() => conversation.unreact(message, emoji));
  }

  async show(conversation) {
    const last = conversation.getSnapshot().rows.findLast((row) => row.message);
    if (last) conversation.shown(last.message.number);
    return Boolean(last);
  }

  async markUnread({ id }) {
    return this.#insist(() => this.talk.markUnread({ conversationId: id }));
  }

  async rename(_conversation, chance) {
    const input = { conversationId: chance.pick(this.groups), title: `Storm ${chance.next()}` };
    return this.#insist(() => this.talk.renameConversation(input));
  }

  async clear(conversation) {
    return this.#insist(() => this.talk.clearConversation({ conversationId: conversation.id }));
  }

  async setTyping(conversation, chance) {
    conversation.setTyping(chance.next() < 0.7);
    return true;
  }

  /** The owner invites, removes and brings back; others leave. */
  async membership(_conversation, chance) {
    const conversationId = this.groups[0];
    if (!this.isOwner) return this.#insist(() => this.talk.leaveConversation({ conversationId }));
    const participant = chance.pick(this.others);
    const verb = chance.pick(["inviteParticipants", "removeParticipant", "reinstateParticipant"]);
    const whom = verb === "inviteParticipants" ? { participants: [participant] } : { participant };
    return this.#insist(() => this.talk[verb]({ conversationId, ...whom }));
  }
}

/** The messages with words that a conversation shows, with which the viewer may do something. */
function texts(conversation, capability) {
  const messages = conversation.getSnapshot().rows.flatMap(({ message }) => message ?? []);
  return messages.filter(
    ({ kind, removal, viewerCan }) =>
      kind === "TEXT" && !removal && (!capability || viewerCan.includes(capability)),
  );
}

function unsent(conversation) {
  return conversation
    .getSnapshot()
    .rows.filter((row) => row.unsent && row.unsent.state !== "refused");
}
