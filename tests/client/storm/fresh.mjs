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
    for (const draft of person.drafts) {
      const { body, conflict, isSaved } = draft.getSnapshot();
      const shown = { body, conflict, isSaved };
      const expected = { body: await draftOf(connection, draft.id), conflict: null, isSaved: true };
      assert.deepEqual(shown, expected, `${person.name}: draft in ${draft.id}`);
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
    const answer = await connection.query(documents.messages, { id, first: 50, after });
    const page = answer.conversation.messages;
    messages.push(...page.edges.map(({ node }) => node));
    ({ hasNextPage, endCursor: after } = page.pageInfo);
  }
  const answer = await connection.query(documents.pins, { id });
  const pins = answer.conversation.pins.edges.map(({ node }) => node);
  return { conversation, messages, pins };
}

async function draftOf(connection, id) {
  const { conversation } = await connection.query(documents.draft, { id });
  return conversation.viewerParticipation.draft?.body ?? "";
}

async function membersOf(connection, id) {
  const variables = { id, first: 50, after: null, search: null, status: "ACTIVE" };
  const { conversation } = await connection.query(documents.participants, variables);
  return conversation.participants.edges.map(({ node }) => node);
}

/** What a store shows of the server's. */
function shownOf(store) {
  const { conversation, rows, pins } = store.getSnapshot();
  return { conversation, messages: rows.flatMap(({ message }) => message ?? []), pins };
}

/** What was loaded begins somewhere in the thread, and goes to its end. */
function clipped({ conversation, messages, pins }, store) {
  const { rows, hasEarlier, hasLater } = store.getSnapshot();
  const first = hasEarlier ? (rows.find((row) => row.message)?.message.number ?? 0) : 0;
  assert.equal(hasLater, false);
  return { conversation, messages: messages.filter((message) => message.number >= first), pins };
}

function inboxOf({ talk, inbox, archive }) {
  const [{ rows, invitations }, { rows: archived }] = [inbox.getSnapshot(), archive.getSnapshot()];
  return { ...listed(rows, invitations, archived), unreadTotal: talk.unreadTotal.getSnapshot() };
}

/** Rows without revisions: a reaction has one, and is no change of the inbox. */
function listed(...lists) {
  const without = ({ conversation, ...row }) => {
    const { revision, latestMessage, ...shown } = conversation;
    return {
      ...row,
      conversation: { ...shown, latestMessage: { ...latestMessage, revision: null } },
    };
  };
  const [rows, invitations, archived] = lists.map((list) => list.map(without));
  return { rows, invitations, archived };
}

async function freshInbox(connection) {
  const variables = { first: 30, after: null, filter: { archived: true } };
  const [start, archive] = await Promise.all([
    connection.query(documents.inboxStart, { first: 30 }),
    connection.query(documents.inbox, variables),
  ]);
  const lists = [start.pinned, start.inbox, start.invitations, archive.inbox];
  const [pinned, rows, invited, archived] = lists.map(({ edges }) => edges.map(({ node }) => node));
  pinned.sort((one, other) => (one.pinnedAt < other.pinnedAt ? 1 : -1));
  // Pinned rows are in the pages, too.
  const others = rows.filter((row) => row.pinnedAt === null);
  const { unreadTotal } = start;
  return { ...listed([...pinned, ...others], invited, archived), unreadTotal };
}
