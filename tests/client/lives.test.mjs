/** How long stores live, and what they do besides showing messages. */

import assert from "node:assert/strict";
import test from "node:test";

import { Refusal, TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk, openThread, range } from "./fake_talk.mjs";
import { globalId } from "./world.mjs";

/** @param {number} person */
const user = (person) => globalId("User", person);

test("the same id has the same store while it is used, and not for longer", async (t) => {
  const { talk, thread, room, leave, pass, connection } = await openThread(t, 3);
  await pass(60_000);
  assert.equal(talk.conversation(room.id), thread);

  leave();
  await pass(1_000);
  const leaveAgain = thread.subscribe(() => {});
  await pass(60_000);
  assert.equal(talk.conversation(room.id), thread);
  assert.equal(connection.count("Thread"), 1, "it went on meanwhile");
  assert.ok(connection.streams.length > 0);

  leaveAgain();
  await pass(6_000);
  assert.notEqual(talk.conversation(room.id), thread);
  assert.deepEqual(connection.streams, []);
});

test("a thread that is opened again shows what it had, and asks anew", async (t) => {
  const { room, thread, shown, leave, pass, connection } = await openThread(t, 40);
  leave();
  await pass(6_000);
  room.read(0, 40);
  room.send(1);
  assert.equal(shown().firstUnreadNumber, 1);
  assert.equal(shown().rows.at(-1)?.message?.number, 40);

  thread.subscribe(() => {});
  await settle();

  assert.equal(connection.count("Thread"), 2);
  assert.equal(shown().rows.at(-1)?.message?.number, 41);
  assert.equal(shown().firstUnreadNumber, 41);
});

test("the line of what is new stays until the viewer sends", async (t) => {
  const { room, thread, shown } = await openThread(t, 5);
  assert.equal(shown().firstUnreadNumber, 1);
  room.read(0, 5);
  await settle();
  assert.equal(shown().firstUnreadNumber, 1);
  assert.equal(shown().conversation?.viewerParticipation.unreadCount, 0);

  await thread.send("Hello");

  assert.equal(shown().firstUnreadNumber, null);
});

test("after close, stores stay silent and keep what they had", async (t) => {
  const { talk, room, thread, numbers, pass, connection } = await openThread(t, 3);
  talk.close();
  const asked = connection.asked.length;

  for (const store of [thread, talk.conversation(room.id), talk.typing(room.id), talk.inbox()]) {
    store.subscribe(() => assert.fail("nobody is told"));
  }
  talk.presence([user(1)]).subscribe(() => {});
  room.send(1);
  await pass(60_000);

  assert.deepEqual(numbers(), [1, 2, 3]);
  assert.equal(connection.asked.length, asked);
  assert.deepEqual(connection.streams, []);
});

test("a hundred threads that were opened and left leave nothing behind", async (t) => {
  const { world, talk, connection, pass } = fakeTalk(t);
  for (let round = 0; round < 100; round += 1) {
    const room = world.start([1], 2);
    const leaves = [talk.conversation(room.id), talk.typing(room.id)].map((s) =>
      s.subscribe(() => {}),
    );
    await settle();
    for (const leave of leaves) leave();
  }
  assert.ok(connection.streams.length > 100);

  await pass(6_000);

  assert.deepEqual(connection.streams, []);
  assert.equal(
    connection.listening(),
    3,
    "the viewer, the outbox and the presence alone wait for the connection",
  );
});

test("who leaves a thread while something is asked is told of no error", async (t) => {
  const { talk, room, thread, connection, leave, pass } = await openThread(t, 3);
  connection.held.add("Message").add("ConversationHead").add("Participants").add("MarkRead");
  const members = thread.loadMembers();
  thread.shown(3);
  room.send(1, { replyTo: 1 });
  room.changePlace(3, { status: "LEFT" }, "PARTICIPANT_LEFT");
  await pass(1_000);
  const names = connection.waiting.map((each) => each.name).toSorted();
  assert.deepEqual(names, ["ConversationHead", "MarkRead", "Message", "Participants"]);

  leave();
  await pass(6_000);
  await members;
  talk.close();
  for (const request of [...connection.waiting]) request.fail(new TalkError("CLOSED", "Closed"));
  await pass(1_000);
  // An error that nobody handles fails this test.
});

test("a conversation that is not there is missing, and comes when the viewer is taken in", async (t) => {
  const { world, talk } = fakeTalk(t);
  const room = world.start([1], 3);
  world.conversations.delete(room.id);
  const thread = talk.conversation(room.id);
  thread.subscribe(() => {});
  await settle();
  assert.deepEqual(
    [thread.getSnapshot().state, thread.getSnapshot().isLoading],
    ["missing", false],
  );

  world.conversations.set(room.id, room);
  room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_JOINED");
  await settle();

  assert.equal(thread.getSnapshot().state, "ready");
  assert.equal(thread.getSnapshot().rows.length, 3);
});

test("a request that fails for good is shown, and tried when the connection is back", async (t) => {
  const { world, talk, connection, pass } = fakeTalk(t);
  const room = world.start([1], 3);
  const thread = talk.conversation(room.id);
  connection.held.add("Thread");
  thread.subscribe(() => {});
  connection.waitingFor("Thread").fail(new TalkError("NETWORK", "Away", { retryable: true }));
  await pass(2_000);
  assert.equal(thread.getSnapshot().state, "loading", "it is tried again");
  connection.waitingFor("Thread").fail(new TalkError("INTERNAL", "A bug"));
  await settle();
  assert.equal(thread.getSnapshot().state, "failed");
  assert.equal(thread.getSnapshot().error?.code, "INTERNAL");

  connection.held.clear();
  connection.back();
  await settle();

  assert.deepEqual([thread.getSnapshot().state, thread.getSnapshot().error], ["ready", null]);
});

test("a viewer who left sees what they may, and all again when they are back", async (t) => {
  const { room, shown, numbers, pass, connection } = await openThread(t, 3);
  room.changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
  await pass(0);
  assert.equal(shown().state, "ready");
  assert.equal(shown().conversation?.viewerParticipation.status, "LEFT");
  assert.deepEqual(shown().conversation?.viewerCan, []);
  assert.deepEqual(numbers(), [1, 2, 3]);
  assert.ok(!connection.streams.some((each) => each.name === "ConversationChanges"));

  room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  await settle();
  room.send(1);

  assert.equal(shown().conversation?.viewerParticipation.status, "ACTIVE");
  assert.deepEqual(numbers(), [1, 2, 3, 4]);
});

test("members come by pages, and changes keep them up to date", async (t) => {
  const { room, thread, shown, pass } = await openThread(t, 1);
  room.read(1, 1);
  assert.deepEqual(shown().members, []);
  assert.equal(shown().conversation?.participantCount, 4);

  await thread.loadMembers();
  const names = () => shown().members.map((member) => member.user.name);
  assert.deepEqual(names(), ["Mira", "Jonas", "Priya", "Tomas"]);

  room.changePlace(2, { status: "LEFT" }, "PARTICIPANT_LEFT");
  room.changePlace(5, { status: "ACTIVE" }, "PARTICIPANT_JOINED");
  room.changePlace(1, { role: "MEMBER" }, "PARTICIPANT_ROLE_CHANGED");
  assert.deepEqual(names(), ["Mira", "Jonas", "Tomas", "Lena"]);
  assert.equal(shown().members[1].role, "MEMBER");
  assert.equal(shown().conversation?.participantCount, 4);
  await pass(1_000);
  const others = shown().conversation?.others.map((each) => each.name);
  assert.deepEqual(others, ["Jonas", "Tomas", "Lena"]);
});

test("answers that come in another order than they were asked for end right", async (t) => {
  const { room, connection, shown, pass } = await openThread(t, 1);
  connection.held.add("ConversationHead");
  room.changePlace(2, { status: "LEFT" }, "PARTICIPANT_LEFT");
  await pass(500);
  connection.waitingFor("ConversationHead").execute();
  room.changePlace(2, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  await pass(500);
  const [first, second] = connection.waiting;

  second.answer();
  await settle();
  first.answer();
  await settle();

  assert.deepEqual(shown().conversation, room.showHead());
});

test("what is unread is right, although a later change of the viewer comes first", async (t) => {
  const { room, connection, shown } = await openThread(t, 5);
  connection.holdsStreams = true;
  room.read(0, 5);
  const inbox = connection.streams.find((each) => each.name === "InboxChanges");
  const changes = connection.streams.find((each) => each.name === "ConversationChanges");
  inbox?.read();
  room.react(1, 0, "👍");
  while (changes?.read()) changes.deliver();
  inbox?.deliver();

  assert.equal(shown().conversation?.viewerParticipation.unreadCount, 0);
  assert.equal(shown().conversation?.viewerParticipation.firstUnreadNumber, null);
});

test("what the viewer changed between the answers for a thread and for the inbox is shown", async (t) => {
  for (const first of ["Thread", "InboxStart"]) {
    await t.test(`${first} is there first`, async (t) => {
      const { world, talk, connection } = fakeTalk(t);
      const room = world.start([1], 3);
      const thread = talk.conversation(room.id);
      connection.held.add("Thread").add("InboxStart");
      thread.subscribe(() => {});
      await settle();
      connection.waitingFor("Thread").execute();
      room.arrange({ level: "NOTHING" });
      connection.waitingFor("InboxStart").execute();
      connection.waitingFor(first).answer();
      await settle();
      for (const request of [...connection.waiting]) request.answer();
      await settle();

      assert.deepEqual(thread.getSnapshot().conversation, room.showHead());
    });
  }
});

test("what was shown is read: soon, once, and only forward", async (t) => {
  const { room, thread, connection, pass } = await openThread(t, 50);
  for (const number of range(20, 40)) thread.shown(number);
  thread.shown(30);
  assert.equal(connection.count("MarkRead"), 0);
  await pass(500);
  assert.equal(connection.count("MarkRead"), 1);
  assert.equal(room.place.lastRead, 40);

  thread.shown(35);
  thread.shown(40);
  await pass(2_000);
  assert.equal(connection.count("MarkRead"), 1);

  connection.held.add("MarkRead");
  thread.shown(45);
  await pass(500);
  connection.waitingFor("MarkRead").fail(new TalkError("NETWORK", "Away", { retryable: true }));
  connection.held.clear();
  await pass(5_000);
  assert.equal(room.place.lastRead, 45);
});

test("nothing is read while the page is in the background", async (t) => {
  const page = Object.assign(new EventTarget(), { visibilityState: "hidden", cookie: "" });
  Object.assign(globalThis, { document: page });
  t.after(() => Reflect.deleteProperty(globalThis, "document"));
  const { room, thread, connection, pass } = await openThread(t, 50);
  thread.shown(40);
  await pass(5_000);
  assert.equal(connection.count("MarkRead"), 0);

  page.visibilityState = "visible";
  page.dispatchEvent(new Event("visibilitychange"));
  await pass(500);

  assert.equal(room.place.lastRead, 40);
});

test("a mark as unread ends when the thread is opened, and stays if it is set there", async (t) => {
  const { world, talk, pass } = fakeTalk(t);
  const room = world.start([1], 3);
  room.read(0, 3);
  room.markUnread();
  talk.inbox().subscribe(() => {});
  const thread = talk.conversation(room.id);
  thread.subscribe(() => {});
  await settle();
  thread.shown(3);
  await pass(1_000);
  assert.equal(room.place.markedAt, null);

  room.markUnread();
  thread.shown(3);
  await pass(1_000);

  assert.notEqual(room.place.markedAt, null);
});

test("typing is told every few seconds, and its end once", async (t) => {
  const { thread, connection, pass } = await openThread(t, 1);
  t.mock.method(performance, "now", () => Date.now());
  const told = () => connection.told.map((each) => each.variables.input.typing);
  for (let second = 0; second < 7; second += 1) {
    thread.setTyping(true);
    await pass(1_000);
  }
  assert.deepEqual(told(), [true, true, true]);

  thread.setTyping(false);
  thread.setTyping(false);
  assert.deepEqual(told(), [true, true, true, false]);

  thread.setTyping(true);
  await thread.send("Hello");
  thread.setTyping(false);
  assert.deepEqual(told(), [true, true, true, false, true], "the message itself ends it");
});

test("who is typing is shown, and nobody while the connection is away", async (t) => {
  const { talk, room, connection } = await openThread(t, 1);
  const typing = talk.typing(room.id);
  typing.subscribe(() => {});
  const stream = connection.streams.find((each) => each.name === "TypingPeople");
  stream?.next({ typing: { users: [{ id: user(1), name: "Jonas" }] } });
  const before = typing.getSnapshot();
  assert.deepEqual(before, [{ id: user(1), name: "Jonas" }]);
  stream?.next({ typing: { users: [{ id: user(1), name: "Jonas" }] } });
  assert.equal(typing.getSnapshot(), before);

  connection.state.set("away");

  assert.deepEqual(typing.getSnapshot(), []);
});

test("one stream tells who is online of all who are asked for", async (t) => {
  const { talk, connection, pass } = fakeTalk(t);
  const people = () => connection.streams.map((each) => each.variables.users);
  const one = talk.presence([user(1), user(2)]);
  assert.equal(talk.presence([user(2), user(1)]), one);
  one.subscribe(() => {});
  const two = talk.presence([user(3)]);
  const leave = two.subscribe(() => {});
  await pass(100);
  assert.deepEqual(people(), [[user(1), user(2), user(3)]]);

  connection.streams[0].next({ presence: { users: [{ id: user(1) }, { id: user(3) }] } });
  assert.deepEqual([[...one.getSnapshot()], [...two.getSnapshot()]], [[user(1)], [user(3)]]);
  const before = one.getSnapshot();
  leave();
  await pass(6_000);
  await pass(100);
  assert.deepEqual(people().length, 2, "the old stream ends when the new one has begun");
  connection.streams[1].next({ presence: { users: [{ id: user(1) }] } });

  assert.deepEqual(people(), [[user(1), user(2)]]);
  assert.equal(one.getSnapshot(), before);
});

test("no more people are asked for than the server allows", async (t) => {
  const { talk, connection, pass } = fakeTalk(t, { presenceUsers: 2 });
  await settle();
  for (const person of [1, 2, 3]) talk.presence([user(person)]).subscribe(() => {});
  await pass(100);

  assert.deepEqual(connection.streams[0].variables.users, [user(2), user(3)]);
});

test("somebody else who signs in sees nothing of the person before", async (t) => {
  const { world, talk, connection, shown, numbers, room } = await openThread(t, 3);
  talk.inbox().subscribe(() => {});
  await settle();
  connection.state.set("signed out");
  world.conversations.delete(room.id);
  connection.viewerId = user(4);

  connection.state.set("live");
  await settle();

  assert.equal(talk.viewer.getSnapshot()?.id, user(4));
  assert.deepEqual([shown().state, numbers(), shown().conversation], ["missing", [], null]);
  assert.deepEqual(talk.inbox().getSnapshot().rows, []);
});

test("somebody else who signs in reads from the beginning", async (t) => {
  const { talk, connection, thread, room, pass } = await openThread(t, 3);
  thread.shown(3);
  await pass(600);
  assert.equal(connection.count("MarkRead"), 1);
  connection.state.set("signed out");
  connection.viewerId = user(4);
  room.place.lastRead = 0;
  connection.state.set("live");
  await settle();
  assert.equal(talk.viewer.getSnapshot()?.id, user(4));

  thread.shown(3);
  await pass(600);

  assert.equal(connection.count("MarkRead"), 2);
});

test("who types is told again soon, although the clock of the device was put back", async (t) => {
  const { thread, connection } = await openThread(t, 1);
  const before = performance.now();
  t.mock.method(performance, "now", () => before + connection.told.length * 4_000);
  thread.setTyping(true);
  t.mock.timers.setTime(Date.UTC(2020, 0, 1));

  thread.setTyping(true);

  assert.deepEqual(
    connection.told.map(({ variables }) => variables.input.typing),
    [true, true],
  );
});

test("what a store does can be passed around, also by a framework that wraps it", async (t) => {
  const { talk, thread } = await openThread(t, 1);
  const wrapped = (store) => new Proxy(store, {});
  const { send, edit, retry, discard } = talk.outbox;

  const key = await wrapped(talk.outbox).send(thread.id, "one");
  await send(thread.id, "two");
  await edit(key, "one, edited");
  await retry(key);
  await discard(key);
  await wrapped(thread).send("three");
  await wrapped(talk.inbox()).loadMore();

  assert.ok(wrapped(talk.outbox).getSnapshot());
});

test("verbs throw the refusal of the server", async (t) => {
  const { talk, connection } = fakeTalk(t);
  connection.held.add("BlockUser");
  const blocking = talk.blockUser({ user: user(0) });
  connection.waitingFor("BlockUser").refuse("CANNOT_BLOCK_YOURSELF");

  await assert.rejects(blocking, Refusal);
});
