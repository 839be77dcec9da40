/** A client against a real server: what its stores show is what the server has. */

import assert from "node:assert/strict";
import test from "node:test";

import { createTalk } from "../../schema/client/index.js";
import { act, startGroup, tokens, until, url } from "./server.mjs";

/**
 * A client of somebody, which is closed after the test.
 * @param {import("node:test").TestContext} t
 * @param {keyof typeof tokens} who
 */
function talkOf(t, who) {
  const talk = createTalk({ url, token: tokens[who] });
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

test("the inbox shows a new message first, and counts it as unread", async (t) => {
  const id = await startGroup("mira", ["jonas"], "To be first");
  const talk = talkOf(t, "mira");
  const inbox = talk.inbox();
  inbox.subscribe(() => {});
  talk.unreadTotal.subscribe(() => {});
  await until(() => inbox.getSnapshot().state === "ready");
  const before = talk.unreadTotal.getSnapshot();

  await act("jonas", "sendMessage", { conversationId: id, body: "Hello" });
  await until(() => inbox.getSnapshot().rows[0].conversation.latestMessage?.body === "Hello");

  assert.equal(inbox.getSnapshot().rows[0].unreadCount, 1);
  assert.equal(talk.unreadTotal.getSnapshot(), Math.min(before + 1, 100));
});
