/** What a conversation asks the server. */

import { askUntilAnswered } from "../asking.js";

/** @import {Around, Connection, Conversation, Message, Pin} from "../../types.js" */
/** @import {Documents} from "../../documents.js" */
/** @import {InboxFeed} from "../inbox.js" */
/** @import {Page} from "./window.js" */

/**
 * What all conversations share.
 * @typedef {object} Shared
 * @property {Connection} connection
 * @property {Documents} documents
 * @property {InboxFeed} feed
 * @property {(message: Message) => void} arrived is told of each message that came from the server.
 */
/** @typedef {Conversation & {messages: Page}} Answered */

/** How many members a page has. */
const MEMBERS = 50;

export class Questions {
  #id;
  #connection;
  #documents;
  #life = new AbortController();

  /**
   * @param {string} id the conversation's.
   * @param {Shared} shared
   */
  constructor(id, { connection, documents }) {
    this.#id = id;
    this.#connection = connection;
    this.#documents = documents;
  }

  /** Somebody wants answers again. */
  start() {
    this.#life = new AbortController();
  }

  /** Nobody wants an answer any more. */
  stop() {
    this.#life.abort();
  }

  /**
   * Wait for an answer. Why there is none is of no interest to anybody any more, once this has stopped.
   * @param {Promise<void>} asking
   */
  async unlessStopped(asking) {
    const { signal } = this.#life;
    try {
      await asking;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /**
   * The conversation, with a page of its messages. Null if there is none for the viewer.
   * @param {Around | null} around null: the newest.
   * @param {number} size
   * @param {AbortSignal} [signal]
   * @returns {Promise<Answered | null>}
   */
  async thread(around, size, signal) {
    const place = around ? { around, first: size } : { last: size };
    const variables = { id: this.#id, ...place };
    const document = this.#documents.conversation;
    return (await this.#connection.query(document, variables, { signal })).conversation;
  }

  /**
   * @param {Around | null} around
   * @param {number} size
   */
  async pageAround(around, size) {
    return (await this.thread(around, size))?.messages ?? null;
  }

  /**
   * A page of messages before or after a cursor.
   * @param {object} place
   * @returns {Promise<Page | null>}
   */
  async page(place) {
    const variables = { id: this.#id, ...place };
    const { conversation } = await this.#connection.query(this.#documents.messages, variables);
    return conversation?.messages ?? null;
  }

  // These are asked until there is an answer.

  /** @returns {Promise<Conversation | null>} */
  async head() {
    return (await this.#ask(this.#documents.conversationHead, { id: this.#id })).conversation;
  }

  /**
   * @param {string} id
   * @returns {Promise<Message | null>}
   */
  async message(id) {
    return (await this.#ask(this.#documents.message, { id })).node;
  }

  /**
   * @param {string | null} after
   * @returns {Promise<import("./members.js").Page | null>}
   */
  async members(after) {
    const variables = { id: this.#id, first: MEMBERS, after, search: null, status: "ACTIVE" };
    const { conversation } = await this.#ask(this.#documents.participants, variables);
    return conversation?.participants ?? null;
  }

  /** @returns {Promise<Pin[] | null>} */
  async pins() {
    const { conversation } = await this.#ask(this.#documents.pins, { id: this.#id });
    return conversation?.pins.edges.map((/** @type {{node: Pin}} */ { node }) => node) ?? null;
  }

  /**
   * @param {string} document
   * @param {object} variables
   */
  #ask(document, variables) {
    const { signal } = this.#life;
    const ask = () => this.#connection.query(document, variables, { signal });
    return askUntilAnswered(this.#connection, ask, signal);
  }
}
