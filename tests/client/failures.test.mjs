/** What a page is told when something fails. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { createTalk } from "../../schema/client/talk.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk, openThread } from "./fake_talk.mjs";
import { globalId } from "./world.mjs";

test("while a server is away, stores say why they have no answer yet", async (t) => {
  const { world, talk, connection, pass } = fakeTalk(t);
  const room = world.start([1], 1);
  const stores = [talk.inbox(), talk.conversation(room.id)];
  connection.held.add("InboxStart").add("Thread");
  for (const store of stores) store.subscribe(() => {});
  await settle();
  const away = new TalkError("NETWORK", "Status 404", { retryable: true });
  for (const name of ["InboxStart", "Thread"]) connection.waitingFor(name).fail(away);
  await settle();
  const told = () => stores.map((each) => [each.getSnapshot().state, each.getSnapshot().error]);
  assert.deepEqual(told(), [
    ["loading", away],
    ["loading", away],
  ]);

  connection.held.clear();
  await pass(2_000);

  assert.deepEqual(told(), [
    ["ready", null],
    ["ready", null],
  ]);
});

test("an error is over when the stream of the inbox goes on", async (t) => {
  const { world, talk, connection } = fakeTalk(t);
  world.start([1], 1);
  talk.inbox().subscribe(() => {});
  await settle();
  connection.streams[0].end(new TalkError("INTERNAL", "A fault of the server"));
  assert.equal(talk.inbox().getSnapshot().error?.code, "INTERNAL");

  connection.back();
  await settle();

  assert.equal(talk.inbox().getSnapshot().error, null);
  assert.equal(connection.count("InboxStart"), 1);
});

test("outside of a page, the address of the server has to be absolute", () => {
  assert.throws(() => createTalk(), /"\/graphql".*absolute/);
});

test("a jump before anybody listens decides where the thread opens, and nobody waits for it", async (t) => {
  const { world, talk, connection } = fakeTalk(t);
  const room = world.start([1], 100);
  const thread = talk.conversation(room.id);

  await thread.jumpTo({ number: 10 });
  assert.equal(connection.count("Thread"), 0);
  thread.subscribe(() => {});
  await settle();

  assert.ok(thread.getSnapshot().rows.some((row) => row.message?.number === 10));
  assert.ok(thread.getSnapshot().hasLater);
});

test("presence and typing that failed are asked for again when the connection is back", async (t) => {
  const { world, talk, connection, pass } = fakeTalk(t);
  const room = world.start([1], 1);
  talk.presence([globalId("User", 1)]).subscribe(() => {});
  talk.typing(room.id).subscribe(() => {});
  await pass(100);
  const names = () => connection.streams.map((each) => each.name).sort();
  const all = names();
  for (const each of [...connection.streams]) {
    if (each.name !== "InboxChanges") each.end(new TalkError("INTERNAL", "A fault of the server"));
  }
  assert.deepEqual(names(), ["InboxChanges"]);

  connection.back();
  connection.back();
  await pass(100);

  assert.deepEqual(names(), all);
});

test("no more people are followed than the server takes, once that is known", async (t) => {
  const { talk, connection, pass } = fakeTalk(t);
  talk.presence([1, 2, 3].map((person) => globalId("User", person))).subscribe(() => {});
  await pass(100);
  const users = () => connection.streams.at(-1).variables.users;
  assert.equal(users().length, 3);

  talk.limits.set({ ...talk.limits.getSnapshot(), presenceUsers: 2 });
  await pass(100);

  assert.equal(users().length, 2);
});

test("what was read while the viewer was signed out is told afterwards", async (t) => {
  const { thread, connection, pass } = await openThread(t, 3);
  connection.held.add("MarkRead");
  thread.shown(3);
  await pass(600);
  connection.waitingFor("MarkRead").fail(new TalkError("UNAUTHENTICATED", "Signed out"));
  await pass(60_000);
  assert.equal(connection.count("MarkRead"), 1);

  thread.shown(3);
  await pass(600);

  assert.equal(connection.count("MarkRead"), 2);
});
