/** What is edited or discarded before it is sent is never there twice, and never lost. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeServer, isEmpty, lost, open, refusal, settle, states } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

test("what was never tried is edited in its place", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  await outbox.send("choir", "First");
  const clientId = await outbox.send("choir", "Helo");
  const people = [{ id: "lena", name: "Lena" }];

  assert.equal(await outbox.edit(clientId, "Hello", people), true);
  assert.deepEqual(states(outbox), ["First sending", "Hello waiting"]);
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["First", "Hello"]);
  assert.deepEqual(server.messages[1].mentions, ["lena"]);
  assert.deepEqual(
    server.requests.map(([name]) => name),
    ["sendMessage", "sendMessage"],
  );
});

for (const [what, lose] of [
  ["arrived", (server) => server.loseAnswers()],
  ["did not arrive", (server) => server.fail(lost())],
]) {
  test(`an edit of a message that was tried and ${what} is there once, with the new text`, async () => {
    const server = new FakeServer();
    const { outbox, isBack } = open(server);
    lose(server);
    const clientId = await outbox.send("choir", "Helo");
    await until(() => states(outbox)[0] === "Helo waiting" && server.requests.length === 1);

    assert.equal(await outbox.edit(clientId, "Hello"), true);
    assert.deepEqual(states(outbox), ["Hello waiting"]);
    isBack();
    await until(isEmpty(outbox));

    assert.deepEqual(server.bodies("choir"), ["Hello"]);
    assert.deepEqual(server.requests[0], server.requests[1]);
    const edit = { message: "message 1", body: "Hello", mentions: null };
    assert.deepEqual(server.requests[2], ["editMessage", edit]);
  });
}

test("an edit of a message on its way is made when it is there, before the next message", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  const clientId = await outbox.send("choir", "Helo");
  await outbox.send("choir", "Next");
  await settle();

  assert.equal(await outbox.edit(clientId, "Hello"), true);
  assert.deepEqual(states(outbox), ["Hello sending", "Next waiting"]);
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello", "Next"]);
  assert.deepEqual(
    server.requests.map(([name]) => name),
    ["sendMessage", "editMessage", "sendMessage"],
  );
});

test("if the message was refused that the viewer edited meanwhile, the new text is sent", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  server.fail(refusal("BODY_TOO_LONG"));
  const clientId = await outbox.send("choir", "Much too long");
  await settle();
  await outbox.edit(clientId, "Short");

  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Short"]);
});

test("an edit that the server refuses stays as a refused message of its own", async () => {
  const server = new FakeServer();
  const { outbox, told } = open(server);
  server.hold();
  const clientId = await outbox.send("choir", "Helo");
  await settle();
  await outbox.edit(clientId, "Hello, and much more");
  const { editMessage } = server.verbs;
  server.verbs.editMessage = async () => {
    throw refusal("BODY_TOO_LONG");
  };

  server.release();
  await until(() => outbox.getSnapshot()[0]?.state === "refused");
  server.verbs.editMessage = editMessage;

  assert.deepEqual(server.bodies("choir"), ["Helo"]);
  assert.equal(told.length, 1);
  const [entry] = outbox.getSnapshot();
  assert.equal(entry.body, "Hello, and much more");
  assert.notEqual(entry.clientId, clientId);
  await outbox.retry(entry.clientId);
  await until(isEmpty(outbox));
  assert.deepEqual(server.bodies("choir"), ["Helo", "Hello, and much more"]);
});

test("an edit of a refused message sends it anew", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.fail(refusal("EMPTY_BODY"));
  const clientId = await outbox.send("choir", " ");
  await until(() => states(outbox)[0] === "  refused");

  await outbox.edit(clientId, "Hello");
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("a client id that the server knows for another message is given up", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.fail(refusal("CLIENT_ID_REUSED"));
  const clientId = await outbox.send("choir", "Hello");
  await until(() => states(outbox)[0] === "Hello refused");

  const [entry] = outbox.getSnapshot();
  assert.notEqual(entry.clientId, clientId);
  await outbox.retry(entry.clientId);
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("discard takes out what waits or was refused, and not what is on its way or sent", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  const first = await outbox.send("choir", "First");
  const second = await outbox.send("choir", "Second");
  await settle();

  assert.equal(await outbox.discard(first), false);
  assert.equal(await outbox.discard(second), true);
  server.release();
  await until(isEmpty(outbox));

  assert.equal(await outbox.discard(first), false);
  assert.equal(await outbox.edit(first, "Other"), false);
  assert.deepEqual(server.bodies("choir"), ["First"]);
});

test("a message that a stream brings after the viewer edited it is edited on the server", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.loseAnswers();
  const clientId = await outbox.send("choir", "Helo");
  await until(() => states(outbox)[0] === "Helo waiting" && server.requests.length === 1);
  await outbox.edit(clientId, "Hello");

  outbox.arrived(server.messages[0]);
  await outbox.retry(clientId);
  await until(isEmpty(outbox));

  assert.deepEqual(
    server.requests.map(([name]) => name),
    ["sendMessage", "editMessage"],
  );
  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});
