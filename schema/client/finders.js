/** Queries that are sent once, and whose answers are not followed. */

import { TalkError } from "./errors.js";

/** @import {Connection, Hidden, InboxRow, Member, Message, Named} from "./types.js" */
/** @import {Quoted, ScheduledMessage, User} from "./types.js" */
/** @import {Documents} from "./documents.js" */

/** How many people or conversations a search shows. */
const FOUND = 20;

/**
 * @param {Pick<Connection, "query">} connection
 * @param {Documents} documents
 */
export function findersFor(connection, documents) {
  /**
   * @param {string} document
   * @param {object} [variables]
   */
  const query = (document, variables) => connection.query(document, variables);

  /**
   * @param {string} id
   * @param {{first: number, search: string | null, status: string}} which
   * @returns {Promise<Member[]>}
   */
  async function participants(id, which) {
    const data = await query(documents.participants, { id, after: null, ...which });
    return nodesOf(found(data.conversation).participants);
  }

  /**
   * @param {string} document
   * @param {string} id
   */
  async function node(document, id) {
    return found((await query(document, { id })).node);
  }

  /**
   * @param {string} messageId
   * @returns {Promise<Hidden>}
   */
  const hiddenMessage = (messageId) => node(documents.hiddenMessage, messageId);

  return {
    /**
     * @param {string} search
     * @returns {Promise<User[]>}
     */
    async findPeople(search) {
      return nodesOf((await query(documents.people, { search, first: FOUND })).users);
    },
    /**
     * @param {string} search
     * @returns {Promise<InboxRow[]>}
     */
    async findConversations(search) {
      return nodesOf((await query(documents.conversations, { search, first: FOUND })).inbox);
    },
    /**
     * @param {string} conversationId
     * @param {string} search
     */
    findMembers: (conversationId, search) =>
      participants(conversationId, { first: FOUND, search, status: "ACTIVE" }),
    /** @param {string} conversationId */
    async formerMembers(conversationId) {
      const which = ["LEFT", "REMOVED"].map((status) => ({ first: 100, search: null, status }));
      return (await Promise.all(which.map((each) => participants(conversationId, each)))).flat();
    },
    /** @returns {Promise<User[]>} */
    async blockedUsers() {
      return nodesOf((await query(documents.blockedUsers)).blockedUsers);
    },
    /**
     * @param {string} messageId
     * @returns {Promise<{body: string, until: string}[]>}
     */
    async edits(messageId) {
      return nodesOf((await node(documents.edits, messageId)).edits);
    },
    /**
     * @param {string} messageId
     * @returns {Promise<Quoted[]>}
     */
    async replies(messageId) {
      return nodesOf((await node(documents.replies, messageId)).replies);
    },
    /**
     * @param {string} messageId
     * @returns {Promise<{emoji: string, count: number, users: Named[]}[]>}
     */
    async reactors(messageId) {
      return (await node(documents.reactors, messageId)).reactions;
    },
    /**
     * @param {string} messageId
     * @returns {Promise<string>}
     */
    async hiddenBody(messageId) {
      return (await hiddenMessage(messageId)).body;
    },
    hiddenMessage,
    /**
     * What the viewer has scheduled in a conversation, the earliest first.
     * @param {string} id
     * @returns {Promise<ScheduledMessage[]>}
     */
    async scheduledMessages(id) {
      const { conversation } = await query(documents.scheduledMessages, { id });
      return found(conversation).viewerParticipation.scheduledMessages;
    },
    /**
     * @param {string} id the conversation's.
     * @param {number} number
     * @returns {Promise<Message>}
     */
    async messageAt(id, number) {
      const variables = { id, around: { number }, first: 1 };
      const { messages } = found((await query(documents.conversation, variables)).conversation);
      return found(nodesOf(messages).find((message) => message.number === number));
    },
  };
}

/** @param {{edges: {node: any}[]}} connection */
function nodesOf({ edges }) {
  return edges.map((edge) => edge.node);
}

/** @param {any} value */
function found(value) {
  if (!value)
    throw new TalkError("NOT_FOUND", "There is nothing with this id, or you can't see it.");
  return value;
}
