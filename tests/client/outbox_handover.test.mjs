/** A message goes from the outbox to the stores of the page in one step. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeServer, isEmpty, lost, open, settle, states } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

test("the stores are told of a message while it is still in the outbox", async () => {
  const server = new FakeServer();
  const { outbox, told } = open(server);
  const clientId = await outbox.send("choir", "Hello");
  await until(isEmpty(outbox));

  const [[conversationId, message, snapshot]] = told;
  assert.equal(conversationId, "choir");
  assert.equal(message.clientId, clientId);
  assert.deepEqual(
    snapshot.map((entry) => entry.clientId),
    [clientId],
  );
});

test("a message that a stream brings is not sent any more", async () => {
  const server = new FakeServer();
  const { outbox, isBack } = open(server);
  server.loseAnswers();
  await outbox.send("choir", "Hello");
  await until(() => states(outbox)[0] === "Hello waiting" && server.requests.length === 1);

  outbox.arrived(server.messages[0]);
  assert.deepEqual(outbox.getSnapshot(), []);
  isBack();
  await settle();

  assert.equal(server.requests.length, 1);
  outbox.arrived({ ...server.messages[0], clientId: null });
});

test("a message that a stream brings while it is on its way leaves the outbox at once", async () => {
  const server = new FakeServer();
  const { outbox, told } = open(server);
  server.hold();
  const clientId = await outbox.send("choir", "Hello");
  await settle();

  outbox.arrived({ clientId, id: "message 1", body: "Hello" });
  assert.deepEqual(outbox.getSnapshot(), []);
  server.release();
  await until(() => told.length);
  assert.deepEqual(outbox.getSnapshot(), []);
});

test("a snapshot stays the same until something changes, and so do the entries in it", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  await outbox.send("choir", "First");
  await outbox.send("choir", "Second");
  await settle();
  const before = outbox.getSnapshot();
  assert.equal(before, outbox.getSnapshot());

  let calls = 0;
  const stop = outbox.subscribe(() => (calls += 1));
  await outbox.edit(before[1].clientId, "Third");
  stop();
  assert.equal(calls, 1);
  const after = outbox.getSnapshot();
  assert.notEqual(after, before);
  assert.equal(after[0], before[0]);
  assert.equal(before[1].body, "Second");
});

test("a closed outbox leaves no timer and no listener, and takes no message", async () => {
  const server = new FakeServer();
  server.fail(lost());
  const { outbox, back, viewer } = open(server);
  await outbox.send("choir", "Hello");
  await until(() => server.requests.length === 1);
  await settle();

  outbox.close();

  assert.equal(back.size, 0);
  await assert.rejects(outbox.send("choir", "More"), { code: "CLOSED" });
  viewer.set({ id: "lena" });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.equal(server.requests.length, 1);
});
