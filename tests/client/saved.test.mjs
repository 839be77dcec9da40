/** The messages that the viewer saved. */

import assert from "node:assert/strict";
import test from "node:test";

import { fakeTalk } from "./fake_talk.mjs";

/** A room with messages. @param {import("node:test").TestContext} t */
function openRoom(t) {
  const fake = fakeTalk(t);
  return { ...fake, room: fake.world.start([1], 50) };
}

test("saved messages are asked for while somebody looks, and follow what is saved here", async (t) => {
  const { talk, room, pass, connection } = openRoom(t);
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
