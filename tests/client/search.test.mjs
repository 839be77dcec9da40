/** Searching messages, and the saved ones. */

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
  const { search, shown, connection, pass } = openSearch(t);
  connection.held.add("SearchMessages");
  search.ask("a");
  await pass(300);
  connection.waitingFor("SearchMessages").fail(new TalkError("QUERY_TOO_SHORT", "Longer, please."));
  await pass(60_000);
  assert.deepEqual([shown().state, shown().error?.code], ["failed", "QUERY_TOO_SHORT"]);
  assert.equal(connection.count("SearchMessages"), 1);
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
