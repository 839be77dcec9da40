/** The outbox shows, keeps and sends each message, in order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { memoryStorage } from "../../schema/client/outbox/index.js";
import { FakeServer, isEmpty, open, refusal, settle, states } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

test("a message is in the snapshot at once, and gone when it is sent", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);

  const sending = outbox.send("choir", "Hello", {
    replyTo: 4,
    // With something that no storage can keep.
    mentions: [{ id: "lena", name: "Lena", greet: () => "Hello" }],
  });
  const [entry] = outbox.getSnapshot();
  const clientId = await sending;

  assert.equal(entry.clientId, clientId);
  assert.match(clientId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(entry.body, "Hello");
  assert.equal(entry.state, "waiting");
  assert.deepEqual(entry.mentions, [{ id: "lena", name: "Lena" }]);
  await until(isEmpty(outbox));
  const input = {
    conversationId: "choir",
    clientId,
    body: "Hello",
    replyTo: 4,
    mentions: ["lena"],
  };
  assert.deepEqual(server.requests, [["sendMessage", { ...input, mentionAll: false }]]);
});

test("where there is no randomUUID, the client id is a UUID all the same", async (context) => {
  Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
  context.after(() => delete crypto.randomUUID);
  assert.equal(crypto.randomUUID, undefined);
  const { outbox } = open(new FakeServer());

  const clientId = await outbox.send("choir", "Hello");

  assert.match(clientId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("it is stored before it is sent, and removed when there is an answer", async () => {
  const server = new FakeServer();
  const kept = memoryStorage();
  const log = [];
  const storage = {
    ...kept,
    async put(entry) {
      await settle();
      await kept.put(entry);
      log.push(`stored ${server.requests.length}`);
    },
    async remove(clientId) {
      await kept.remove(clientId);
      log.push(`removed ${server.requests.length}`);
    },
  };
  const { outbox } = open(server, { storage });

  await outbox.send("choir", "Hello");
  await until(() => log.includes("removed 1"));

  assert.equal(log[0], "stored 0");
  assert.deepEqual(await kept.load(), []);
});

test("messages of a conversation go one after the other, those of others beside them", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();

  for (const body of ["1", "2", "3"]) {
    for (const conversation of ["choir", "lunch", "chess", "work"]) {
      await outbox.send(conversation, body);
    }
  }
  await settle();
  const first = server.requests.map(([, { conversationId, body }]) => `${conversationId} ${body}`);
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(first, ["choir 1", "lunch 1", "chess 1"]);
  assert.equal(server.most, 3);
  for (const conversation of ["choir", "lunch", "chess", "work"]) {
    assert.deepEqual(server.bodies(conversation), ["1", "2", "3"]);
  }
});

test("what a rule refuses is kept with its error, and the next messages go", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.fail(refusal("BODY_TOO_LONG", ["body"]));

  await outbox.send("choir", "Long");
  await outbox.send("choir", "Short");
  await until(() => server.bodies("choir").length);

  assert.deepEqual(states(outbox), ["Long refused"]);
  const [{ error }] = outbox.getSnapshot();
  assert.equal(error.name, "Refusal");
  assert.deepEqual([error.code, error.path], ["BODY_TOO_LONG", ["body"]]);
});

test("an error that trying again does not help is kept in the same way", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.fail(new TalkError("LIMIT_EXCEEDED", "The answer is too long."));

  await outbox.send("choir", "Hello");
  await outbox.send("choir", "Again");
  await until(() => server.bodies("choir").length);

  assert.deepEqual(states(outbox), ["Hello refused"]);
  assert.equal(outbox.getSnapshot()[0].error.code, "LIMIT_EXCEEDED");
});

test("there are at most 300 unsent messages", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  for (let each = 0; each < 300; each++) await outbox.send("choir", "Hello");

  await assert.rejects(outbox.send("choir", "Too many"), {
    name: "TalkError",
    code: "OUTBOX_FULL",
  });

  assert.equal(outbox.getSnapshot().length, 300);
});
