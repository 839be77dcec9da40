/** The verbs answer payloads, and throw what a rule refuses. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MUTATIONS, documentsFor } from "../../schema/client/documents.js";
import { verbsFor } from "../../schema/client/verbs.js";
import { act, ask, idOf, startGroup } from "./server.mjs";

const documents = documentsFor();

/** Asks the real server, as the client's connection does. */
function connectionOf(who) {
  const told = [];
  return {
    told,
    query: (document, variables) => ask(who, document, variables),
    tell: (document, variables) => told.push([document, variables]),
  };
}

const mira = verbsFor(connectionOf("mira"), documents);
const lena = verbsFor(connectionOf("lena"), documents);

test("there is a verb for each mutation of the schema", async () => {
  const { __schema } = await ask("mira", "{ __schema { mutationType { fields { name } } } }");

  const names = __schema.mutationType.fields.map(({ name }) => name).sort();
  assert.deepEqual([...MUTATIONS].sort(), names);
  assert.deepEqual(Object.keys(mira).sort(), names);
});

test("a message is sent, edited, reacted to and taken back", async () => {
  const conversationId = await startGroup("mira", ["lena"]);

  const { sent, conversation, upgraded } = await mira.sendMessage({ conversationId, body: "Helo" });
  assert.equal(sent.body, "Helo");
  assert.deepEqual([conversation.id, upgraded], [conversationId, false]);
  const { edited } = await mira.editMessage({ message: sent.id, body: "Hello" });
  assert.equal(edited.body, "Hello");
  const { reacted } = await lena.react({ message: sent.id, emoji: "👍" });
  assert.deepEqual(reacted.reactions, [{ emoji: "👍", count: 1, viewerReacted: true }]);
  const { unreacted } = await lena.unreact({ message: sent.id, emoji: "👍" });
  assert.deepEqual(unreacted.reactions, []);
  const { retracted } = await mira.retractMessage({ message: sent.id });
  assert.deepEqual([retracted.body, retracted.removal], ["", "RETRACTED"]);
  assert.ok(retracted.revision > sent.revision);
});

test("members come, go, and get roles; the inbox and the title follow", async () => {
  const participant = await idOf("lena");
  const { conversation } = await mira.startConversation({
    participants: [await idOf("jonas")],
    kind: "GROUP",
    title: "Verbs",
  });
  const conversationId = conversation.id;
  assert.deepEqual([conversation.kind, conversation.name], ["GROUP", "Verbs"]);

  await mira.inviteParticipants({ conversationId, participants: [participant] });
  const { participation: admin } = await mira.changeRole({
    conversationId,
    participant,
    role: "ADMIN",
  });
  assert.deepEqual([admin.role, admin.user.name], ["ADMIN", "Lena Brandt"]);
  const renamed = await lena.renameConversation({ conversationId, title: "Better" });
  assert.equal(renamed.conversation.title, "Better");
  const { sent } = await mira.sendMessage({ conversationId, body: "Read this" });
  const { participation: read } = await lena.markRead({ conversationId, number: sent.number });
  assert.deepEqual([read.lastReadNumber, read.unreadCount], [sent.number, 0]);
  assert.ok((await lena.markUnread({ conversationId })).participation.markedUnreadAt);
  const { participation: cleared } = await lena.clearConversation({ conversationId });
  assert.equal(cleared.firstVisibleNumber, sent.number + 1);
  assert.equal((await mira.removeMessage({ message: sent.id })).removed.removal, "REMOVED");
  const { participation: gone } = await mira.removeParticipant({ conversationId, participant });
  assert.equal(gone.status, "REMOVED");
  const { participation: back } = await mira.reinstateParticipant({ conversationId, participant });
  assert.equal(back.status, "ACTIVE");
  assert.equal((await lena.leaveConversation({ conversationId })).conversation.id, conversationId);
});

test("people are blocked and reported", async () => {
  const user = await idOf("aiko");
  const conversationId = await startGroup("aiko", ["mira"]);
  const { sent } = await act(
    "aiko",
    "sendMessage",
    { conversationId, body: "Rude" },
    "sent { id }",
  );

  assert.equal((await mira.blockUser({ user })).user.blocked, true);
  assert.equal((await mira.unblockUser({ user })).user.blocked, false);
  assert.equal((await mira.reportUser({ user, why: "Rude" })).user.id, user);
  assert.equal((await mira.reportMessage({ message: sent.id, why: "Rude" })).reported.id, sent.id);
  const { conversation } = await mira.reportTitle({ conversationId, why: "Rude" });
  assert.equal(conversation.id, conversationId);
});

test("what a rule refuses is thrown, with its code, sentence and path", async () => {
  const conversationId = await startGroup("mira", ["lena"]);

  await assert.rejects(mira.sendMessage({ conversationId, body: " " }), {
    name: "Refusal",
    code: "EMPTY_BODY",
    message: "A message needs some text.",
    path: ["body"],
  });
  await assert.rejects(mira.acceptInvitation({ conversationId }), { code: "NOT_INVITED" });
  await assert.rejects(mira.declineInvitation({ conversationId }), { code: "NOT_INVITED" });
  await assert.rejects(mira.createToken({ name: "phone" }), { code: "SESSION_REQUIRED" });
  await assert.rejects(mira.revokeToken({ id: "nonsense" }), { name: "Refusal" });
});

test("typing goes over the socket, and nobody waits for an answer", async () => {
  const connection = connectionOf("mira");

  const answer = await verbsFor(connection, documents).setTyping({ conversationId: "choir" });

  assert.deepEqual(answer, { typing: true });
  const input = { conversationId: "choir", typing: true };
  assert.deepEqual(connection.told, [[documents.mutation("setTyping"), { input }]]);
});
