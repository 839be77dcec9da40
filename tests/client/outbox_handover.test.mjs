/** A message goes from the outbox to the stores of the page in one step. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Acts } from "../../schema/client/stores/conversation/acts.js";
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

test("a message that was edited on its way, and that a stream brings, is edited without an answer", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  server.loseAnswers();
  const clientId = await outbox.send("choir", "Helo");
  await settle();
  await outbox.edit(clientId, "Hello");

  const [[, input]] = server.requests;
  outbox.arrived({ id: "message 1", clientId, body: input.body });
  assert.deepEqual(states(outbox), ["Hello sending"]);
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(
    server.requests.map(([name]) => name),
    ["sendMessage", "editMessage"],
  );
  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("an edit that waits for a message that is there can be replaced and discarded", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  const clientIds = [await outbox.send("choir", "Helo"), await outbox.send("lunch", "Hi")];
  await settle();
  for (const [index, clientId] of clientIds.entries()) {
    await outbox.edit(clientId, "Other");
    outbox.arrived({ id: `message ${index + 1}`, clientId, body: ["Helo", "Hi"][index] });
  }

  assert.equal(await outbox.edit(clientIds[0], "Hello"), true);
  // False: the message was sent. The edit is gone all the same.
  assert.equal(await outbox.discard(clientIds[1]), false);
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello"]);
  assert.deepEqual(server.bodies("lunch"), ["Hi"]);
});

test("an edit back to the first text comes after another edit that is on its way", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  const clientId = await outbox.send("choir", "First");
  await settle();
  await outbox.edit(clientId, "Second");
  server.release();
  server.hold();
  await until(() => server.requests.at(-1)[0] === "editMessage");

  await outbox.edit(clientId, "First");
  outbox.arrived(server.messages[0]);
  server.release();
  await until(isEmpty(outbox));

  const edits = server.requests.slice(1).map(([, { body }]) => body);
  assert.deepEqual(edits, ["Second", "First"]);
  assert.deepEqual(server.bodies("choir"), ["First"]);
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

test("what the viewer does with a message that is there comes after an edit that still waits", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  const shown = { preview: () => () => {}, find: () => undefined };
  const retracted = [];
  const retractMessage = async ({ message }) => retracted.push(message);
  const acts = new Acts(shown, { verbs: { ...server.verbs, retractMessage }, outbox }, () => {});
  server.hold();
  const rows = [];
  for (const [index, conversation] of ["choir", "lunch"].entries()) {
    const clientId = await outbox.send(conversation, "First");
    await settle();
    await outbox.edit(clientId, "Second");
    const message = { id: `message ${index + 1}`, number: index + 1, clientId, body: "First" };
    outbox.arrived(message);
    rows.push({ key: clientId, message, unsent: null });
  }

  await acts.edit(rows[0], "Third");
  await acts.retract(rows[1]);
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Third"]);
  assert.deepEqual([server.bodies("lunch"), retracted], [["First"], ["message 2"]]);
});
