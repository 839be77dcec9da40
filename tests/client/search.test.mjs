/** Searching messages, the saved ones, and who is typing in the rows on the screen. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk, range } from "./fake_talk.mjs";
import { globalId } from "./world.mjs";

/** A search in a room with messages. @param {import("node:test").TestContext} t */
function openSearch(t) {
  const fake = fakeTalk(t);
  const room = fake.world.start([1], 50);
  const search = fake.talk.search();
  search.subscribe(() => {});
  const shown = () => search.getSnapshot();
  const numbers = () => shown().rows.map(({ number }) => number);
  return { ...fake, room, search, shown, numbers };
}

test("words are asked for after a moment of rest, page by page", async (t) => {
  const { search, shown, numbers, connection, pass, room } = openSearch(t);
  assert.equal(shown().state, "idle");
  for (const words of ["M", "Me", "Mess", "Message "]) search.ask(words);
  await pass(200);
  assert.equal(connection.count("SearchMessages"), 0);
  await pass(100);
  assert.deepEqual([shown().state, shown().words, shown().hasMore], ["ready", "Message", true]);
  assert.deepEqual(numbers(), range(31, 50).reverse());
  assert.equal(shown().rows[0].conversation.id, room.id);

  await Promise.all([search.loadMore(), search.loadMore()]);
  await search.loadMore();
  assert.deepEqual(numbers(), range(1, 50).reverse());
  assert.equal(shown().hasMore, false);
  assert.equal(connection.count("SearchMessages"), 3);
});

test("a search answers for its last words alone", async (t) => {
  const { search, shown, numbers, connection, pass } = openSearch(t);
  connection.held.add("SearchMessages");
  search.ask("Message 1");
  await pass(300);
  const first = connection.waitingFor("SearchMessages");
  first.execute();
  search.ask("Message 42");
  assert.ok(!connection.waiting.includes(first), "the first one is aborted");
  await pass(300);
  connection.waitingFor("SearchMessages").answer();
  await settle();
  assert.deepEqual([shown().words, numbers()], ["Message 42", [42]]);

  search.ask("Message");
  assert.deepEqual([shown().state, shown().words], ["loading", "Message"], "these are not found yet");
  search.ask("");
  assert.deepEqual([shown().state, numbers()], ["idle", []]);
  search.ask("Message 42");
  search.ask("");
  await pass(1_000);
  assert.deepEqual(connection.waiting, []);
});

test("the same words in another conversation, or by another person, are another search", async (t) => {
  const { search, connection, pass, room } = openSearch(t);
  search.ask("Message", { in: room.id });
  await pass(300);
  search.ask("Message", { in: room.id });
  await pass(300);
  assert.equal(connection.count("SearchMessages"), 1);
  search.ask("Message", { in: room.id, from: globalId("User", 1) });
  await pass(300);
  const asked = connection.asked.at(-1)?.variables;
  assert.deepEqual([asked.in, asked.from, asked.after], [room.id, globalId("User", 1), null]);
});

test("words that the server does not take are told with their code", async (t) => {
  const { search, shown, connection, pass, numbers } = openSearch(t);
  search.ask("Message");
  await pass(300);
  assert.equal(numbers().length, 20);
  connection.held.add("SearchMessages");
  search.ask("a");
  await pass(300);
  connection.waitingFor("SearchMessages").fail(new TalkError("QUERY_TOO_SHORT", "Longer, please."));
  await pass(60_000);
  assert.deepEqual([shown().state, shown().error?.code], ["failed", "QUERY_TOO_SHORT"]);
  assert.deepEqual(numbers(), [], "what was found before is no answer");
  assert.equal(connection.count("SearchMessages"), 2);
});

test("a search without an answer is tried again, and a page alike", async (t) => {
  const { search, shown, connection, pass, numbers } = openSearch(t);
  const away = () => new TalkError("NETWORK", "Away", { retryable: true });
  connection.held.add("SearchMessages");
  search.ask("Message");
  await pass(300);
  connection.waitingFor("SearchMessages").fail(away());
  await settle();
  assert.deepEqual([shown().state, shown().error?.code], ["loading", "NETWORK"]);
  connection.back();
  await settle();
  connection.waitingFor("SearchMessages").answer();
  await settle();
  assert.deepEqual([shown().state, shown().error], ["ready", null]);

  const more = search.loadMore();
  connection.waitingFor("SearchMessages").fail(new TalkError("TOO_BROAD", "Fewer"));
  await more;
  assert.deepEqual([shown().state, shown().error?.code, shown().isLoadingMore], [
    "ready",
    "TOO_BROAD",
    false,
  ]);
  connection.held.clear();
  await search.loadMore();
  assert.equal(numbers().length, 40);
});

test("nobody who looks at a search has ended it", async (t) => {
  const { talk, connection, pass } = openSearch(t);
  const search = talk.search();
  const leave = search.subscribe(() => {});
  search.ask("Message");
  leave();
  await pass(1_000);
  assert.equal(connection.count("SearchMessages"), 0);
  assert.equal(search.getSnapshot().state, "idle");

  search.subscribe(() => {});
  search.ask("Message");
  await pass(300);
  assert.equal(search.getSnapshot().state, "ready", "somebody looks again");
});

test("saved messages are asked for while somebody looks, and follow what is saved here", async (t) => {
  const { talk, room, pass, connection } = openSearch(t);
  for (const number of [3, 5]) room.save(number, true);
  const saved = talk.saved();
  const thread = talk.conversation(room.id);
  thread.subscribe(() => {});
  saved.subscribe(() => {});
  await pass(0);
  const numbers = () => saved.getSnapshot().rows.map(({ message }) => message.number);
  assert.deepEqual(numbers(), [5, 3]);

  const message = thread.getSnapshot().rows.at(-1)?.message;
  assert.equal(message?.viewerSaved, false);
  await talk.saveMessage({ message: message?.id ?? "" });
  await pass(0);
  assert.deepEqual(numbers(), [50, 5, 3]);
  assert.equal(thread.getSnapshot().rows.at(-1)?.message?.viewerSaved, true);

  room.save(5, false);
  await saved.refresh();
  assert.deepEqual(numbers(), [50, 3]);
  assert.equal(connection.count("SavedMessages"), 3);
});

test("one stream tells who is typing in the rows on the screen", async (t) => {
  const { talk, connection, pass } = openSearch(t);
  const ids = range(1, 80).map((key) => globalId("Conversation", key));
  const streams = () => connection.streams.filter(({ name }) => name === "InboxTyping");
  const jonas = [{ id: "jonas", name: "Jonas" }];
  let leave = talk.typingIn(ids.slice(0, 12)).subscribe(() => {});
  // Somebody scrolls: what was on the screen changes faster than it is asked for.
  for (let row = 1; row < 20; row += 1) {
    const before = leave;
    leave = talk.typingIn(ids.slice(row, row + 12)).subscribe(() => {});
    before();
    await pass(50);
  }
  assert.equal(connection.streams.length, 0);
  await pass(6_000);
  assert.equal(streams().length, 1);
  const [stream] = streams();
  const { conversationIds } = stream.variables;
  assert.ok(ids.slice(19, 31).every((id) => conversationIds.includes(id)));
  assert.ok(conversationIds.length <= 50);

  const typing = talk.typingIn(ids.slice(19, 31));
  stream.next({ inboxTyping: { conversationId: ids[20], users: jonas } });
  assert.deepEqual([...typing.getSnapshot()], [[ids[20], jonas]]);
  stream.next({ inboxTyping: { conversationId: ids[20], users: [] } });
  assert.equal(typing.getSnapshot().size, 0);

  // A row that comes back a moment later is followed all the same.
  talk.typingIn(ids.slice(20, 28)).subscribe(() => {});
  await pass(1_000);
  assert.equal(streams()[0], stream);
  stream.next({ inboxTyping: { conversationId: ids[20], users: jonas } });
  assert.equal(typing.getSnapshot().size, 1);
  talk.typingIn(ids.slice(30, 80)).subscribe(() => {});
  await pass(1_000);
  assert.equal(typing.getSnapshot().size, 0, "the new stream tells who is typing still");
  assert.equal(streams().length, 1);
  assert.equal(streams()[0].variables.conversationIds.length, 50);
});

test("nobody is typing any more when the connection is gone, and it is followed anew", async (t) => {
  const { talk, connection, pass } = openSearch(t);
  const id = globalId("Conversation", 1);
  const typing = talk.typingIn([id]);
  const leave = typing.subscribe(() => {});
  await pass(300);
  const [stream] = connection.streams;
  stream.next({ inboxTyping: { conversationId: id, users: [{ id: "jonas", name: "Jonas" }] } });
  connection.state.set("away");
  assert.equal(typing.getSnapshot().size, 0);

  connection.state.set("live");
  stream.end(new TalkError("INTERNAL", "Gone"));
  assert.equal(connection.streams.length, 0);
  connection.back();
  await pass(300);
  assert.equal(connection.streams.length, 1);
  leave();
  await pass(6_000);
  await pass(300);
  assert.equal(connection.streams.length, 0);
  assert.equal(connection.listening(), 3, "the viewer, the outbox and the presence alone");
});

test("a conversation that the viewer left keeps nobody from being shown in the others", async (t) => {
  const { talk, world, connection, pass } = openSearch(t);
  const [left, other] = [world.start([1]), world.start([2])];
  talk.inbox().subscribe(() => {});
  await settle();
  left.changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
  talk.typingIn([left.id, other.id]).subscribe(() => {});
  await pass(300);
  const stream = connection.streams.find(({ name }) => name === "InboxTyping");
  assert.deepEqual(stream?.variables.conversationIds, [other.id]);
});
