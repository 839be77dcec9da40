/** The outbox repeats what has no answer, and waits between the attempts. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { FakeServer, isEmpty, lost, open, refusal, settle, states } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

test("without an answer the very same request is repeated, and the message is there once", async () => {
  const server = new FakeServer();
  const { outbox, isBack } = open(server);
  server.loseAnswers(2);

  await outbox.send("choir", "Hello");
  await outbox.send("choir", "Again");
  for (const count of [1, 2]) {
    await until(
      () => server.requests.length === count && outbox.getSnapshot()[0].state === "waiting",
    );
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

for (const code of ["UNAUTHENTICATED", "CSRF_FAILED"]) {
  test(`at ${code} everything waits until it is known who is signed in`, async () => {
    const server = new FakeServer();
    const { outbox, isBack, viewer } = open(server);
    server.fail(new TalkError(code, "Sign in."));

    await outbox.send("choir", "Hello");
    const clientId = await outbox.send("choir", "Again");
    await until(() => server.requests.length === 1);
    await settle();
    isBack();
    await outbox.send("choir", "Anybody?");
    await outbox.retry(clientId);
    await settle();
    assert.equal(server.requests.length, 1);
    assert.deepEqual(states(outbox), ["Hello waiting", "Again waiting", "Anybody? waiting"]);

    viewer.set({ id: "mira" });
    await until(isEmpty(outbox));
    assert.deepEqual(server.bodies("choir"), ["Hello", "Again", "Anybody?"]);
  });
}
