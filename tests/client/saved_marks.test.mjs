/** What the viewer saved has no revision and no change: a store that may have an old copy asks again. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { openThread } from "./fake_talk.mjs";

/**
 * A thread of which all is asked for anew, and the server has read the answer.
 * @param {import("node:test").TestContext} t
 */
async function askedAnew(t) {
  const opened = await openThread(t, 3);
  const { room, connection, pass, message } = opened;
  const id = /** @type {string} */ (message(1)?.id);
  const again = async () => {
    connection.held.add("Thread");
    room.changePlace(0, { role: "ADMIN" }, "PARTICIPANT_ROLE_CHANGED");
    await pass(0);
    connection.waitingFor("Thread").execute();
  };
  return { ...opened, id, again };
}

test("what is saved while all is asked for anew stays saved", async (t) => {
  const { connection, talk, id, again, message, pass } = await askedAnew(t);
  await again();
  await talk.saveMessage({ message: id });
  connection.waitingFor("Thread").answer();
  await pass(1_000);

  assert.equal(message(1)?.viewerSaved, true);
});

test("what the server saves after all was asked for anew is shown", async (t) => {
  const { connection, talk, id, again, message, pass } = await askedAnew(t);
  connection.held.add("SaveMessage");
  const saving = talk.saveMessage({ message: id });
  await again();
  connection.waitingFor("SaveMessage").execute();
  connection.waitingFor("Thread").answer();
  await settle();
  connection.waitingFor("SaveMessage").answer();
  await saving;
  await pass(1_000);

  assert.equal(message(1)?.viewerSaved, true);
});

test("a change that was read before a message was saved does not undo that", async (t) => {
  const { room, connection, talk, message, pass } = await openThread(t, 3);
  connection.holdsStreams = true;
  room.react(1, 1, "👍");
  const stream = connection.streams.find((each) => each.name === "ConversationChanges");
  stream?.read();
  await talk.saveMessage({ message: /** @type {string} */ (message(1)?.id) });
  stream?.deliver();
  await pass(1_000);

  assert.equal(message(1)?.viewerSaved, true);
});

test("a page that was read before a message was saved does not undo that", async (t) => {
  const { connection, talk, thread, message, pass } = await openThread(t, 100);
  const id = /** @type {string} */ (message(100)?.id);
  await thread.jumpTo({ number: 1 });
  connection.held.add("Thread");
  const jumping = thread.jumpToNewest();
  await settle();
  connection.waitingFor("Thread").execute();
  await talk.saveMessage({ message: id });
  connection.waitingFor("Thread").answer();
  await jumping;
  await pass(1_000);

  assert.equal(message(100)?.viewerSaved, true);
});

test("what may have been saved although nobody answered is asked for", async (t) => {
  const { connection, talk, message, pass } = await openThread(t, 3);
  const list = talk.saved();
  list.subscribe(() => {});
  connection.held.add("SaveMessage");
  const saving = talk.saveMessage({ message: /** @type {string} */ (message(1)?.id) });
  await settle();
  connection.waitingFor("SaveMessage").execute();
  const lost = new TalkError("NETWORK", "The answer is lost.", { retryable: true });
  connection.waitingFor("SaveMessage").fail(lost);
  await assert.rejects(saving, lost);
  await pass(1_000);

  assert.equal(message(1)?.viewerSaved, true);
  assert.equal(list.getSnapshot().rows.length, 1);
});

test("an ordinary saving asks for nothing more", async (t) => {
  const { connection, talk, message, pass } = await openThread(t, 3);
  const asked = connection.asked.length;
  await talk.saveMessage({ message: /** @type {string} */ (message(1)?.id) });
  await pass(1_000);

  assert.equal(message(1)?.viewerSaved, true);
  assert.equal(connection.asked.length, asked + 1);
});
