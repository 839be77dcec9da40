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

test("pinned conversations come first, and stay where they are", async (t) => {
  const { rooms, keys, inbox } = await openInbox(t, 40);
  rooms[2].arrange({ pinnedAt: 1_000 });
  rooms[20].arrange({ pinnedAt: 1_001 });
  assert.deepEqual(keys(), [21, 3, ...down(40, 22), ...down(20, 11)]);

  rooms[2].send(1);
  assert.deepEqual(keys().slice(0, 3), [21, 3, 40]);
  await inbox.loadMore();
  assert.deepEqual(keys(), [21, 3, ...down(40, 22), ...down(20, 4), 2, 1]);

  rooms[20].arrange({ pinnedAt: null });
  assert.deepEqual(keys().slice(0, 3), [3, 40, 39]);
  assert.equal(keys().indexOf(21), 20);
});

test("what is unpinned and belongs after the last page waits for its page", async (t) => {
  const { rooms, keys, inbox, shown } = await openInbox(t, 40);
  rooms[2].arrange({ pinnedAt: 1_000 });
  rooms[2].arrange({ pinnedAt: null });
  assert.ok(!keys().includes(3));
  assert.equal(shown().hasMore, true);
  await inbox.loadMore();
  assert.deepEqual(keys(), down(40, 1));
});

/** @param {import("../../schema/client/types.js").InboxStore} store */
const keysOf = (store) =>
  store.getSnapshot().rows.map((row) => Number(atob(row.conversation.id).split(":")[1]));

test("archived conversations are a list of their own, and come back with a message", async (t) => {
  const { rooms, keys, talk, connection } = await openInbox(t, 5);
  rooms[1].arrange({ archivedAt: 1 });
  rooms[3].arrange({ archivedAt: 2, pinnedAt: 3 });
  assert.deepEqual(keys(), [5, 3, 1]);
  assert.equal(talk.unreadTotal.getSnapshot(), 3);

  const archive = talk.inbox({ archived: true });
  assert.equal(archive.getSnapshot().state, "loading");
  archive.subscribe(() => {});
  await settle();
  assert.deepEqual([archive.getSnapshot().state, keysOf(archive)], ["ready", [4, 2]]);
  assert.equal(connection.streams.length, 1);

  rooms[0].arrange({ archivedAt: 4 });
  assert.deepEqual([keys(), keysOf(archive)], [[5, 3], [4, 2, 1]]);
  rooms[1].send(1);
  assert.deepEqual([keys(), keysOf(archive)], [[2, 5, 3], [4, 1]]);
  assert.equal(talk.unreadTotal.getSnapshot(), 4);
  rooms[3].arrange({ archivedAt: null });
  assert.deepEqual([keys(), keysOf(archive)], [[4, 2, 5, 3], [1]]);
});

test("a muted conversation stays archived, unless the viewer writes", async (t) => {
  const { rooms, keys } = await openInbox(t, 2);
  rooms[0].arrange({ archivedAt: 1, level: "NOTHING" });
  rooms[0].send(1);
  assert.deepEqual(keys(), [2]);
  rooms[0].send(0);
  assert.deepEqual(keys(), [1, 2]);
});

test("the archive is right after RESYNC_REQUIRED, and after nobody looked at it for a while", async (t) => {
  const { rooms, keys, talk, connection, pass } = await openInbox(t, 70);
  for (const room of rooms.slice(0, 40)) room.arrange({ archivedAt: 1 });
  const archive = talk.inbox({ archived: true });
  const leave = archive.subscribe(() => {});
  await settle();
  await archive.loadMore();
  assert.deepEqual(keysOf(archive), down(40, 1));

  connection.holdsStreams = true;
  rooms[5].arrange({ archivedAt: null });
  connection.streams[0].end(new TalkError("RESYNC_REQUIRED", "Anew"));
  connection.holdsStreams = false;
  await pass(0);
  assert.deepEqual(keysOf(archive), [...down(40, 7), ...down(5, 1)]);
  assert.ok(keys().includes(41));

  leave();
  await pass(10_000);
  rooms[6].arrange({ archivedAt: null });
  rooms[60].arrange({ archivedAt: 1 });
  const asked = connection.count("Inbox");
  archive.subscribe(() => {});
  await settle();
  assert.deepEqual(keysOf(archive), [61, ...down(40, 8), ...down(5, 1)]);
  assert.equal(connection.count("Inbox"), asked);
});

test("the archive has an error of its own, and tries again", async (t) => {
  const { rooms, talk, connection, pass, shown } = await openInbox(t, 2);
  rooms[0].arrange({ archivedAt: 1 });
  connection.held.add("Inbox");
  const archive = talk.inbox({ archived: true });
  archive.subscribe(() => {});
  await settle();
  connection.waitingFor("Inbox").fail(new TalkError("NETWORK", "Away", { retryable: true }));
  await settle();
  assert.equal(archive.getSnapshot().error?.code, "NETWORK");
  assert.equal(shown().state, "ready");

  connection.held.clear();
  connection.back();
  await pass(0);
  assert.deepEqual([archive.getSnapshot().error, keysOf(archive)], [null, [1]]);
  rooms[1].send(1);
  assert.equal(shown().rows[0].unreadCount, 2);
});

test("a conversation is muted until its time is over, while the page is open", async (t) => {
  const { rooms, talk, shown, pass, connection } = await openInbox(t, 3);
  assert.equal(talk.unreadTotal.getSnapshot(), 3);
  rooms[2].arrange({ mutedUntil: Date.now() + 60_000 });
  rooms[1].arrange({ level: "NOTHING", mutedUntil: Date.now() + 60_000 });
  const muted = () => shown().rows.map((row) => row.muted);
  assert.deepEqual([muted(), talk.unreadTotal.getSnapshot()], [[true, true, false], 1]);

  await pass(59_000);
  assert.equal(connection.count("UnreadTotal"), 0);
  await pass(2_000);
  assert.deepEqual([muted(), talk.unreadTotal.getSnapshot()], [[false, true, false], 2]);
  await pass(600_000);
  assert.equal(connection.count("UnreadTotal"), 1);
});

test("a total that was asked for before a change does not replace that of the change", async (t) => {
  const { rooms, talk, pass, connection } = await openInbox(t, 2);
  rooms[0].arrange({ mutedUntil: Date.now() + 1_000 });
  connection.held.add("UnreadTotal");
  await pass(2_000);
  connection.waitingFor("UnreadTotal").execute();
  rooms[1].send(1);
  connection.waitingFor("UnreadTotal").answer();
  await settle();
  assert.equal(talk.unreadTotal.getSnapshot(), 3);
});

test("a total that could not be had is asked for again when the connection is back", async (t) => {
  const { rooms, talk, pass, connection } = await openInbox(t, 2);
  rooms[0].arrange({ mutedUntil: Date.now() + 1_000 });
  connection.held.add("UnreadTotal");
  await pass(2_000);
  connection.waitingFor("UnreadTotal").fail(new TalkError("INTERNAL", "A bug."));
  await settle();
  connection.held.clear();
  connection.back();
  await settle();
  assert.equal(talk.unreadTotal.getSnapshot(), 2);
});

test("the end of a mute is told to the open thread, whatever the page's clock says", async (t) => {
  const { rooms, talk, pass, connection, shown } = await openInbox(t, 1);
  connection.ahead = 30_000;
  const thread = talk.conversation(rooms[0].id);
  thread.subscribe(() => {});
  await settle();
  const muted = () => thread.getSnapshot().conversation?.viewerParticipation.muted;
  rooms[0].arrange({ mutedUntil: Date.now() + 60_000 });
  assert.equal(muted(), true);
  await pass(29_000);
  assert.equal(muted(), true);
  await pass(2_000);
  assert.deepEqual([muted(), shown().rows[0].muted], [false, false]);
  assert.equal(connection.count("Thread"), 1);
});

test("archiving, muting and pinning on another device asks for no thread anew", async (t) => {
  const { rooms, talk, pass, connection } = await openInbox(t, 1);
  talk.conversation(rooms[0].id).subscribe(() => {});
  await settle();
  const mute = { mutedUntil: Date.UTC(2030, 0) };
  for (const change of [{ archivedAt: 1 }, { pinnedAt: 2 }, { level: "NOTHING" }, mute])
    rooms[0].arrange(change);
  await pass(1_000);
  assert.equal(connection.count("Thread"), 1);
  assert.equal(connection.count("ConversationHead"), 0);
});
