/** The token of requests: how the client gets it, and renews it when the server refuses it. */

import assert from "node:assert/strict";
import test from "node:test";

import { REFUSED, connected, failure, lettingIn } from "./requesting.mjs";
import { until } from "./until.mjs";

test("a refused token is renewed once, for all requests together", async (t) => {
  let asked = 0;
  const token = async () => `token ${(asked += 1)}`;
  const { server, connection } = await connected(t, { token });
  server.respond = lettingIn("token 2");

  await Promise.all([1, 2, 3, 4].map(() => connection.query("{ a }")));
  await connection.query("{ a }");

  assert.equal(asked, 2);
  assert.equal(server.requests.length, 9, "Four were refused, and five not.");
  assert.equal(connection.state.getSnapshot(), "connecting");
});

test("a slow refusal of an old token asks for no new one", async (t) => {
  let asked = 0;
  const { server, connection } = await connected(t, { token: () => `token ${(asked += 1)}` });
  let refuse = (_answer) => {};
  server.respond = (request, count) =>
    count === 1 ? new Promise((resolve) => (refuse = resolve)) : lettingIn("token 2")(request);

  const slow = connection.query("{ slow }");
  await until(() => server.requests.length);
  await connection.query("{ quick }");
  refuse(REFUSED);
  await slow;

  assert.equal(asked, 2);
});

test("who has no good token is signed out, until a token is good", async (t) => {
  let asked = 0;
  const { server, connection } = await connected(t, { token: () => `token ${(asked += 1)}` });
  server.respond = lettingIn("token 3");

  assert.equal((await failure(connection.query("{ a }"))).code, "UNAUTHENTICATED");
  assert.equal(connection.state.getSnapshot(), "signed out");
  assert.equal(asked, 2);
  await connection.query("{ a }");

  assert.equal(asked, 3);
  assert.equal(connection.state.getSnapshot(), "connecting");
});

test("a token that stays the same is not tried again", async (t) => {
  const { server, connection } = await connected(t);
  server.respond = () => REFUSED;

  assert.equal((await failure(connection.query("{ a }"))).code, "UNAUTHENTICATED");
  assert.equal(connection.state.getSnapshot(), "signed out");
  assert.equal(server.requests.length, 1);
});

test("nobody is signed in who has no token", async (t) => {
  const { server, connection } = await connected(t, { token: () => null });

  assert.equal((await failure(connection.query("{ a }"))).code, "UNAUTHENTICATED");
  assert.equal(connection.state.getSnapshot(), "signed out");
  assert.equal(server.requests.length, 0);
});

test("a token that can't be had now can be had later", async (t) => {
  let asked = 0;
  const cause = new Error("The page's server is away.");
  const token = () => {
    if ((asked += 1) === 1) throw cause;
    return "secret";
  };
  const { server, connection } = await connected(t, { token });
  server.respond = lettingIn("secret");

  const found = await failure(connection.query("{ a }"));
  await connection.query("{ a }");

  assert.deepEqual([found.code, found.retryable, found.cause], ["NETWORK", true, cause]);
});

test("a token is waited for until the time limit, or until the client is closed", async (t) => {
  const never = () => new Promise(() => {});
  const { connection } = await connected(t, { token: never }, { answer: 0.1 });
  const { connection: patient } = await connected(t, { token: never });

  const found = await failure(connection.query("{ a }"));
  const asked = failure(patient.query("{ a }"));
  patient.close();

  assert.deepEqual([found.code, found.retryable], ["TIMEOUT", true]);
  assert.equal((await asked).code, "CLOSED");
});

test("a token function that throws leaves nothing behind that fails when the client is closed", async (t) => {
  const unhandled = [];
  const note = (reason) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));
  const token = () => {
    throw new Error("The page's server is away.");
  };
  const { connection } = await connected(t, { token });
  await failure(connection.query("{ a }"));

  connection.close();
  await new Promise((resolve) => setTimeout(resolve, 20));

  assert.deepEqual(unhandled, []);
});
