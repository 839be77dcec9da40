/** When the client is closed, the outbox keeps what it was given before, and does nothing any more. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { memoryStorage } from "../../schema/client/outbox/index.js";
import { FakeServer, lost, open, settle, states } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

/** A storage that takes its time, and what was done with it: `load`, `put`, `remove`, `close`. */
function slowStorage() {
  const kept = memoryStorage();
  const log = [];
  const slow = (name) => async (given) => {
    log.push(name);
    await settle();
    return kept[name](given);
  };
  const [load, put, remove] = ["load", "put", "remove"].map(slow);
  return { load, put, remove, close: () => log.push("close"), log, kept };
}

for (const [when, wait] of [
  ["while the outbox begins", () => {}],
  ["later", settle],
]) {
  test(`what is given just before the client is closed is kept, ${when}`, async () => {
    const server = new FakeServer();
    const storage = memoryStorage();
    const { outbox } = open(server, { storage });
    await wait();

    const sending = outbox.send("choir", "Hello");
    outbox.close();

    const clientId = await sending;
    const kept = (await storage.load()).map((entry) => [entry.clientId, entry.body]);
    assert.deepEqual(kept, [[clientId, "Hello"]]);
    await settle();
    assert.equal(server.requests.length, 0);
  });
}

test("a message that was about to go when the client was closed does not go", async () => {
  const server = new FakeServer();
  const storage = slowStorage();
  const { outbox } = open(server, { storage });
  await outbox.send("choir", "Hello");
  await until(() => states(outbox)[0] === "Hello sending");

  outbox.close();
  await until(() => storage.log.includes("close"));
  await settle();

  assert.equal(server.requests.length, 0);
  assert.equal((await storage.kept.load()).length, 1);
});

test("a storage is not used any more after it was closed, and is closed once", async () => {
  const server = new FakeServer();
  server.hold();
  const storage = slowStorage();
  const { outbox, isBack } = open(server, { storage });
  const clientId = await outbox.send("choir", "Hello");
  await until(() => server.requests.length === 1);
  isBack();

  outbox.close();
  server.release();
  assert.equal(await outbox.edit(clientId, "Other"), false);
  assert.equal(await outbox.discard(clientId), false);
  await until(() => storage.log.includes("close"));
  await settle();
  await settle();

  assert.equal(storage.log.indexOf("close"), storage.log.length - 1);
});

test("a storage is closed also if the client is closed before it was opened", async () => {
  const storage = slowStorage();
  const { outbox } = open(new FakeServer(), { storage });

  outbox.close();
  await until(() => storage.log.includes("close"));
  await settle();

  assert.deepEqual(storage.log, ["close"]);
});

test("an attempt that fails after the client was closed starts no timer", async (context) => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  await outbox.send("choir", "Hello");
  await until(() => server.requests.length === 1);
  outbox.close();
  await settle();

  const timers = context.mock.method(globalThis, "setTimeout");
  server.fail(lost());
  server.release();
  await new Promise((resolve) => setImmediate(resolve));

  assert.equal(timers.mock.callCount(), 0);
});

test("what one viewer sent is not shown to the next one when it is answered", async () => {
  const server = new FakeServer();
  const storages = { mira: memoryStorage(), lena: memoryStorage() };
  const { outbox, viewer, told } = open(server, { storage: (viewerId) => storages[viewerId] });
  server.hold();
  await outbox.send("choir", "From Mira");
  await until(() => server.requests.length === 1);

  viewer.set({ id: "lena" });
  server.release();
  await settle();

  assert.deepEqual(server.bodies("choir"), ["From Mira"]);
  assert.deepEqual(told, []);
});
