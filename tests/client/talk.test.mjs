/** A client against a real server: what its stores show is what the server has. */

import assert from "node:assert/strict";
import test from "node:test";

import { createTalk } from "../../schema/client/index.js";
import { act, idOf, startGroup, tokens, until, url } from "./server.mjs";

/**
 * A client of somebody, which is closed after the test.
 * @param {import("node:test").TestContext} t
 * @param {keyof typeof tokens} who
 * @param {(operation: {name: string}) => void} [onOperation]
 */
function talkOf(t, who, onOperation) {
  const talk = createTalk({ url, token: tokens[who], onOperation });
  t.after(() => talk.close());
  return talk;
}

test("a thread shows what is sent, here and there, each message once", async (t) => {
  const id = await startGroup("mira", ["jonas"]);
  await act("jonas", "sendMessage", { conversationId: id, body: "Before" });
  const talk = talkOf(t, "mira");
  const thread = talk.conversation(id);
  thread.subscribe(() => {});
  await until(() => thread.getSnapshot().state === "ready");

  const key = await thread.send("Hello");
  await act("jonas", "sendMessage", { conversationId: id, body: "After" });
  const bodies = () => thread.getSnapshot().rows.map((row) => row.message?.body);
  await until(() => bodies().includes("After") && bodies().includes("Hello"));

  assert.deepEqual(bodies().filter(Boolean).toSorted(), ["After", "Before", "Hello"]);
  assert.ok(thread.getSnapshot().rows.some((row) => row.key === key && row.message));
});

test("what the changes say is not asked for again", async (t) => {
  const id = await startGroup("mira", ["jonas"]);
  /** @type {string[]} */
  const asked = [];
  const talk = talkOf(t, "mira", (operation) => asked.push(operation.name));
  const thread = talk.conversation(id);
  talk.inbox().subscribe(() => {});
  thread.subscribe(() => {});
  const place = () => thread.getSnapshot().conversation?.viewerParticipation;
  await until(() => thread.getSnapshot().state === "ready");

  for (let round = 0; round < 5; round += 1) {
    const input = { conversationId: id, body: `Text ${round}` };
    const { sent } = await act("jonas", "sendMessage", input, "sent { id number }");
    await act("jonas", "editMessage", { message: sent.id, body: `Edited ${round}` });
    await until(() => place()?.unreadCount);
    thread.shown(sent.number);
    await until(() => place()?.lastReadNumber === sent.number && place()?.unreadCount === 0);
    await thread.send(`Answer ${round}`);
  }
  await act("mira", "markUnread", { conversationId: id });
  await act("mira", "renameConversation", { conversationId: id, title: "Another" });
  await until(() => thread.getSnapshot().conversation?.title === "Another");
  await until(() => thread.getSnapshot().rows.every((row) => row.message));

  const queries = asked.filter((name) =>
    ["Thread", "InboxStart", "ConversationHead"].includes(name),
  );
  assert.deepEqual(queries.toSorted(), ["InboxStart", "Thread"]);
});

test("the inbox shows a new message first below what is pinned, and counts it as unread", async (t) => {
  const id = await startGroup("mira", ["jonas"], "To be first");
  const talk = talkOf(t, "mira");
  const inbox = talk.inbox();
  inbox.subscribe(() => {});
  talk.unreadTotal.subscribe(() => {});
  await until(() => inbox.getSnapshot().state === "ready");
  const before = talk.unreadTotal.getSnapshot();

  await act("jonas", "sendMessage", { conversationId: id, body: "Hello" });
  const first = () => inbox.getSnapshot().rows.find((row) => row.pinnedAt === null);
  await until(() => first()?.conversation.latestMessage?.body === "Hello");

  assert.equal(first()?.unreadCount, 1);
  assert.equal(talk.unreadTotal.getSnapshot(), Math.min(before + 1, 100));
});

/**
 * What a client shows of a conversation and of the inbox, without what only time changes.
 * @param {import("../../schema/client/index.js").Talk} talk
 * @param {string} id
 */
function shownBy(talk, id) {
  const { conversation, rows, hasEarlier, hasLater, members } = talk.conversation(id).getSnapshot();
  const inbox = talk.inbox().getSnapshot();
  return {
    conversation,
    rows,
    hasEarlier,
    hasLater,
    members,
    unread: talk.unreadTotal.getSnapshot(),
    inbox,
  };
}

/**
 * Look at a conversation and at the inbox.
 * @param {import("../../schema/client/index.js").Talk} talk
 * @param {string} id
 */
async function look(talk, id) {
  const thread = talk.conversation(id);
  for (const store of [thread, talk.inbox(), talk.unreadTotal]) store.subscribe(() => {});
  await until(() => thread.getSnapshot().state === "ready");
  await until(() => talk.inbox().getSnapshot().state === "ready");
  await thread.loadMembers();
  return thread;
}

test("after all that can happen, the stores show what those of a fresh client show", async (t) => {
  const id = await startGroup("mira", ["jonas", "priya", "tomas"], "Much happens");
  /** @param {keyof typeof tokens} who @param {string} body @param {object} [more] */
  const send = (who, body, more) =>
    act(who, "sendMessage", { conversationId: id, body, ...more }, "sent { id number }").then(
      (p) => p.sent,
    );
  const people = /** @type {const} */ (["jonas", "priya", "tomas"]);
  /** @type {{id: string, number: number}[]} */
  const sent = [];
  for (let index = 0; index < 40; index += 1)
    sent.push(await send(people[index % 3], `Text ${index}`));
  /** @type {string[]} */
  const operations = [];
  const talk = talkOf(t, "mira", (operation) => operations.push(operation.name));
  const thread = await look(talk, id);
  await thread.loadEarlier();
  const [jonas, priya] = [await idOf("jonas"), await idOf("priya")];

  const reply = await send("jonas", "A reply", { replyTo: sent[30].number });
  await act("jonas", "editMessage", { message: sent[30].id, body: "Edited" });
  await act("priya", "retractMessage", { message: sent[31].id });
  await act("tomas", "react", { message: sent[38].id, emoji: "👍" });
  await thread.react(/** @type {any} */ (thread.getSnapshot().rows.at(-1)?.message), "🎉");
  await thread.send("Mine", { replyTo: reply.number });
  await act("mira", "renameConversation", { conversationId: id, title: "Much happened" });
  await act("mira", "changeRole", { conversationId: id, participant: jonas, role: "OWNER" });
  await act("jonas", "changeRole", {
    conversationId: id,
    participant: await idOf("mira"),
    role: "ADMIN",
  });
  await act("priya", "leaveConversation", { conversationId: id });
  await act("tomas", "reinstateParticipant", { conversationId: id, participant: priya });
  await act("mira", "blockUser", { user: priya });
  await act("mira", "markUnread", { conversationId: id });
  await send("priya", "Hidden");
  await send("tomas", "The last one");
  thread.shown(sent[20].number);
  await until(() => thread.getSnapshot().rows.at(-1)?.message?.body === "The last one");

  const fresh = talkOf(t, "mira");
  const other = await look(fresh, id);
  for (const each of [thread, other]) {
    while (each.getSnapshot().hasEarlier) await each.loadEarlier();
  }
  await until(() => {
    const [rows, others] = [shownBy(talk, id), shownBy(fresh, id)];
    // Reactions and the like are no news of the inbox.
    const text = [rows, others].map((each) =>
      JSON.stringify(each, (key, value) => (key === "revision" ? 0 : value)),
    );
    return text[0] === text[1];
  }).catch(() => assert.deepEqual(shownBy(talk, id), shownBy(fresh, id)));
  const threads = operations.filter((name) => name === "Thread").length;
  assert.ok(threads <= 8, `asked anew ${threads} times`);
  await act("mira", "unblockUser", { user: priya });
  await until(() => thread.getSnapshot().rows.some((row) => row.message?.body === "Hidden"));

  await act("jonas", "removeParticipant", { conversationId: id, participant: await idOf("mira") });
  await until(() => thread.getSnapshot().conversation?.viewerParticipation.status === "REMOVED");
  await act("jonas", "reinstateParticipant", {
    conversationId: id,
    participant: await idOf("mira"),
  });
  await until(() => thread.getSnapshot().conversation?.viewerParticipation.status === "ACTIVE");
  await send("jonas", "Welcome back");
  await until(() => thread.getSnapshot().rows.at(-1)?.message?.body === "Welcome back");

  await act("mira", "clearConversation", { conversationId: id });
  await until(() => thread.getSnapshot().rows.length === 0);
  await send("jonas", "Anew");
  await until(() => thread.getSnapshot().rows.length === 1);
});

test("people, members, conversations and reactions are found", async (t) => {
  const id = await startGroup("mira", ["jonas", "priya"], "Where things are found");
  const { sent } = await act(
    "jonas",
    "sendMessage",
    { conversationId: id, body: "Old" },
    "sent { id number }",
  );
  await act("jonas", "editMessage", { message: sent.id, body: "New" });
  await act("priya", "react", { message: sent.id, emoji: "👍" });
  await act("priya", "sendMessage", { conversationId: id, body: "An answer", replyTo: sent.number });
  await act("priya", "leaveConversation", { conversationId: id });
  const talk = talkOf(t, "mira");
  const priya = await idOf("priya");

  assert.ok((await talk.findPeople("pri")).some((person) => person.id === priya));
  assert.equal((await talk.findMembers(id, "jon"))[0].user.id, await idOf("jonas"));
  assert.deepEqual(
    (await talk.formerMembers(id)).map((member) => member.user.id),
    [priya],
  );
  assert.equal((await talk.findConversations("things found"))[0].conversation.id, id);
  assert.equal((await talk.edits(sent.id))[0].body, "Old");
  assert.equal((await talk.replies(sent.id))[0].body, "An answer");
  assert.deepEqual(
    (await talk.reactors(sent.id))[0].users.map((person) => person.id),
    [priya],
  );
  const later = { conversationId: id, clientId: crypto.randomUUID() };
  const at = new Date(Date.now() + 3_600_000).toISOString();
  await talk.scheduleMessage({ ...later, body: "Later", at });
  const [scheduled] = await talk.scheduledMessages(id);
  assert.deepEqual([scheduled.body, scheduled.clientId], ["Later", later.clientId]);
  const { participation } = await talk.cancelScheduledMessage(later);
  assert.deepEqual(participation.scheduledMessages, []);
  await talk.blockUser({ user: await idOf("jonas") });
  assert.equal((await talk.blockedUsers())[0].id, await idOf("jonas"));
  assert.equal(await talk.hiddenBody(sent.id), "New");
  await talk.unblockUser({ user: await idOf("jonas") });
  await assert.rejects(talk.findMembers(btoa("Conversation:999999"), ""), { code: "NOT_FOUND" });
});

test("typing and presence are seen", async (t) => {
  const id = await startGroup("mira", ["jonas"]);
  const jonas = await idOf("jonas");
  const [mira, other] = [
    talkOf(t, "mira"),
    createTalk({ url, token: tokens.jonas, visible: true }),
  ];
  t.after(() => other.close());
  const [typing, presence] = [mira.typing(id), mira.presence([jonas])];
  typing.subscribe(() => {});
  presence.subscribe(() => {});
  other.presence([]).subscribe(() => {});
  other.conversation(id).subscribe(() => {});
  await until(() => presence.getSnapshot().has(jonas));

  await until(() => {
    other.conversation(id).setTyping(true);
    return typing.getSnapshot().some((person) => person.id === jonas);
  });
  other.conversation(id).setTyping(false);

  await until(() => typing.getSnapshot().length === 0);
});
