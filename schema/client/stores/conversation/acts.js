/** What the viewer does with messages. It is shown before the server has answered, where that is clear. */

import { TalkError } from "../../errors.js";

/** @import {Message, Named, Outbox, Row, Unsent} from "../../types.js" */
/** @import {Verbs} from "../../verbs.js" */
/** @import {Messages} from "./messages.js" */

export class Acts {
  #messages;
  #verbs;
  #outbox;
  #changed;
  /** The requests of a message reach the server in the order in which they were made. */
  #turns = new Turns();

  /**
   * @param {Messages} messages
   * @param {{verbs: Verbs, outbox: Outbox}} surroundings
   * @param {() => void} changed is called when a message is shown otherwise.
   */
  constructor(messages, { verbs, outbox }, changed) {
    this.#messages = messages;
    this.#verbs = verbs;
    this.#outbox = outbox;
    this.#changed = changed;
  }

  /**
   * @param {Row} row
   * @param {string} body
   * @param {Named[] | null} [mentions]
   * @param {string[] | null} [files] the ids of those that the message keeps.
   */
  async edit({ message, unsent }, body, mentions, files) {
    // Also if the message is there, an earlier edit of it may still wait in the outbox.
    const clientId = (message ?? unsent)?.clientId;
    const isWaiting = clientId && (await this.#outbox.edit(clientId, body, mentions));
    if (isWaiting && !files) return;
    const { id, number } = message ?? this.#sent(unsent);
    const input = { message: id, body, mentions: mentions?.map((each) => each.id), attachments: files };
    const undo = this.#preview(number, (each) => edited(each, body.trim(), files));
    await this.#turns.take(id, () => this.#verbs.editMessage(input)).finally(undo);
  }

  /** @param {Row} row */
  async retract({ message, unsent }) {
    if (unsent && (await this.#outbox.discard(unsent.clientId))) return;
    const { id, clientId } = message ?? this.#sent(unsent);
    // An edit may still wait in the outbox.
    if (clientId) await this.#outbox.discard(clientId);
    await this.#turns.take(id, () => this.#verbs.retractMessage({ message: id }));
  }

  /**
   * @param {Message} message
   * @param {string} emoji
   * @param {boolean} isWanted
   */
  async react({ id, number }, emoji, isWanted) {
    const undo = this.#preview(number, (each) => withReaction(each, emoji, isWanted));
    const { react, unreact } = this.#verbs;
    /** @type {() => Promise<unknown>} */
    const ask = () => (isWanted ? react : unreact)({ message: id, emoji });
    await this.#turns.take(id, ask).finally(undo);
  }

  /**
   * Show a message as it is about to be, until what this answers is called.
   * @param {number} number
   * @param {(message: Message) => Message} preview
   */
  #preview(number, preview) {
    const undo = this.#messages.preview(number, preview);
    this.#changed();
    return () => {
      undo();
      this.#changed();
    };
  }

  /** @param {Unsent | null} unsent what was sent meanwhile. */
  #sent(unsent) {
    const message = unsent && this.#messages.find(unsent.clientId);
    if (!message) throw new TalkError("NOT_FOUND", "This message is not here any more.");
    return message;
  }
}

/** Requests about the same thing, one after the other: so they reach the server in this order. */
class Turns {
  /** @type {Map<string, Promise<unknown>>} What was asked for last. */
  #last = new Map();

  /**
   * @template T
   * @param {string} id what it is about.
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  take(id, ask) {
    const turn = (this.#last.get(id) ?? Promise.resolve()).then(ask, ask);
    this.#last.set(id, turn);
    const forget = () => {
      if (this.#last.get(id) === turn) this.#last.delete(id);
    };
    turn.then(forget, forget);
    return turn;
  }
}

/**
 * A message with another text, and with fewer files.
 * @param {Message} message
 * @param {string} body
 * @param {string[] | null} [files]
 * @returns {Message}
 */
function edited(message, body, files) {
  if (message.removal) return message;
  const { attachments } = message;
  const kept = files ? attachments.filter(({ id }) => files.includes(id)) : attachments;
  return { ...message, body, attachments: kept };
}

/**
 * A message with a reaction of the viewer, or without it. Nothing changes if it is so already.
 * @param {Message} message
 * @param {string} emoji
 * @param {boolean} isWanted
 * @returns {Message}
 */
function withReaction(message, emoji, isWanted) {
  // The server leaves these selectors out.
  const name = emoji.replace(/[\uFE0E\uFE0F]/g, "");
  const known = message.reactions.find((reaction) => reaction.emoji === name);
  if (message.removal || (known?.viewerReacted ?? false) === isWanted) return message;
  const count = (known?.count ?? 0) + (isWanted ? 1 : -1);
  const reaction = { emoji: name, count, viewerReacted: isWanted };
  const reactions = known
    ? message.reactions.map((each) => (each === known ? reaction : each))
    : [...message.reactions, reaction];
  return { ...message, reactions: reactions.filter((each) => each.count > 0) };
}
