/** Unsent messages survive a reload, belong to their viewer, and no storage can do harm. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { memoryStorage } from "../../schema/client/outbox/index.js";
import { FakeServer, isEmpty, lost, open, refusal, settle, states } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

/** A storage as another page finds it: what is kept has become text. */
async function reloaded(storage) {
  const next = memoryStorage();
  for (const entry of JSON.parse(JSON.stringify(await storage.load()))) await next.put(entry);
  return next;
}

test("what was not sent is sent after a reload, in its order and under its client id", async () => {
  const server = new FakeServer();
  server.isDown = true;
  const before = open(server);
  const clientIds = [];
  for (const body of ["1", "2", "3"]) clientIds.push(await before.outbox.send("choir", body));
  await settle();
  before.outbox.close();

  server.isDown = false;
  const { outbox } = open(server, { storage: await reloaded(before.storage) });
  await until(() => server.messages.length === 3);
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["1", "2", "3"]);
  assert.deepEqual(
    server.messages.map(({ clientId }) => clientId),
    clientIds,
  );
});

test("what is written right after a reload comes after what was written before", async () => {
  const server = new FakeServer();
  server.isDown = true;
  const before = open(server);
  await before.outbox.send("choir", "Before");
  before.outbox.close();

  server.isDown = false;
  const { outbox } = open(server, { storage: await reloaded(before.storage) });
  outbox.send("choir", "After");
  await until(() => server.messages.length === 2);
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Before", "After"]);
});

test("what was written before a reload goes first, also if the socket opens before the viewer is known", async () => {
  const server = new FakeServer();
  server.isDown = true;
  const before = open(server);
  for (const body of ["1", "2", "3"]) await before.outbox.send("choir", body);
  before.outbox.close();

  server.isDown = false;
  const storage = await reloaded(before.storage);
  const { outbox, viewer, isBack } = open(server, { storage, viewerId: null });
  outbox.send("choir", "After");
  isBack();
  viewer.set({ id: "mira" });
  await until(() => server.messages.length === 4);
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["1", "2", "3", "After"]);
});

test("what had arrived when the page crashed is there once", async () => {
  const server = new FakeServer();
  server.hold();
  const before = open(server);
  await before.outbox.send("choir", "Hello");
  await settle();
  const storage = await reloaded(before.storage);
  server.release();
  await until(isEmpty(before.outbox));

  const after = open(server, { storage });
  await until(() => server.requests.length === 2);
  await until(isEmpty(after.outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("an edit after a reload does not change what may have arrived before", async () => {
  const server = new FakeServer();
  server.loseAnswers();
  const before = open(server);
  const clientId = await before.outbox.send("choir", "Helo");
  await until(() => server.messages.length);
  await settle();
  before.outbox.close();

  server.hold();
  const { outbox } = open(server, { storage: await reloaded(before.storage) });
  await until(() => states(outbox)[0] === "Helo sending");
  await outbox.edit(clientId, "Hello");
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("what was refused is refused after a reload, with its error", async () => {
  const server = new FakeServer();
  server.fail(refusal("BODY_TOO_LONG", ["body"]));
  const before = open(server);
  await before.outbox.send("choir", "Long");
  await until(() => states(before.outbox)[0] === "Long refused");
  await settle();

  const { outbox } = open(server, { storage: await reloaded(before.storage) });
  await until(() => states(outbox)[0] === "Long refused");

  const [{ error }] = outbox.getSnapshot();
  const { name, code, path, message } = error;
  assert.deepEqual(
    { name, code, path, message },
    { name: "Refusal", code: "BODY_TOO_LONG", path: ["body"], message: "Refused: BODY_TOO_LONG" },
  );
  assert.equal(server.requests.length, 1);
});

test("what is written before the viewer is known is shown, and sent afterwards", async () => {
  const server = new FakeServer();
  const { outbox, viewer } = open(server, { viewerId: null });
  let isKept = false;
  const sending = outbox.send("choir", "Hello").then(() => (isKept = true));
  await settle();
  assert.deepEqual(states(outbox), ["Hello waiting"]);
  assert.equal(isKept, false);
  assert.equal(server.requests.length, 0);

  viewer.set({ id: "mira" });
  await sending;
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("what is written before the viewer is known, and never will be, is not sent", async () => {
  const { outbox } = open(new FakeServer(), { viewerId: null });
  const sending = outbox.send("choir", "Hello");

  outbox.close();

  await assert.rejects(sending, { code: "CLOSED" });
});

test("each viewer has a storage, and nothing is sent for somebody else", async () => {
  const server = new FakeServer();
  server.isDown = true;
  const storages = { mira: memoryStorage(), lena: memoryStorage() };
  const storage = (viewerId) => storages[viewerId];
  const { outbox, viewer, isBack } = open(server, { storage });
  await outbox.send("choir", "From Mira");
  await settle();

  server.isDown = false;
  viewer.set({ id: "lena" });
  assert.deepEqual(states(outbox), []);
  isBack();
  await settle();
  await outbox.send("choir", "From Lena");
  await until(isEmpty(outbox));
  assert.deepEqual(server.bodies("choir"), ["From Lena"]);

  viewer.set({ id: "mira" });
  await until(() => server.messages.length === 2);
  await until(isEmpty(outbox));
  assert.deepEqual(server.bodies("choir"), ["From Lena", "From Mira"]);
});

test("a message on its way when the client is closed is not put back into the storage", async () => {
  const server = new FakeServer();
  server.hold();
  const before = open(server);
  const clientId = await before.outbox.send("choir", "Hello");
  await settle();
  before.outbox.close();
  const after = open(server, { storage: before.storage });
  await until(() => states(after.outbox)[0] === "Hello sending");

  server.fail(lost(), refusal("SUSPENDED"));
  server.release();
  await until(() => states(after.outbox)[0] === "Hello refused");
  await after.outbox.discard(clientId);
  await settle();

  assert.deepEqual(await before.storage.load(), []);
});

test("a storage that fails does no harm", async () => {
  const fails = async () => {
    throw new Error("QuotaExceededError");
  };
  const server = new FakeServer();
  server.fail(lost(), refusal("SUSPENDED"));
  const storage = { load: fails, put: fails, remove: fails, close() {} };
  const { outbox, isBack } = open(server, { storage });

  const clientId = await outbox.send("choir", "Hello");
  await until(() => server.requests.length === 1);
  await settle();
  isBack();
  await until(() => states(outbox)[0] === "Hello refused");
  await outbox.retry(clientId);
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("a storage that never answers holds up nothing for long", async () => {
  const hangs = () => new Promise(() => {});
  const server = new FakeServer();
  const storage = { load: hangs, put: hangs, remove: hangs, close() {} };
  const { outbox } = open(server, { storage });

  await outbox.send("choir", "Hello");
  await outbox.send("choir", "Again");
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Hello", "Again"]);
});
