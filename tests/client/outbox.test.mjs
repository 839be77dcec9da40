/** The outbox sends each message once and in order, whatever becomes of the requests. */

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { memoryStorage } from "../../schema/client/outbox/index.js";
import { FakeServer, lost, open as openOutbox, refusal, settle } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

const opened = [];
afterEach(() => opened.splice(0).forEach(({ outbox }) => outbox.close()));

function open(server, options) {
  const page = openOutbox(server, options);
  opened.push(page);
  return page;
}

const states = (outbox) => outbox.getSnapshot().map(({ body, state }) => `${body} ${state}`);
const isEmpty = (outbox) => () => outbox.getSnapshot().length === 0;

test("a message is in the snapshot at once, and gone when it is sent", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);

  const sending = outbox.send("choir", "Hello", { replyTo: 4, mentions: [{ id: "lena", name: "Lena" }] });
  const [entry] = outbox.getSnapshot();
  const clientId = await sending;

  assert.equal(entry.clientId, clientId);
  assert.match(clientId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(entry.body, "Hello");
  assert.equal(entry.state, "waiting");
  await until(isEmpty(outbox));
  const input = { conversationId: "choir", clientId, body: "Hello", replyTo: 4, mentions: ["lena"] };
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

test("without an answer the very same request is repeated, and the message is there once", async () => {
  const server = new FakeServer();
  const { outbox, isBack } = open(server);
  server.loseAnswers(2);

  await outbox.send("choir", "Hello");
  await outbox.send("choir", "Again");
  for (const count of [1, 2]) {
    await until(() => server.requests.length === count && outbox.getSnapshot()[0].state === "waiting");
    isBack();
  }
  await until(isEmpty(outbox));

  const [first, second, third] = server.requests;
  assert.deepEqual(first, second);
  assert.deepEqual(second, third);
  assert.deepEqual(server.bodies("choir"), ["Hello", "Again"]);
});

test("the pauses are longer and longer, and short again after an answer", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  context.mock.method(Math, "random", () => 1);
  const turn = async () => {
    for (let each = 0; each < 20; each++) await Promise.resolve();
  };
  const server = new FakeServer();
  const { outbox } = open(server);
  server.isDown = true;

  await turn();
  outbox.send("choir", "Hello");
  await turn();
  const pauses = [];
  for (let attempts = 1; attempts < 8; attempts++) {
    assert.equal(server.requests.length, attempts);
    let pause = 0;
    for (; server.requests.length === attempts; pause += 500) {
      context.mock.timers.tick(500);
      await turn();
    }
    pauses.push(pause / 1000);
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30]);

  server.isDown = false;
  context.mock.timers.tick(30_000);
  await turn();
  assert.deepEqual(server.bodies("choir"), ["Hello"]);
  server.fail(lost());
  outbox.send("choir", "Again");
  await turn();
  context.mock.timers.tick(1_000);
  await turn();
  assert.deepEqual(server.bodies("choir"), ["Hello", "Again"]);
});

test("a pause that the server asked for is kept, also if the connection is back", async () => {
  const server = new FakeServer();
  const { outbox, isBack } = open(server);
  server.fail(new TalkError("RATE_LIMITED", "Too often.", { retryable: true, retryAfter: 0.3 }));

  const begin = Date.now();
  await outbox.send("choir", "Hello");
  await until(() => server.requests.length === 1);
  await settle();
  isBack();
  await outbox.send("lunch", "Hi");
  await settle();
  assert.equal(server.requests.length, 1);

  await until(isEmpty(outbox));
  assert.ok(Date.now() - begin >= 290);
});

test("a conversation to which nothing goes does not hold up the others", async () => {
  const server = new FakeServer();
  const { outbox, isBack } = open(server);
  const stuck = ["one", "two", "three"];
  const { sendMessage } = server.verbs;
  server.verbs.sendMessage = async (input) => {
    if (stuck.includes(input.conversationId)) throw lost();
    return sendMessage(input);
  };

  for (const conversation of [...stuck, "choir"]) await outbox.send(conversation, "Hello");
  await settle();
  isBack();
  await until(() => server.bodies("choir").length);

  assert.deepEqual(states(outbox), Array(3).fill("Hello waiting"));
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

test("retry sends what was refused after all others, under the same client id", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.fail(refusal("SUSPENDED"));
  const clientId = await outbox.send("choir", "First");
  await until(() => states(outbox)[0] === "First refused");
  server.hold();
  await outbox.send("choir", "Second");

  const retried = outbox.retry(clientId);
  assert.deepEqual(states(outbox), ["Second sending", "First waiting"]);
  await retried;
  server.release();
  await until(isEmpty(outbox));

  assert.deepEqual(server.bodies("choir"), ["Second", "First"]);
  assert.equal(server.messages[1].clientId, clientId);
});

test("retry of a message that waits does not wait any longer", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.fail(lost());
  const clientId = await outbox.send("choir", "Hello");
  await until(() => states(outbox)[0] === "Hello waiting" && server.requests.length === 1);

  await outbox.retry(clientId);

  await until(isEmpty(outbox), 0.2);
});

test("without credentials everything waits, until the connection is back or the viewer writes", async () => {
  const server = new FakeServer();
  const { outbox, isBack } = open(server);
  const signedOut = () => new TalkError("UNAUTHENTICATED", "Sign in.");
  server.fail(signedOut(), signedOut());

  await outbox.send("choir", "Hello");
  await outbox.send("choir", "Again");
  await until(() => server.requests.length === 1);
  await settle();
  assert.deepEqual(states(outbox), ["Hello waiting", "Again waiting"]);
  await outbox.send("choir", "Anybody?");
  await settle();
  assert.equal(server.requests.length, 2);
  assert.deepEqual(states(outbox), ["Hello waiting", "Again waiting", "Anybody? waiting"]);

  isBack();
  await until(isEmpty(outbox));
  assert.deepEqual(server.bodies("choir"), ["Hello", "Again", "Anybody?"]);
});

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
  assert.deepEqual(server.requests.map(([name]) => name), ["sendMessage", "sendMessage"]);
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
  assert.deepEqual(server.requests.map(([name]) => name), ["sendMessage", "editMessage", "sendMessage"]);
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

test("the stores are told of a message while it is still in the outbox", async () => {
  const server = new FakeServer();
  const { outbox, told } = open(server);
  const clientId = await outbox.send("choir", "Hello");
  await until(isEmpty(outbox));

  const [[conversationId, message, snapshot]] = told;
  assert.equal(conversationId, "choir");
  assert.equal(message.clientId, clientId);
  assert.deepEqual(snapshot.map((entry) => entry.clientId), [clientId]);
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

  assert.deepEqual(server.requests.map(([name]) => name), ["sendMessage", "editMessage"]);
  assert.deepEqual(server.bodies("choir"), ["Hello"]);
});

test("there are at most 300 unsent messages", async () => {
  const server = new FakeServer();
  const { outbox } = open(server);
  server.hold();
  for (let each = 0; each < 300; each++) await outbox.send("choir", "Hello");

  await assert.rejects(outbox.send("choir", "Too many"), { name: "TalkError", code: "OUTBOX_FULL" });

  assert.equal(outbox.getSnapshot().length, 300);
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
