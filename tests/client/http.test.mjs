/** Requests: what is sent, what their failures are called, and how long they take. */

import assert from "node:assert/strict";
import test from "node:test";

import { connected, error, failure } from "./requesting.mjs";
import { until } from "./until.mjs";

test("a request has a bearer token, and no other credentials", async (t) => {
  const { server, connection } = await connected(t);
  server.respond = () => ({ body: { data: { viewer: { name: "Mira" } } } });

  const data = await connection.query("query Who { viewer { name } }", { a: 1 });

  const [{ headers, body }] = server.requests;
  assert.deepEqual(data, { viewer: { name: "Mira" } });
  assert.deepEqual(body, { query: "query Who { viewer { name } }", variables: { a: 1 } });
  assert.equal(headers.authorization, "Bearer secret");
  assert.equal(headers.accept, "application/graphql-response+json");
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["x-csrftoken"], undefined);
});

test("with a session, a request has the cookie against forged requests", async (t) => {
  globalThis.document = Object.assign(new EventTarget(), { cookie: "a=%; csrftoken=Ab3; c=d" });
  t.after(() => delete globalThis.document);
  const { server, connection } = await connected(t, { token: undefined });

  await connection.query("{ viewer { name } }");

  const [{ headers }] = server.requests;
  assert.deepEqual([headers["x-csrftoken"], headers.authorization], ["Ab3", undefined]);
});

test("a cookie that Django did not write does no harm", async (t) => {
  globalThis.document = Object.assign(new EventTarget(), { cookie: "csrftoken=%" });
  t.after(() => delete globalThis.document);
  const { server, connection } = await connected(t, { token: undefined });

  await connection.query("{ viewer { name } }");

  assert.equal(server.requests[0].headers["x-csrftoken"], undefined);
});

test("what is asked after somebody else signed in is not asked in their name", async (t) => {
  globalThis.document = Object.assign(new EventTarget(), { cookie: "" });
  t.after(() => delete globalThis.document);
  const { server, connection } = await connected(t, { token: undefined });
  server.respond = ({ headers }) => {
    const isRight = `csrftoken=${headers["x-csrftoken"]}` === globalThis.document.cookie;
    return isRight
      ? { body: { data: {} } }
      : { status: 403, body: { errors: [error("CSRF_FAILED")] } };
  };
  assert.equal((await failure(connection.query("{ a }"))).code, "CSRF_FAILED");
  globalThis.document.cookie = "csrftoken=one";
  await connection.query("{ a }");

  globalThis.document.cookie = "csrftoken=two";
  assert.equal((await failure(connection.query("mutation { a }"))).code, "CSRF_FAILED");
  assert.equal(connection.state.getSnapshot(), "signed out");
  await connection.query("{ a }");

  assert.equal(connection.state.getSnapshot(), "connecting");
});

test("the token against forged requests can be given", async (t) => {
  const { server, connection } = await connected(t, { token: undefined, csrfToken: () => "given" });

  await connection.query("{ viewer { name } }");

  assert.equal(server.requests[0].headers["x-csrftoken"], "given");
});

test("an error has the code of the server, and says when to try again", async (t) => {
  const { server, connection } = await connected(t);
  const errors = [error("RATE_LIMITED", { retryable: true, retryAfter: 3 }), error("OTHER")];
  server.respond = () => ({ status: 429, headers: { "Retry-After": "7" }, body: { errors } });

  const { code, message, retryable, retryAfter } = await failure(connection.query("{ a }"));

  assert.deepEqual([code, message], ["RATE_LIMITED", "It is RATE_LIMITED"]);
  assert.deepEqual([retryable, retryAfter], [true, 3]);
});

test("an answer with data and an error is an error", async (t) => {
  const { server, connection } = await connected(t);
  server.respond = () => ({ body: { data: { a: null }, errors: [error("INTERNAL")] } });

  assert.equal((await failure(connection.query("{ a }"))).code, "INTERNAL");
});

for (const [what, answer, retryAfter] of [
  [
    "a proxy's page",
    { status: 502, headers: { "Retry-After": "5" }, body: "<h1>Bad Gateway</h1>" },
    5,
  ],
  [
    "a page with a date",
    { status: 503, headers: { "Retry-After": inAHundredSeconds() }, body: "Later" },
    100,
  ],
  [
    "a page with nonsense",
    { status: 503, headers: { "Retry-After": "soon" }, body: "Later" },
    undefined,
  ],
  ["a page with status 200", { body: "<form>Sign in</form>" }, undefined],
  ["JSON that is not GraphQL's", { status: 500, body: { detail: "Oh" } }, undefined],
  ["a list", { body: [] }, undefined],
  ["null", { body: "null" }, undefined],
  ["nothing", { body: "" }, undefined],
]) {
  test(`${what} is no answer of the server`, async (t) => {
    const { server, connection } = await connected(t);
    server.respond = () => answer;

    const found = await failure(connection.query("{ a }"));

    assert.deepEqual([found.code, found.retryable], ["NETWORK", true]);
    if (retryAfter === undefined) assert.equal(found.retryAfter, undefined);
    else assert.ok(found.retryAfter <= retryAfter && found.retryAfter > retryAfter / 2);
  });
}

function inAHundredSeconds() {
  return new Date(Date.now() + 100_000).toUTCString();
}

test("a server that is not there can be tried again", async (t) => {
  const { server, connection } = await connected(t);
  server.stop();

  const found = await failure(connection.query("{ a }"));

  assert.deepEqual([found.code, found.retryable], ["NETWORK", true]);
  assert.ok(found.cause instanceof Error, "The cause is told.");
});

test("an answer that does not come is waited for until the time limit", async (t) => {
  const { server, connection } = await connected(t, {}, { answer: 0.2 });
  server.respond = () => null;

  const begun = performance.now();
  const found = await failure(connection.query("{ a }"));

  assert.deepEqual([found.code, found.retryable], ["TIMEOUT", true]);
  assert.ok(performance.now() - begun < 2000);
});

test("a request can be given up", async (t) => {
  const { server, connection } = await connected(t);
  server.respond = () => null;
  const [before, later] = [new AbortController(), new AbortController()];
  before.abort();

  const asked = connection.query("{ a }", {}, { signal: later.signal });
  await until(() => server.requests.length);
  later.abort();

  await assert.rejects(asked, { name: "AbortError" });
  await assert.rejects(connection.query("{ a }", {}, { signal: before.signal }), {
    name: "AbortError",
  });
  assert.equal(server.requests.length, 1);
});

test("requests end when the client is closed, and others don't begin", async (t) => {
  const { server, connection } = await connected(t);
  server.respond = () => null;

  const asked = failure(connection.query("{ a }"));
  await until(() => server.requests.length);
  connection.close();

  assert.equal((await asked).code, "CLOSED");
  assert.equal((await failure(connection.query("{ a }"))).code, "CLOSED");
  const end = await new Promise((resolve) => {
    connection.subscribe("subscription { a }", () => ({}), { next() {}, end: resolve })();
  });
  assert.equal(end.code, "CLOSED");
});

test("each operation is told", async (t) => {
  const told = [];
  const { connection } = await connected(t, { onOperation: (each) => told.push(each) });

  await connection.query("query Who { viewer { name } }");
  await connection.query("{ viewer { name } }");
  await connection.query("\n  mutation Do($a: Int) { do(a: $a) { b } }", { a: 1 });

  const kinds = told.map(({ kind, name, variables }) => [kind, name, variables]);
  assert.deepEqual(kinds, [
    ["query", "Who", {}],
    ["query", "", {}],
    ["mutation", "Do", { a: 1 }],
  ]);
});

test("a query that succeeds after one without an answer says so", async (t) => {
  const { server, connection } = await connected(t);
  let times = 0;
  const stop = connection.whenBack(() => (times += 1));
  server.respond = () => ({ status: 502, body: "" });
  await failure(connection.query("{ a }"));
  server.respond = () => ({ body: { data: {} } });

  await connection.query("{ a }");
  await connection.query("{ a }");

  assert.equal(times, 1);
  stop();
});

test("the time is the server's, and what is late is counted from it", async (t) => {
  const { server, connection } = await connected(t);
  assert.ok(Math.abs(connection.now() - Date.now()) < 50, "Before any answer it is the page's.");
  const days = 3 * 24 * 3600 * 1000;
  const date = (time) => new Date(time).toUTCString();
  const headers = { Date: date(Date.now() - days), "Retry-After": date(Date.now() - days + 60_000) };
  server.respond = () => ({ status: 503, headers, body: "Later" });

  const { retryAfter } = await failure(connection.query("{ a }"));

  assert.ok(Math.abs(connection.now() + days - Date.now()) < 2_000);
  assert.ok(retryAfter > 55 && retryAfter <= 60, `${retryAfter} s`);
});
