/** What people do in a storm: each verb again and again, until the server has answered. */

import assert from "node:assert/strict";

import { Refusal, TalkError } from "../../../schema/client/index.js";
import { pause } from "../until.mjs";

/** What may be refused in the middle of what others do. */
const EXPECTED = [
  "NOT_FOUND",
  "NOT_A_PARTICIPANT",
  "NOT_ALLOWED",
  "ALREADY_LEFT",
  "ALREADY_ACTIVE",
  "NOT_A_MEMBER",
  "NEVER_JOINED",
  "TOO_MANY_REACTIONS",
  "TOO_MANY_PINS",
];
const EMOJI = ["👍", "🎉", "❤", "😂"];

export class Verbs {
  /** What was given to the outbox, in this order. */
  given = [];
  /** The `clientId`s of what was taken out of the outbox again, by whether it was tried before. */
  discarded = new Map();
  /** What each message says after the last edit that was done, by its `clientId`. */
  edited = new Map();
  /** Texts of edits that had no answer once: a server may carry them out later than the next edit. */
  unanswered = new Set();
  /** How often each refusal came. */
  refusals = {};
  /** How many words were written in drafts. */
  words = 0;

  /** Do something until the server has answered. Answers whether it was done. */
  async insist(act) {
    for (;;) {
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
        assert.ok(EXPECTED.includes(error.code), `${error.code}: ${error.message}`);
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
    // An attempt that had no answer may have arrived.
    this.discarded.set(row.key, row.unsent.tried !== null);
    return true;
  }

  /** Write a word more of what is to be sent at some time. */
  async write({ id }) {
    const draft = this.talk.draft(id);
    const { body, state } = draft.getSnapshot();
    // What was not saved is joined with what was kept, once that is known.
    if (state !== "ready") return false;
    draft.write({ body: `${body} word ${this.words++}`.trim() });
    return true;
  }

  async sendDraft(conversation) {
    const { body, state } = this.talk.draft(conversation.id).getSnapshot();
    if (!body || state !== "ready") return false;
    const given = { conversationId: conversation.id, body };
    this.given.push(given);
    given.clientId = await conversation.send(body, { endsDraft: true });
    return true;
  }

  async leaveDraft({ id }) {
    this.talk.draft(id).flush();
    return true;
  }

  async discardDraft({ id }) {
    this.talk.draft(id).discard();
    return true;
  }

  async edit(conversation, chance) {
    const mine = texts(conversation, "EDIT").filter((each) => each.clientId !== null);
    const message = chance.pick(mine.slice(-5));
    if (!message) return false;
    const body = `${message.body.split(".")[0]}. Edited ${chance.next()}`;
    return this.insist(async () => {
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
    return this.insist(() =>
      conversation.retract({ key: message.clientId, message, unsent: null }),
    );
  }

  async react(conversation, chance) {
    const message = chance.pick(texts(conversation, "REACT").slice(-3));
    if (!message) return false;
    const emoji = chance.pick(EMOJI);
    return this.insist(() => conversation.react(message, emoji));
  }

  async unreact(conversation, chance) {
    const reacted = texts(conversation, "REACT").filter((each) =>
      each.reactions.some(({ viewerReacted }) => viewerReacted),
    );
    const message = chance.pick(reacted);
    if (!message) return false;
    const { emoji } = message.reactions.find(({ viewerReacted }) => viewerReacted);
    return this.insist(() => conversation.unreact(message, emoji));
  }

  async pin(conversation, chance) {
    const message = chance.pick(texts(conversation, "PIN").slice(-10));
    if (!message) return false;
    return this.insist(() => this.talk.pinMessage({ message: message.id }));
  }

  async unpin(conversation, chance) {
    const pin = chance.pick(conversation.getSnapshot().pins);
    if (!pin) return false;
    return this.insist(() => this.talk.unpinMessage({ message: pin.message.id }));
  }

  async save(conversation, chance) {
    const message = chance.pick(texts(conversation, "SAVE").slice(-10));
    if (!message) return false;
    const verb = chance.next() < 0.7 ? "saveMessage" : "unsaveMessage";
    return this.insist(() => this.talk[verb]({ message: message.id }));
  }

  /** What is found has the words, whatever happens meanwhile. */
  async search({ id }, chance) {
    const words = chance.pick(["Edited", "alice", "bob"]);
    const search = this.talk.search();
    const found = new Promise((resolve) => {
      const leave = search.subscribe(() => {
        const { state, rows, error } = search.getSnapshot();
        if (state !== "ready" && state !== "failed") return;
        leave();
        resolve(error ?? rows);
      });
    });
    search.ask(words, { in: chance.next() < 0.5 ? id : null });
    const rows = await found;
    assert.ok(Array.isArray(rows), rows);
    const lower = words.toLowerCase();
    for (const { body } of rows) assert.ok(body.toLowerCase().includes(lower), body);
    return true;
  }

  async show(conversation) {
    const last = conversation.getSnapshot().rows.findLast((row) => row.message);
    if (last) conversation.shown(last.message.number);
    return Boolean(last);
  }

  async markUnread(conversation, chance) {
    const from = chance.pick(texts(conversation).slice(-20))?.number ?? null;
    const input = { conversationId: conversation.id, from: chance.next() < 0.5 ? from : null };
    return this.insist(() => this.talk.markUnread(input));
  }

  async archivePlace({ id }) {
    return this.insist(() => this.talk.archiveConversation({ conversationId: id }));
  }

  async unarchivePlace({ id }) {
    return this.insist(() => this.talk.unarchiveConversation({ conversationId: id }));
  }

  async pinPlace({ id }) {
    return this.insist(() => this.talk.pinConversation({ conversationId: id }));
  }

  async unpinPlace({ id }) {
    return this.insist(() => this.talk.unpinConversation({ conversationId: id }));
  }

  /** For ever, for a moment, or no longer. */
  async mute({ id }, chance) {
    const level = chance.pick(["EVERYTHING", "EVERYTHING", "MENTIONS", "NOTHING"]);
    const seconds = chance.next() < 0.5 ? 3 + chance.next() * 5 : null;
    return this.insist(() => {
      // An attempt that comes late is not one for the past.
      const end = seconds && new Date(Date.now() + seconds * 1000).toISOString();
      return this.talk.setNotifications({ conversationId: id, level, mutedUntil: end });
    });
  }

  async describe(_conversation, chance) {
    const input = { conversationId: chance.pick(this.groups), description: `${chance.next()}` };
    return this.insist(() => this.talk.updateConversation(input));
  }

  async rename(_conversation, chance) {
    const input = { conversationId: chance.pick(this.groups), title: `Storm ${chance.next()}` };
    return this.insist(() => this.talk.renameConversation(input));
  }

  async clear(conversation) {
    return this.insist(() => this.talk.clearConversation({ conversationId: conversation.id }));
  }

  async setTyping(conversation, chance) {
    conversation.setTyping(chance.next() < 0.7);
    return true;
  }

  /** The owner invites, removes and brings back; others leave. */
  async membership(_conversation, chance) {
    const conversationId = this.groups[0];
    if (!this.isOwner) return this.insist(() => this.talk.leaveConversation({ conversationId }));
    const participant = chance.pick(this.others);
    const verb = chance.pick(["inviteParticipants", "removeParticipant", "reinstateParticipant"]);
    const whom = verb === "inviteParticipants" ? { participants: [participant] } : { participant };
    return this.insist(() => this.talk[verb]({ conversationId, ...whom }));
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
