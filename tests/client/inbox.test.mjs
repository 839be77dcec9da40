/** The inbox: its order, its pages, and the changes that come meanwhile. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk } from "./fake_talk.mjs";
import { globalId } from "./world.mjs";

/**
 * An inbox that somebody looks at.
 * @param {import("node:test").TestContext} t
 * @param {number} count of conversations; the last one is the first row.
 */
async function openInbox(t, count) {
  const fake = fakeTalk(t);
  const rooms = Array.from({ length: count }, () => fake.world.start([1], 1));
  const inbox = fake.talk.inbox();
  let told = 0;
  inbox.subscribe(() => (told += 1));
  fake.talk.unreadTotal.subscribe(() => {});
  await settle();
  const shown = () => inbox.getSnapshot();
  const keys = () => shown().rows.map((row) => Number(atob(row.conversation.id).split(":")[1]));
  return { ...fake, rooms, inbox, shown, keys, told: () => told };
}

/** @param {number} from @param {number} to */
const down = (from, to) => Array.from({ length: from - to + 1 }, (_, index) => from - index);

test("the newest activity comes first, page by page", async (t) => {
  const { inbox, shown, keys, rooms, talk } = await openInbox(t, 70);
  assert.equal(shown().state, "ready");
  assert.deepEqual(keys(), down(70, 41));
  assert.equal(talk.unreadTotal.getSnapshot(), 70);

  await Promise.all([inbox.loadMore(), inbox.loadMore()]);
  assert.deepEqual(keys(), down(70, 11));
  await inbox.loadMore();
  assert.deepEqual(keys(), down(70, 1));
  assert.equal(shown().hasMore, false);

  rooms[4].send(1);
  assert.deepEqual(keys().slice(0, 2), [5, 70]);
  assert.equal(shown().rows[0].conversation.latestMessage?.body, "Message 2");
  assert.equal(talk.unreadTotal.getSnapshot(), 71);
});

test("conversations of the same moment are in the order of the server", async (t) => {
  const { world, rooms, keys } = await openInbox(t, 12);
  for (const room of rooms) room.place.activeAt = 1;
  for (const room of rooms) room.rename("Another");

  assert.deepEqual(
    keys(),
    world.inbox().map((room) => room.key),
  );
  assert.deepEqual(keys(), down(12, 1));
});

test("a changed row beyond the last page is not put after a gap", async (t) => {
  const { inbox, rooms, keys } = await openInbox(t, 40);

  rooms[2].rename("Not shown yet");
  assert.deepEqual(keys(), down(40, 11));
  await inbox.loadMore();

  assert.deepEqual(keys(), down(40, 1));
});

test("what left the inbox while a page was on its way does not come back", async (t) => {
  const { connection, inbox, rooms, keys, shown } = await openInbox(t, 40);
  connection.held.add("Inbox");
  const loading = inbox.loadMore();
  assert.equal(shown().isLoadingMore, true);
  connection.waitingFor("Inbox").execute();

  rooms[4].changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
  rooms[5].rename("Renamed meanwhile");
  rooms[6].send(1);
  connection.waitingFor("Inbox").answer();
  await loading;

  assert.deepEqual(keys(), [7, ...down(40, 8), 6, 4, 3, 2, 1]);
  assert.equal(shown().rows.at(-5)?.conversation.title, "Renamed meanwhile");
  assert.equal(shown().isLoadingMore, false);
});

test("a page of the list before does not change the list after RESYNC_REQUIRED", async (t) => {
  const { connection, inbox, rooms, keys, pass } = await openInbox(t, 70);
  connection.held.add("Inbox");
  const loading = inbox.loadMore();
  connection.waitingFor("Inbox").execute();
  connection.streams[0].end(new TalkError("RESYNC_REQUIRED", "Anew"));
  rooms[19].changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
  await pass(0);

  connection.waitingFor("Inbox").answer();
  await loading;
  assert.deepEqual(keys(), down(70, 41));
  connection.held.clear();
  await inbox.loadMore();

  assert.ok(!keys().includes(20));
});

test("invitations are apart, until they are answered", async (t) => {
  const { rooms, keys, shown } = await openInbox(t, 3);
  const titles = () => shown().invitations.map((row) => row.conversation.title);
  rooms[1].title = "Come in";

  rooms[1].changePlace(0, { status: "INVITED" }, "PARTICIPANT_INVITED");
  assert.deepEqual([keys(), titles()], [[3, 1], ["Come in"]]);

  rooms[1].changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_JOINED");
  assert.deepEqual([keys(), titles()], [[3, 2, 1], []]);
});

test("an inbox that was away goes on after the last change", async (t) => {
  const { connection, inbox, rooms, keys, pass } = await openInbox(t, 5);
  const stream = connection.streams.find((each) => each.name === "InboxChanges");
  connection.holdsStreams = true;
  rooms[0].send(1);
  stream?.read();
  stream?.cut();
  connection.holdsStreams = false;
  connection.pump();
  assert.deepEqual(keys(), [1, 5, 4, 3, 2]);
  assert.equal(connection.count("InboxStart"), 1);
  await pass(0);
  assert.equal(inbox.getSnapshot().rows.length, 5);
});

test("after RESYNC_REQUIRED as many rows are asked for as are shown", async (t) => {
  const { connection, inbox, rooms, keys, shown, pass } = await openInbox(t, 140);
  for (let page = 0; page < 4; page += 1) await inbox.loadMore();
  assert.equal(keys().length, 140);
  connection.holdsStreams = true;
  rooms[9].send(1);
  connection.streams[0].end(new TalkError("RESYNC_REQUIRED", "Anew"));
  connection.holdsStreams = false;
  assert.equal(shown().state, "ready");

  await pass(0);

  assert.deepEqual(keys(), [10, ...down(140, 11), ...down(9, 1)]);
});

test("rows that say the same are the same objects", async (t) => {
  const { rooms, shown, told, world } = await openInbox(t, 5);
  const before = shown();

  rooms[2].send(1);
  assert.equal(shown().rows.filter((row) => before.rows.includes(row)).length, 4);

  const [now, calls] = [shown(), told()];
  rooms[2].moved();
  world.changed();
  assert.equal(shown(), now);
  assert.equal(told(), calls);
});

test("the inbox tells of people who are blocked on another device", async (t) => {
  const { world, shown } = await openInbox(t, 2);

  world.block(1);

  assert.ok(shown().rows.every((row) => row.conversation.others[0].blocked));
  assert.equal(shown().rows[0].conversation.others[0].id, globalId("User", 1));
});
