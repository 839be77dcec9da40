/** The messages of a thread: each is one row, and the newest copy of it is shown. */

import assert from "node:assert/strict";
import test from "node:test";

import { settle } from "./fake_connection.mjs";
import { openThread } from "./fake_talk.mjs";
import { globalId } from "./world.mjs";

test("what the viewer sends is one row with one key, whichever comes first", async (t) => {
  for (const isStreamFirst of [true, false]) {
    await t.test(isStreamFirst ? "the stream" : "the answer", async (t) => {
      const { connection, thread, shown, pass } = await openThread(t, 3);
      connection.held.add("SendMessage");
      connection.holdsStreams = true;
      const key = await thread.send("Hello");
      await pass(100);
      const keys = () => shown().rows.map((row) => row.key);
      const before = keys();
      assert.equal(before.at(-1), key);
      assert.equal(shown().rows.at(-1)?.unsent?.body, "Hello");

      const answer = connection.waitingFor("SendMessage");
      answer.execute();
      const steps = [() => connection.pump(), () => answer.answer()];
      if (!isStreamFirst) steps.reverse();
      for (const step of steps) {
        step();
        assert.deepEqual(keys(), before);
        await settle();
        assert.deepEqual(keys(), before);
      }

      assert.equal(shown().rows.at(-1)?.message?.body, "Hello");
    });
  }
});

test("a message that was sent is shown while the stream is behind", async (t) => {
  const { room, connection, thread, shown, numbers, pass } = await openThread(t, 3);
  connection.holdsStreams = true;
  room.send(1);
  await thread.send("Mine");
  await pass(100);
  assert.deepEqual(numbers(), [1, 2, 3, 5]);
  assert.equal(shown().hasLater, false);

  connection.pump();

  assert.deepEqual(numbers(), [1, 2, 3, 4, 5]);
});

test("to send elsewhere than at the end goes to the end", async (t) => {
  const { thread, numbers, pass } = await openThread(t, 100);
  await thread.jumpTo({ number: 20 });

  await thread.send("Hello");
  await pass(100);

  assert.equal(numbers().at(-1), 101);
});

test("a text that was taken back vanishes from its quotes, also if it is not loaded", async (t) => {
  const { room, thread, message, numbers } = await openThread(t, 100);
  room.send(1, { replyTo: 90 });
  room.send(1, { replyTo: 10 });
  assert.equal(message(102)?.replyTo?.body, "Message 10");
  assert.ok(!numbers().includes(10));

  room.retract(90);
  room.retract(10);

  assert.deepEqual(
    [101, 102].map((number) => message(number)?.replyTo?.removal),
    ["RETRACTED", "RETRACTED"],
  );
  await thread.loadEarlier();
  assert.equal(message(102)?.replyTo?.body, "");
});

test("a page that was read before a quoted text was edited quotes it as it is now", async (t) => {
  const { room, connection, thread, message } = await openThread(t, 59);
  room.send(1, { replyTo: 55 });
  for (let count = 0; count < 40; count += 1) room.send(1);
  await thread.jumpTo({ number: 2 });
  await thread.jumpToNewest();
  connection.held.add("Messages");
  const loading = thread.loadEarlier();
  connection.waitingFor("Messages").execute();

  room.edit(55, "Edited meanwhile");
  connection.waitingFor("Messages").answer();
  await loading;

  assert.equal(message(60)?.replyTo?.body, "Edited meanwhile");
});

test("the answer of a mutation that comes late overwrites no newer change", async (t) => {
  const { talk, room, connection, message } = await openThread(t, 0);
  room.send(0);
  connection.held.add("EditMessage");
  const editing = talk.editMessage({ message: message(1)?.id ?? "", body: "First" });
  const answer = connection.waitingFor("EditMessage");
  answer.execute();

  room.edit(1, "Second");
  answer.answer();
  await editing;

  assert.equal(message(1)?.body, "Second");
});

test("the count of replies is asked for once for several changes", async (t) => {
  const { room, connection, message, pass } = await openThread(t, 5);
  room.send(1, { replyTo: 2 });
  room.send(2, { replyTo: 6 });
  room.send(1, { replyTo: 2 });
  assert.equal(connection.count("Message"), 0);

  await pass(1_000);
  assert.equal(connection.count("Message"), 1);
  assert.equal(message(2)?.replyCount, 3);

  room.retract(7);
  await pass(1_000);
  assert.equal(message(2)?.replyCount, 2);
});

test("a reply that comes while its first message is on its way is counted", async (t) => {
  const { room, connection, thread, message, pass } = await openThread(t, 100);
  connection.held.add("Messages");
  const loading = thread.loadEarlier();
  connection.waitingFor("Messages").execute();

  room.send(1, { replyTo: 50 });
  connection.waitingFor("Messages").answer();
  await loading;
  await pass(1_000);

  assert.equal(message(50)?.replyCount, 1);
});

test("a reaction shows at once, and what the server says shows afterwards", async (t) => {
  const { room, connection, thread, message } = await openThread(t, 3);
  connection.held.add("React").add("Unreact");
  room.react(2, 1, "👍");

  const reacting = thread.react(/** @type {any} */ (message(2)), "👍");
  assert.deepEqual(message(2)?.reactions, [{ emoji: "👍", count: 2, viewerReacted: true }]);
  await settle();
  connection.waitingFor("React").execute();
  assert.deepEqual(message(2)?.reactions, [{ emoji: "👍", count: 2, viewerReacted: true }]);
  connection.waitingFor("React").answer();
  await reacting;
  assert.deepEqual(message(2)?.reactions, [{ emoji: "👍", count: 2, viewerReacted: true }]);

  const taking = thread.unreact(/** @type {any} */ (message(2)), "👍");
  assert.deepEqual(message(2)?.reactions, [{ emoji: "👍", count: 1, viewerReacted: false }]);
  await settle();
  connection.waitingFor("Unreact").refuse("NOT_ALLOWED");
  await assert.rejects(taking, { name: "Refusal", code: "NOT_ALLOWED" });
  assert.deepEqual(message(2)?.reactions, [{ emoji: "👍", count: 2, viewerReacted: true }]);
});

test("reactions to one message reach the server in their order", async (t) => {
  const { connection, thread, message } = await openThread(t, 3);
  connection.held.add("React").add("Unreact");
  const shown = /** @type {any} */ (message(2));
  const both = [thread.react(shown, "👍"), thread.unreact(shown, "👍")];
  await settle();
  assert.deepEqual(
    connection.waiting.map((each) => each.name),
    ["React"],
  );
  assert.deepEqual(message(2)?.reactions, []);

  connection.held.clear();
  connection.waitingFor("React").answer();
  await Promise.all(both);

  assert.deepEqual(message(2)?.reactions, []);
});

test("an edit shows at once, and goes back when it is refused", async (t) => {
  const { room, connection, thread, shown, message } = await openThread(t, 0);
  room.send(0, { body: "Before" });
  connection.held.add("EditMessage");

  const editing = thread.edit(shown().rows[0], "After");
  assert.equal(message(1)?.body, "After");
  await settle();
  connection.waitingFor("EditMessage").refuse("TOO_LATE");

  await assert.rejects(editing, { code: "TOO_LATE" });
  assert.equal(message(1)?.body, "Before");
});

test("a refusal asks anew what the viewer may do", async (t) => {
  const { room, connection, thread, shown, message, pass } = await openThread(t, 0);
  room.send(0);
  connection.held.add("EditMessage");
  // Nobody tells of it, as of a block.
  room.place.suspendedAt = "2026-01-01T00:00:00.000Z";
  const editing = thread.edit(shown().rows[0], "After");
  await settle();
  connection.waitingFor("EditMessage").refuse("SUSPENDED");
  await assert.rejects(editing);

  await pass(1_000);

  assert.deepEqual(shown().conversation?.viewerCan, []);
  assert.deepEqual(message(1)?.viewerCan, ["REPORT"]);
});

test("what may be edited for a time is not offered for longer", async (t) => {
  const { room, message, pass } = await openThread(t, 0, [1], { editSeconds: 60 });
  t.mock.timers.setTime(Date.UTC(2026, 0, 1));
  room.send(0);
  assert.ok(message(1)?.viewerCan.includes("EDIT"));

  await pass(50_000);
  assert.ok(message(1)?.viewerCan.includes("EDIT"));
  await pass(20_000);

  assert.ok(!message(1)?.viewerCan.includes("EDIT") && message(1)?.viewerCan.includes("RETRACT"));
});

test("how long a message may be edited is measured by the server's clock", async (t) => {
  const day = 24 * 3600 * 1_000;
  const { room, connection, message, pass } = await openThread(t, 0, [1], { editSeconds: 60 });
  t.mock.timers.setTime(Date.UTC(2026, 0, 1) + day);
  connection.ahead = -day;
  room.send(0);

  await pass(50_000);
  assert.ok(message(1)?.viewerCan.includes("EDIT"));
  await pass(20_000);
  assert.ok(!message(1)?.viewerCan.includes("EDIT"));
});

test("if no clock is right, the server alone says when a message may be edited no more", async (t) => {
  const { room, message, pass, thread, connection } = await openThread(t, 0, [1], { editSeconds: 60 });
  t.mock.timers.setTime(Date.UTC(2026, 0, 2));

  room.send(0);
  await pass(70_000);
  assert.ok(message(1)?.viewerCan.includes("EDIT"));

  connection.held.add("EditMessage");
  const editing = thread.edit({ key: "", message: message(1), unsent: null }, "Too late");
  await settle();
  room.edit(1, "edited");
  connection.waitingFor("EditMessage").refuse("TOO_LATE");
  await assert.rejects(editing);
});

test("what the viewer clears is gone, here and on other devices, and from quotes", async (t) => {
  const { room, connection, thread, shown, numbers, message } = await openThread(t, 50);
  connection.held.add("Messages");
  const loading = thread.loadEarlier();
  connection.waitingFor("Messages").execute();

  room.clear();
  connection.waitingFor("Messages").answer();
  await loading;
  assert.deepEqual(numbers(), []);
  assert.deepEqual([shown().hasEarlier, shown().hasLater, shown().state], [false, false, "ready"]);

  room.send(1);
  room.send(1, { replyTo: 50 });
  assert.deepEqual(numbers(), [51, 52]);
  assert.equal(message(52)?.replyTo, null);
});

test("who is blocked here is hidden in all that is loaded, and shown after the block", async (t) => {
  const { talk, message } = await openThread(t, 3);
  await talk.blockUser({ user: globalId("User", 2) });
  await settle();
  assert.deepEqual([message(1)?.hidden, message(2)?.hidden, message(2)?.body], [false, true, ""]);

  await talk.unblockUser({ user: globalId("User", 2) });
  await settle();
  assert.deepEqual([message(2)?.hidden, message(2)?.body], [false, "Message 2"]);
});

test("who is blocked on another device is hidden here, too", async (t) => {
  const { world, message } = await openThread(t, 3);

  world.block(2);
  await settle();

  assert.deepEqual([message(1)?.hidden, message(2)?.hidden], [false, true]);
});

test("a block is asked about once, however many conversations tell of it", async (t) => {
  const { world, connection, message } = await openThread(t, 3);
  for (let count = 0; count < 5; count += 1) world.start([2], 1);
  await settle();
  const threads = () => connection.asked.filter(({ name }) => name === "Thread").length;
  const before = threads();
  connection.held.add("Thread");

  world.block(2);
  await settle();
  // Once for the first conversation that tells of it, and once for the thread's own row.
  assert.ok(threads() - before <= 2, `asked ${threads() - before} times`);

  connection.waitingFor("Thread").answer();
  await settle();
  assert.equal(message(2)?.hidden, true);
});

test("a block that ends while it is asked about is hidden no longer", async (t) => {
  const { world, connection, message } = await openThread(t, 3);
  connection.held.add("Thread");
  for (const isBlocked of [true, false, true, false]) {
    world.block(2, isBlocked);
    await settle();
  }
  connection.held.delete("Thread");
  connection.waitingFor("Thread").answer();
  await settle();

  assert.equal(message(2)?.hidden, false);
});

test("a block is seen even if nothing that is shown of the conversation tells of it", async (t) => {
  const { world, shown, message } = await openThread(t, 5, [1, 2, 3, 4, 5]);
  const others = shown().conversation?.others.map((each) => each.id) ?? [];
  assert.ok(!others.includes(globalId("User", 5)));

  world.block(5);
  await settle();

  assert.equal(message(5)?.hidden, true);
});

test("a block is seen in what comes at the same time", async (t) => {
  for (const [name, act] of /** @type {const} */ ([
    ["a message", (/** @type {any} */ { room }) => room.send(5)],
    ["a page", (/** @type {any} */ { thread }) => thread.loadEarlier()],
  ])) {
    await t.test(name, async (t) => {
      const opened = await openThread(t, 50, [1, 2, 3, 4, 5]);
      const { world, room, connection, message } = opened;
      connection.holdsStreams = true;
      world.block(5);
      room.rename("At the same time");
      await act(opened);
      connection.streams.find((each) => each.name === "InboxChanges")?.read();
      if (name === "a message") connection.pump();
      await settle();

      assert.equal(message(45)?.hidden, true);
    });
  }
});

test("a block is seen although somebody else wrote before its row came", async (t) => {
  const { world, room, connection, message } = await openThread(t, 5, [1, 2, 3, 4, 5]);
  connection.holdsStreams = true;
  world.block(5);
  room.send(1);
  connection.holdsStreams = false;
  connection.pump();
  await settle();

  assert.equal(message(5)?.hidden, true);
});

test("another role of the viewer asks anew what they may do", async (t) => {
  const { room, message, shown } = await openThread(t, 3);
  assert.ok(!message(1)?.viewerCan.includes("REMOVE"));

  room.changePlace(0, { role: "OWNER" }, "PARTICIPANT_ROLE_CHANGED");
  await settle();

  assert.ok(message(1)?.viewerCan.includes("REMOVE"));
  assert.ok(shown().conversation?.viewerCan.includes("RENAME"));
});

test("an answer from before does not bring back what the viewer could not do then", async (t) => {
  const { room, connection, thread, message, pass } = await openThread(t, 3);
  connection.held.add("React").add("Message");
  room.react(1, 0, "👍");
  const reacting = thread.react(/** @type {any} */ (message(1)), "👍");
  room.send(1, { replyTo: 2 });
  await pass(1_000);
  for (const name of ["React", "Message"]) connection.waitingFor(name).execute();

  room.changePlace(0, { role: "OWNER" }, "PARTICIPANT_ROLE_CHANGED");
  await settle();
  for (const name of ["React", "Message"]) connection.waitingFor(name).answer();
  await reacting;
  await settle();

  assert.ok(message(1)?.viewerCan.includes("REMOVE"));
  assert.ok(message(2)?.viewerCan.includes("REMOVE"));
});

test("rows and snapshots are the same objects while they say the same", async (t) => {
  const { room, connection, thread, shown, told } = await openThread(t, 5);
  const [before, calls] = [shown(), told()];
  const stream = connection.streams.find((each) => each.name === "ConversationChanges");
  stream?.next({ conversationChanges: room.showChange(room.revision) });
  stream?.next({ conversationChanges: room.showChange(1) });
  assert.equal(shown(), before, "changes that were there already");
  assert.equal(stream?.variables.after, room.revision, "it goes on after the last one");
  assert.equal(told(), calls);

  room.edit(3, "Edited");
  const kept = shown().rows.filter((row, index) => row === before.rows[index]);
  assert.equal(kept.length, 4);
  assert.equal(before.rows[2].message?.body, "Message 3", "old snapshots stay as they were");

  const rows = shown().rows;
  room.rename("Another");
  assert.equal(shown().rows, rows);
  await thread.jumpToNewest();
  assert.equal(shown().rows, rows);
});
