/** Which rows of a thread are loaded, and what late answers do to them. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk, openThread, range } from "./fake_talk.mjs";
import { globalId } from "./world.mjs";

test("a thread opens at its end, and pages go in both directions", async (t) => {
  const { thread, shown, numbers } = await openThread(t, 100);
  assert.deepEqual(numbers(), range(71, 100));
  assert.deepEqual([shown().hasEarlier, shown().hasLater], [true, false]);

  await thread.loadEarlier();
  assert.deepEqual(numbers(), range(41, 100));

  await thread.jumpTo({ number: 20 });
  assert.deepEqual(numbers(), range(5, 34));
  await thread.loadLater();
  assert.deepEqual(numbers(), range(5, 64));
  await thread.loadEarlier();
  assert.deepEqual(numbers(), range(1, 64));
  assert.equal(shown().hasEarlier, false);

  await thread.jumpToNewest();
  assert.deepEqual(numbers(), range(71, 100));
});

test("what is asked for is not asked for again while it is here", async (t) => {
  const { connection, thread, shown } = await openThread(t, 100);
  const before = connection.asked.length;

  await thread.jumpToNewest();
  await thread.jumpTo({ number: 80 });
  await thread.loadLater();
  await thread.jumpTo({ time: shown().rows[5].message?.sentAt ?? "" });

  assert.equal(connection.asked.length, before);
});

test("a thread can open at another place than its end", async (t) => {
  const { world, talk } = fakeTalk(t);
  const room = world.start([1], 200);
  const thread = talk.conversation(room.id);

  const there = thread.jumpTo({ number: 50 });
  thread.subscribe(() => {});
  await there;

  const numbers = thread.getSnapshot().rows.map((row) => row.message?.number);
  assert.deepEqual(numbers, range(35, 64));
});

test("a new message is added at the end alone, and elsewhere only counted", async (t) => {
  const { room, thread, shown, numbers } = await openThread(t, 100);
  room.send(1);
  assert.deepEqual(numbers(), range(71, 101));

  await thread.jumpTo({ number: 20 });
  room.send(1);

  assert.deepEqual(numbers(), range(5, 34));
  assert.equal(shown().hasLater, true);
  assert.equal(shown().conversation?.lastNumber, 102);
});

test("a page that was read before a change does not undo it", async (t) => {
  const { room, connection, thread, message } = await openThread(t, 100);
  connection.held.add("Messages");
  const loading = thread.loadEarlier();
  const page = connection.waitingFor("Messages");
  page.execute();

  room.edit(60, "Edited meanwhile");
  page.answer();
  await loading;

  assert.equal(message(60)?.body, "Edited meanwhile");
});

test("a jump that was overtaken by another one changes nothing", async (t) => {
  const { connection, thread, numbers } = await openThread(t, 200);
  connection.held.add("Thread");
  const slow = thread.jumpTo({ number: 20 });
  const first = connection.waitingFor("Thread");
  const quick = thread.jumpTo({ number: 100 });
  connection.waiting[1].answer();
  await quick;

  first.answer();
  await slow;

  assert.deepEqual(numbers(), range(85, 114));
});

test("a page of rows that were replaced meanwhile is dropped", async (t) => {
  const { connection, thread, numbers } = await openThread(t, 200);
  connection.held.add("Messages");
  const loading = thread.loadEarlier();
  await thread.jumpTo({ number: 20 });

  connection.waitingFor("Messages").answer();
  await loading;

  assert.deepEqual(numbers(), range(5, 34));
});

test("a page that was asked for while all is asked for anew is dropped", async (t) => {
  const { talk, connection, thread, numbers } = await openThread(t, 200);
  await thread.jumpTo({ number: 100 });
  thread.shown(86);
  connection.held.add("Thread").add("Messages");
  await talk.blockUser({ user: globalId("User", 2) });
  const loading = thread.loadLater();
  connection.waitingFor("Thread").answer();
  await settle();
  assert.deepEqual(numbers(), range(71, 100), "around the reader");

  connection.waitingFor("Messages").answer();
  await loading;

  assert.deepEqual(numbers(), range(71, 100));
});

test("a jump while all is asked for anew decides where that is", async (t) => {
  const { talk, connection, thread, numbers } = await openThread(t, 200);
  connection.held.add("Thread");
  await talk.blockUser({ user: globalId("User", 2) });

  const jumping = thread.jumpTo({ number: 50 });
  connection.waitingFor("Thread").answer();
  await jumping;

  assert.deepEqual(numbers(), range(35, 64));
});

test("what is cleared and was not told of yet is counted all the same", async (t) => {
  const { room, connection, thread, shown } = await openThread(t, 100);
  await thread.jumpTo({ number: 20 });
  connection.holdsStreams = true;
  room.send(1);
  room.clear();

  connection.pump();
  await settle();

  assert.deepEqual(shown().rows, []);
  assert.deepEqual([shown().conversation?.lastNumber, shown().hasLater], [101, false]);
});

test("what is sent while a jump to the end is on its way is not missing there", async (t) => {
  const { room, connection, thread, numbers } = await openThread(t, 100);
  await thread.jumpTo({ number: 20 });
  connection.held.add("Thread");
  const jumping = thread.jumpToNewest();
  const page = connection.waitingFor("Thread");
  page.execute();

  room.send(1);
  room.send(2);
  page.answer();
  await jumping;

  assert.deepEqual(numbers(), range(71, 102));
});

test("what is sent while somebody goes to a message that they cleared is shown", async (t) => {
  const { room, connection, thread, shown, numbers } = await openThread(t, 100);
  room.clear();
  await settle();
  assert.deepEqual(shown().rows, []);
  connection.held.add("Thread");
  const jumping = thread.jumpTo({ number: 20 });
  const page = connection.waitingFor("Thread");
  page.execute();

  room.send(1);
  room.send(2);
  page.answer();
  await jumping;

  assert.deepEqual(numbers(), [101, 102]);
});

test("a page that fails is told to the one who asked, and can be asked for again", async (t) => {
  const { connection, thread, shown, numbers } = await openThread(t, 100);
  connection.held.add("Messages");
  const loading = thread.loadEarlier();
  assert.equal(shown().isLoading, true);
  connection.waitingFor("Messages").fail(new TalkError("NETWORK", "Away", { retryable: true }));

  await assert.rejects(loading, { code: "NETWORK" });
  assert.equal(shown().isLoading, false);
  connection.held.clear();
  await thread.loadEarlier();

  assert.deepEqual(numbers(), range(41, 100));
});

test("after RESYNC_REQUIRED all is asked for anew, and the rows stay meanwhile", async (t) => {
  const { room, connection, thread, shown, numbers, pass } = await openThread(t, 200);
  await thread.jumpTo({ number: 50 });
  thread.shown(52);
  const stream = connection.streams.find((each) => each.name === "ConversationChanges");
  connection.held.add("Thread");
  connection.holdsStreams = true;
  room.edit(50, "Edited while nobody told");
  room.prunedTo = room.revision;
  stream?.cut();
  stream?.read();
  stream?.deliver();
  await pass(0);
  assert.deepEqual(numbers(), range(35, 64));
  assert.equal(shown().state, "ready");

  connection.holdsStreams = false;
  connection.waitingFor("Thread").answer();
  await settle();
  room.edit(51, "Edited later");

  const bodies = shown().rows.map((row) => row.message?.body);
  assert.ok(bodies.includes("Edited while nobody told") && bodies.includes("Edited later"));
  assert.ok(numbers().includes(52), "the reader is where they were");
});

test("a thread of ten thousand rows takes some milliseconds for a change", async (t) => {
  const { room, connection, shown } = await openThread(t, 30);
  const stream = connection.streams.find((each) => each.name === "ConversationChanges");
  connection.holdsStreams = true;
  let { revision } = room;
  const node = room.showMessage(1);
  /** @param {number} number @param {string} kind @param {string} body */
  const change = (number, kind, body) => {
    revision += 1;
    const message = { ...node, id: `m${number}`, number, revision, body };
    const { name, title, participantCount } = room.showHead();
    const conversation = { id: room.id, name, title, lastNumber: number, participantCount };
    const messageEdge = { cursor: `m${number}`, node: message };
    const told = {
      revision,
      kind,
      at: "",
      actor: null,
      messageEdge,
      participation: null,
      conversation,
    };
    const from = performance.now();
    stream?.next({ conversationChanges: told });
    return performance.now() - from;
  };
  for (const number of range(31, 10_000)) change(number, "MESSAGE_SENT", "Hello");
  const before = shown().rows;

  const times = range(1, 50).map((round) => change(5_000, "MESSAGE_EDITED", `Edit ${round}`));
  times.sort((a, b) => a - b);

  assert.equal(shown().rows.length, 10_000);
  assert.ok(times[25] < 20, `a change took ${times[25]} ms`);
  const others = shown().rows.filter((row, index) => row === before[index]);
  assert.equal(others.length, 9_999, "all other rows are the same objects");
});

test("what is sent while the thread is asked for stays on the screen", async (t) => {
  const { world, talk, connection } = fakeTalk(t);
  const room = world.start([1], 3);
  const thread = talk.conversation(room.id);
  connection.held.add("Thread");
  const seen = [];
  thread.subscribe(() => {
    seen.push(thread.getSnapshot().rows.map(({ message, unsent }) => (message ?? unsent).body));
  });
  await settle();
  connection.waitingFor("Thread").execute();
  connection.holdsStreams = true;

  const key = await thread.send("Early");
  await settle();
  assert.deepEqual(talk.outbox.getSnapshot(), []);
  connection.waitingFor("Thread").answer();
  await settle();

  const first = seen.findIndex((bodies) => bodies.includes("Early"));
  assert.ok(first >= 0 && seen.slice(first).every((bodies) => bodies.at(-1) === "Early"));
  assert.equal(thread.getSnapshot().rows.at(-1).key, key);
  assert.equal(thread.getSnapshot().rows.length, 4);
});

test("what a page brings instead of the outbox is on the screen all the time", async (t) => {
  const { connection, thread, shown } = await openThread(t, 3);
  const bodies = () => shown().rows.map(({ message, unsent }) => (message ?? unsent).body);
  connection.holdsStreams = true;
  connection.held.add("SendMessage");
  const key = await thread.send("Lost answer");
  await settle();
  connection.waitingFor("SendMessage").execute();
  connection.waitingFor("SendMessage").fail(new TalkError("NETWORK", "Away", { retryable: true }));
  await settle();
  const seen = [];
  thread.subscribe(() => seen.push(bodies()));

  const stream = connection.streams.find((each) => each.name === "ConversationChanges");
  stream.end(new TalkError("RESYNC_REQUIRED", "Too late"));
  t.mock.timers.tick(1);
  await settle();

  const times = seen.map((each) => each.filter((body) => body === "Lost answer").length);
  assert.ok(times.length && times.every((count) => count === 1), String(times));
  assert.deepEqual([shown().rows.at(-1).key, shown().rows.at(-1).unsent], [key, null]);
});
