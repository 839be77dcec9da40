/** What a fresh client is shown, to compare with what a store shows after a storm. */

import assert from "node:assert/strict";

import { connect } from "../../../schema/client/connection/index.js";
import { documentsFor } from "../../../schema/client/documents.js";

const documents = documentsFor();

/** How the stores of somebody differ from fresh queries; null if they don't. */
export async function difference(person, url, token) {
  const connection = connect({ url, token });
  try {
    for (const store of person.conversations) {
      const fresh = await conversationOf(connection, store.id);
      const { members } = store.getSnapshot();
      const there = await membersOf(connection, store.id);
      const hint = `${person.name}: members of ${store.id}`;
      if (members.length) assert.deepEqual(members, there, hint);
      assert.deepEqual(
        shownOf(store),
        clipped(fresh, store),
        `${person.name}: conversation ${store.id}`,
      );
    }
    assert.deepEqual(inboxOf(person), await freshInbox(connection), `${person.name}: inbox`);
    return null;
  } catch (error) {
    if (error instanceof assert.AssertionError || error.retryable) return error;
    throw error;
  } finally {
    connection.close();
  }
}

async function conversationOf(connection, id) {
  const { conversation } = await connection.query(documents.conversationHead, { id });
  const messages = [];
  for (let after = null, hasNextPage = true; hasNextPage;) {
    const answer = await connection.query(documents.messages, { id, first: 100, after });
    const page = answer.conversation.messages;
    messages.push(...page.edges.map(({ node }) => node));
    ({ hasNextPage, endCursor: after } = page.pageInfo);
  }
  return { conversation, messages };
}

async function membersOf(connection, id) {
  const variables = { id, first: 50, after: null, search: null, status: "ACTIVE" };
  const { conversation } = await connection.query(documents.participants, variables);
  return conversation.participants.edges.map(({ node }) => node);
}

/** What a store shows of the server's. */
function shownOf(store) {
  const { conversation, rows } = store.getSnapshot();
  return { conversation, messages: rows.flatMap(({ message }) => message ?? []) };
}

/** What was loaded begins somewhere in the thread, and goes to its end. */
function clipped({ conversation, messages }, store) {
  const { rows, hasEarlier, hasLater } = store.getSnapshot();
  const first = hasEarlier ? (rows.find((row) => row.message)?.message.number ?? 0) : 0;
  assert.equal(hasLater, false);
  return { conversation, messages: messages.filter((message) => message.number >= first) };
}

function inboxOf({ talk, inbox }) {
  const { rows, invitations } = inbox.getSnapshot();
  return { ...listed(rows, invitations), unreadTotal: talk.unreadTotal.getSnapshot() };
}

/** Rows without revisions: a reaction has one, and is no change of the inbox. */
function listed(rows, invitations) {
  const without = ({ conversation, ...row }) => {
    const { revision, latestMessage, ...shown } = conversation;
    return {
      ...row,
      conversation: { ...shown, latestMessage: { ...latestMessage, revision: null } },
    };
  };
  return { rows: rows.map(without), invitations: invitations.map(without) };
}

async function freshInbox(connection) {
  const { inbox, invitations, unreadTotal } = await connection.query(documents.inboxStart, {
    first: 30,
  });
  const [rows, invited] = [inbox, invitations].map(({ edges }) => edges.map(({ node }) => node));
  return { ...listed(rows, invited), unreadTotal };
}
