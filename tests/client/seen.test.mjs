/** Who has seen the viewer's last message, what is pinned, and what is marked as unread again. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk, openThread } from "./fake_talk.mjs";

/** @param {import("../../schema/client/types.js").Seen | null} seen */
const namesOf = (seen) => seen?.members.map(({ user }) => user.name);

test("who has seen the viewer's last message is told live", async (t) => {
  const { room, thread, shown } = await openThread(t, 5);
  room.send(0);
  assert.equal(shown().seen, null);
  await thread.loadSeen();
  assert.deepEqual([shown().seen?.number, shown().seen?.count], [6, 0]);

  room.read(1, 5);
  const before = shown().seen;
  assert.equal(before?.count, 0);
  room.read(2, 6);
  assert.deepEqual([shown().seen?.count, namesOf(shown().seen)], [1, ["Priya"]]);
  room.read(1, 6);
  assert.deepEqual(namesOf(shown().seen), ["Jonas", "Priya"]);

  const same = shown().seen;
  room.react(6, 1, "👍");
  assert.equal(shown().seen, same);
  room.send(1);
  room.send(0);
  assert.deepEqual([shown().seen?.number, shown().seen?.count], [8, 0]);
  room.send(2);
  assert.deepEqual(namesOf(shown().seen), ["Priya"], "whoever answers has read it");
});

test("people who joined later were not there, and who left is not counted", async (t) => {
  const { room, thread, shown } = await openThread(t, 1, [1, 2]);
  room.send(0);
  await thread.loadSeen();
  room.changePlace(4, { status: "ACTIVE" }, "PARTICIPANT_JOINED");
  room.read(4, 2);
  room.read(2, 2);
  assert.deepEqual(namesOf(shown().seen), ["Priya"]);
  room.changePlace(2, { status: "LEFT" }, "PARTICIPANT_LEFT");
  assert.deepEqual([namesOf(shown().seen), shown().seen?.count], [[], 0]);
});

test("what members read is asked for again when the viewer is told of it again", async (t) => {
  const { room, thread, shown, pass } = await openThread(t, 1, [1, 2]);
  await thread.loadMembers();
  const told = () => shown().members.map((each) => each.lastReadNumber);
  room.read(1, 1);
  room.arrange({ readPrivately: true });
  await pass(0);
  assert.deepEqual(told(), [null, null, null]);

  room.read(2, 1);
  room.arrange({ readPrivately: false });
  await pass(0);
  assert.deepEqual(told(), [null, 1, 1]);
});

test("in a large group, and for whoever reads privately, it is not known", async (t) => {
  const { room, thread, shown } = await openThread(t, 1, [1, 2, 3], { receiptsUpTo: 3 });
  room.send(0);
  room.read(1, 2);
  await thread.loadSeen();
  assert.deepEqual([shown().seen?.count, namesOf(shown().seen)], [null, []]);
  room.changePlace(3, { status: "LEFT" }, "PARTICIPANT_LEFT");
  assert.deepEqual([shown().seen?.count, namesOf(shown().seen)], [1, ["Jonas"]]);

  room.arrange({ readPrivately: true });
  assert.deepEqual([shown().seen?.count, namesOf(shown().seen)], [null, []]);
});

test("what is read is told privately where the page wants it so", async (t) => {
  /** @type {Set<string>} */
  const secret = new Set();
  const options = { readsPrivately: (/** @type {string} */ id) => secret.has(id) };
  const { world, talk, connection, pass } = fakeTalk(t, {}, options);
  const [open, closed] = [world.start([1], 3), world.start([1], 3)];
  secret.add(closed.id);
  for (const { id } of [open, closed]) {
    const thread = talk.conversation(id);
    thread.subscribe(() => {});
    await settle();
    thread.shown(3);
  }
  await pass(1_000);
  const told = connection.asked.filter(({ name }) => name === "MarkRead");
  assert.deepEqual(
    told.map(({ variables }) => variables.input.privately),
    [false, true],
  );
});

test("what is pinned is asked for once, and follows", async (t) => {
  const { room, thread, shown, connection, pass } = await openThread(t, 40);
  room.pin(3, true);
  await pass(0);
  assert.deepEqual([shown().pins, connection.count("Pins")], [[], 0]);

  await thread.loadPins();
  await thread.loadPins();
  const numbers = () => shown().pins.map(({ message }) => message.number);
  assert.deepEqual([numbers(), connection.count("Pins")], [[3], 1]);
  room.pin(7, true);
  room.pin(39, true);
  await pass(0);
  assert.deepEqual(numbers(), [39, 7, 3]);
  assert.ok(connection.count("Pins") <= 3);

  room.edit(7, "Edited");
  await pass(0);
  assert.equal(shown().pins[1].message.body, "Edited");
  room.retract(7);
  await pass(0);
  assert.deepEqual(numbers(), [39, 3]);
  room.pin(3, false);
  await pass(0);
  assert.deepEqual(numbers(), [39]);
  room.clear();
  assert.deepEqual(numbers(), []);
});

test("a change while pins are on their way is not missed", async (t) => {
  const { room, thread, shown, connection } = await openThread(t, 5);
  connection.held.add("Pins");
  const loading = thread.loadPins();
  connection.waitingFor("Pins").execute();
  room.pin(2, true);
  connection.waitingFor("Pins").answer();
  await settle();
  connection.waitingFor("Pins").answer();
  await loading;
  assert.equal(shown().pins.length, 1);
});

for (const [what, change, bodies] of /** @type {const} */ ([
  ["edited", (room) => room.edit(2, "Edited"), ["Edited"]],
  ["taken back", (room) => room.retract(2), []],
])) {
  test(`a pinned message that is ${what} while pins are on their way is shown as it is`, async (t) => {
    const { room, thread, shown, connection } = await openThread(t, 5);
    room.pin(2, true);
    connection.held.add("Pins");
    const loading = thread.loadPins();
    connection.waitingFor("Pins").execute();
    change(room);
    await settle();
    connection.held.clear();
    connection.waitingFor("Pins").answer();
    await loading;
    await settle();
    assert.deepEqual(
      shown().pins.map(({ message }) => message.body),
      bodies,
    );
  });
}

test("who leaves while pins are asked for is told of no error", async (t) => {
  const { thread, connection, leave, pass } = await openThread(t, 5);
  connection.held.add("Pins");
  const loading = thread.loadPins();
  leave();
  await pass(6_000);
  await loading;
  connection.held.clear();
  assert.ok(connection.waiting.every(({ name }) => name !== "Pins"));
});

test("pins are asked for anew when all is", async (t) => {
  const { room, thread, shown, connection, pass } = await openThread(t, 5);
  await thread.loadPins();
  connection.holdsStreams = true;
  room.pin(2, true);
  const stream = connection.streams.find(({ name }) => name === "ConversationChanges");
  stream?.end(new TalkError("RESYNC_REQUIRED", "Anew"));
  connection.holdsStreams = false;
  await pass(0);
  assert.equal(shown().pins.length, 1);
});

test("the description and the picture of a conversation follow", async (t) => {
  const { room, shown } = await openThread(t, 1);
  room.describe("Fridays at six");
  assert.equal(shown().conversation?.description, "Fridays at six");
});

test("what is marked as unread again is read when the thread is opened again, row by row", async (t) => {
  const { room, thread, leave, shown, connection, pass } = await openThread(t, 10);
  thread.shown(10);
  await pass(1_000);
  room.markUnread(4);
  assert.deepEqual(
    [shown().conversation?.viewerParticipation.firstUnreadNumber, room.unread().length],
    [4, 7],
  );
  // Whoever has just marked it looks at it still.
  thread.shown(10);
  await pass(5_000);
  assert.equal(room.unread().length, 7);

  leave();
  await pass(6_000);
  thread.subscribe(() => {});
  await settle();
  assert.equal(shown().firstUnreadNumber, 4);
  thread.shown(6);
  await pass(1_000);
  assert.equal(room.unread()[0].number, 7);
  thread.shown(8);
  await pass(1_000);
  assert.equal(room.unread()[0].number, 9);
  thread.shown(10);
  await pass(1_000);
  assert.deepEqual([room.unread(), room.place.markedAt], [[], null]);
  const told = connection.count("MarkRead");
  await pass(10_000);
  assert.equal(connection.count("MarkRead"), told);
  assert.equal(connection.count("Thread"), 2);
});

test("a mark that is set while the thread is open stays, also if nothing was to be read", async (t) => {
  const { world, talk, pass, connection } = fakeTalk(t);
  const room = world.start([1], 10);
  room.read(0, 10);
  const thread = talk.conversation(room.id);
  thread.subscribe(() => {});
  await settle();
  thread.shown(10);
  await pass(1_000);
  room.markUnread(4);
  thread.shown(10);
  await pass(5_000);
  assert.deepEqual([room.unread().length, connection.count("MarkRead")], [7, 0]);
});

test("what is read again is told once, however long the inbox says nothing of it", async (t) => {
  const { world, talk, pass, connection } = fakeTalk(t);
  const room = world.start([1], 10);
  room.read(0, 10);
  room.markUnread(4);
  const thread = talk.conversation(room.id);
  thread.subscribe(() => {});
  await settle();
  connection.holdsStreams = true;
  thread.shown(6);
  await pass(1_000);
  await pass(5_000);
  assert.equal(connection.count("MarkRead"), 1);
});

test("an answer takes back nothing that the inbox told since it was asked for", async (t) => {
  const { room, shown, connection, pass } = await openThread(t, 3);
  connection.held.add("ConversationHead");
  room.changePlace(2, { status: "LEFT" }, "PARTICIPANT_LEFT");
  await pass(300);
  connection.waitingFor("ConversationHead").execute();
  room.arrange({ archivedAt: 5 });
  connection.waitingFor("ConversationHead").answer();
  await settle();
  assert.notEqual(shown().conversation?.viewerParticipation.archivedAt, null);
});

test("a message is found by its number, for the draft that replies to it", async (t) => {
  const { talk, room } = await openThread(t, 90);
  assert.equal((await talk.messageAt(room.id, 5)).body, "Message 5");
  await assert.rejects(talk.messageAt(room.id, 900), { code: "NOT_FOUND" });
});

