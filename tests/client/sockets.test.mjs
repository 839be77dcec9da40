/** Subscriptions: over one socket, which is opened again after whatever ends it. */

import assert from "node:assert/strict";
import test from "node:test";

import { connect } from "../../schema/client/connection/index.js";
import { fakeServer } from "./fake.mjs";
import { pause, until } from "./until.mjs";

const DOCUMENT = "subscription Changes($after: Int) { changes(after: $after) { revision } }";
/** So that nobody waits for long. */
const QUICK = { firstPause: 0.05, longestPause: 0.4, settled: 0.3, idle: 0.2 };

async function connected(t, options = {}, times = {}) {
  const server = await fakeServer(t);
  const connection = connect({ url: server.url, token: "secret", ...options }, { ...QUICK, ...times });
  t.after(() => connection.close());
  const states = [];
  connection.state.subscribe(() => states.push(connection.state.getSnapshot()));
  return { server, connection, states };
}

/** A subscription that remembers what it was told, and goes on after that. */
function follow(connection, document = DOCUMENT) {
  const followed = { heard: [], ends: [], stop: () => {} };
  const variables = () => ({ after: followed.heard.at(-1)?.changes.revision ?? 0 });
  followed.stop = connection.subscribe(document, variables, {
    next: (data) => followed.heard.push(data),
    end: (error) => followed.ends.push(error?.code ?? null),
  });
  return followed;
}

/** Wait until a socket runs so many operations. */
async function running(server, sockets, operations = 1) {
  await until(() => server.sockets.length === sockets && server.socket.running.length === operations);
  return server.socket;
}

function timers() {
  return process.getActiveResourcesInfo().filter((each) => each === "Timeout").length;
}

test("subscriptions share a socket, which has a bearer token", async (t) => {
  const { server, connection, states } = await connected(t);

  const [one, two] = [follow(connection), follow(connection)];
  const socket = await running(server, 1, 2);
  const [first, second] = socket.got("subscribe");
  socket.next({ changes: { revision: 1 } }, first.id);
  socket.next({ changes: { revision: 2 } }, second.id);
  await until(() => two.heard.length);

  assert.deepEqual(socket.got("connection_init"), [
    { type: "connection_init", payload: { Authorization: "Bearer secret" } },
  ]);
  assert.equal(socket.headers["sec-websocket-protocol"], "graphql-transport-ws");
  assert.deepEqual(first.payload, { query: DOCUMENT, variables: { after: 0 } });
  assert.deepEqual([one.heard, two.heard], [[{ changes: { revision: 1 } }], [{ changes: { revision: 2 } }]]);
  assert.deepEqual(states, ["live"]);
});

test("with a session, the socket has no credentials of its own", async (t) => {
  const { server, connection } = await connected(t, { token: undefined });

  follow(connection);
  const socket = await running(server, 1);

  assert.deepEqual(socket.got("connection_init"), [{ type: "connection_init" }]);
});

test("no socket is open while nothing is subscribed to", async (t) => {
  const { server, connection, states } = await connected(t);
  assert.equal(server.sockets.length, 0);

  const first = follow(connection);
  const socket = await running(server, 1);
  first.stop();
  first.stop();
  const second = follow(connection);
  await pause(0.3);
  assert.equal(server.socket, socket, "Who subscribes again in a moment finds the same socket.");
  second.stop();
  await until(() => !socket.isOpen);

  assert.equal(socket.closedWith, 1000);
  assert.deepEqual(socket.got("complete").length, 2);
  assert.deepEqual(states, ["live", "connecting"]);
  follow(connection);
  await running(server, 2);
});

test("nothing is tried any more when nobody listens any more", async (t) => {
  const { server, connection, states } = await connected(t);
  server.accepts = false;

  const { stop } = follow(connection);
  await until(() => states.includes("away"));
  stop();
  await until(() => states.at(-1) === "connecting");
  server.accepts = true;
  await pause(0.5);

  assert.equal(server.sockets.length, 0);
});

test("after a cut, a subscription begins again where it ended", async (t) => {
  const { server, connection, states } = await connected(t);
  const followed = follow(connection);
  const first = await running(server, 1);
  first.next({ changes: { revision: 7 } });
  await until(() => followed.heard.length);

  first.cut();
  const second = await running(server, 2);

  assert.deepEqual(second.got("subscribe")[0].payload.variables, { after: 7 });
  assert.deepEqual(states, ["live", "away", "live"]);
  assert.deepEqual(followed.ends, []);
});

test("what ended or was stopped does not begin again", async (t) => {
  const { server, connection } = await connected(t);
  const [ended, failed, stopped, kept] = [1, 2, 3, 4].map(() => follow(connection));
  const socket = await running(server, 1, 4);
  const ids = socket.got("subscribe").map((each) => each.id);
  socket.say({ id: ids[0], type: "complete" });
  const errors = [{ message: "Ask again.", extensions: { code: "RESYNC_REQUIRED", retryable: false } }];
  socket.say({ id: ids[1], type: "next", payload: { data: null, errors } });
  socket.say({ id: ids[1], type: "complete" });
  stopped.stop();
  socket.next({ late: true }, ids[2]);
  await until(() => failed.ends.length);

  socket.cut();
  await running(server, 2, 1);

  assert.deepEqual([ended, failed, stopped, kept].map((each) => each.ends), [
    [null],
    ["RESYNC_REQUIRED"],
    [],
    [],
  ]);
  assert.deepEqual([failed.heard, stopped.heard], [[], []]);
});

for (const code of [1000, 1001, 1006, 4400, 4401, 4406, 4408, 4409, 4413, 4429, 4500, 4503, 4504]) {
  test(`after the close code ${code} the client connects again`, async (t) => {
    const { server, connection } = await connected(t);
    const followed = follow(connection);
    const socket = await running(server, 1);

    const closedAt = performance.now();
    if (code === 1006) socket.cut();
    else socket.close(code);
    const next = await running(server, 2);

    const slower = [4400, 4413, 4429, 4500].includes(code);
    assert.equal(next.openedAt - closedAt > 950, slower, "It is slower if the server says so.");
    assert.deepEqual(followed.ends, []);
  });
}

test("a server that refuses connections is tried less and less often", async (t) => {
  const { server, connection, states } = await connected(t, {}, { firstPause: 0.1, longestPause: 10 });
  // The longest pause that chance allows.
  t.mock.method(Math, "random", () => 1);
  const begun = performance.now();
  server.onMessage = (socket) => {
    socket.close(4503);
    return false;
  };

  follow(connection);
  await until(() => server.sockets.length === 5);

  const times = server.sockets.map((each) => each.openedAt - begun);
  const pauses = times.slice(1).map((time, index) => (time - times[index]) / 100);
  for (const [index, factor] of [1, 2, 4, 8].entries()) {
    assert.ok(pauses[index] >= factor * 0.95 && pauses[index] < factor + 1.5, String(pauses));
  }
  assert.deepEqual(states, ["away"]);
});

test("clients don't come back all at once", async (t) => {
  const { server, connection } = await connected(t, {}, { firstPause: 5 });
  t.mock.method(Math, "random", () => 0);

  follow(connection);
  (await running(server, 1)).close(4503);

  await running(server, 2);
});

test("failures of before a connection that lasted count no more", async (t) => {
  const { server, connection } = await connected(t, {}, { firstPause: 0.1, longestPause: 10 });
  t.mock.method(Math, "random", () => 1);
  const closeAtOnce = (socket) => {
    socket.close(4503);
    return false;
  };
  server.onMessage = closeAtOnce;
  follow(connection);
  await until(() => server.sockets.length === 3);
  server.onMessage = () => true;
  const socket = await running(server, 4);
  await pause(0.4);

  const closedAt = performance.now();
  socket.close(4503);
  const next = await running(server, 5);

  assert.ok(next.openedAt - closedAt < 200, String(next.openedAt - closedAt));
});

test("a handshake that is never answered is given up", async (t) => {
  const { server, connection, states } = await connected(t, {}, { handshake: 0.2 });
  server.onMessage = () => server.sockets.length > 1;

  follow(connection);
  await running(server, 2);

  assert.deepEqual(states, ["away", "live"]);
});

test("a silent socket is asked for a sign of life, and lost without one", async (t) => {
  const { server, connection, states } = await connected(t, {}, { silence: 0.2, pong: 0.2 });
  follow(connection);
  const socket = await running(server, 1);
  await pause(1);
  assert.equal(server.sockets.length, 1, "It answers.");
  assert.ok(socket.got("ping").length >= 3, "It was asked.");
  const silentAt = performance.now();
  server.onMessage = (each) => each !== socket;

  const next = await running(server, 2);

  assert.ok(next.openedAt - silentAt < 700);
  assert.deepEqual(states, ["live", "away", "live"]);
});

test("a socket that is not silent is not asked", async (t) => {
  const { server, connection } = await connected(t, {}, { silence: 0.2, pong: 0.1 });
  follow(connection);
  const socket = await running(server, 1);

  for (let i = 0; i < 10; i += 1) {
    socket.next({ changes: { revision: i } });
    await pause(0.05);
  }

  assert.equal(socket.got("ping").length, 0);
});

test("pings of the server are answered", async (t) => {
  const { server, connection } = await connected(t);
  follow(connection);
  const socket = await running(server, 1);

  socket.say({ type: "ping" });

  await until(() => socket.got("pong").length === 1);
});

test("a server that speaks something else is left", async (t) => {
  const { server, connection } = await connected(t);
  const followed = follow(connection);
  const socket = await running(server, 1);

  socket.say("<h1>");
  const next = await running(server, 2);
  next.say({ type: "next", id: "unknown", payload: {} });
  next.say({ type: "unknown" });
  next.next({ changes: { revision: 1 } });
  await until(() => followed.heard.length);

  assert.equal(socket.closedWith, 4400);
});

test("bad credentials are renewed once", async (t) => {
  let asked = 0;
  const { server, connection, states } = await connected(t, { token: () => `token ${(asked += 1)}` });
  const followed = follow(connection);
  const socket = await running(server, 1);

  socket.fail("UNAUTHENTICATED");
  socket.close(4403);
  const next = await running(server, 2);

  assert.deepEqual(next.got("connection_init")[0].payload, { Authorization: "Bearer token 2" });
  assert.deepEqual(states, ["live", "connecting", "live"]);
  assert.deepEqual(followed.ends, []);
});

test("who is refused twice is signed out, until a query succeeds", async (t) => {
  let asked = 0;
  const { server, connection, states } = await connected(t, { token: () => `token ${(asked += 1)}` });
  server.onMessage = (socket) => {
    if (asked > 2) return true;
    socket.close(4403);
    return false;
  };
  const followed = follow(connection);
  await until(() => states.at(-1) === "signed out");
  await pause(0.5);
  assert.equal(server.sockets.length, 2, "Nothing is tried any more.");

  await connection.query("{ viewer { name } }");
  await running(server, 3);

  assert.deepEqual(states, ["signed out", "connecting", "live"]);
  assert.equal(asked, 3);
  assert.deepEqual(followed.ends, []);
});

test("a token that stays the same is not tried again", async (t) => {
  const { server, connection, states } = await connected(t);
  follow(connection);
  (await running(server, 1)).close(4403);

  await until(() => states.at(-1) === "signed out");

  assert.equal(server.sockets.length, 1);
});

test("a credential that is refused each time after a while is renewed each time", async (t) => {
  let asked = 0;
  const { server, connection, states } = await connected(t, { token: () => `token ${(asked += 1)}` });
  follow(connection);
  for (let count = 1; count <= 3; count += 1) {
    const socket = await running(server, count);
    await pause(0.4);
    socket.close(4403);
  }

  await running(server, 4);

  assert.ok(!states.includes("signed out"));
});

test("with a session, nobody else's is tried: the viewer is signed out", async (t) => {
  const { server, connection, states } = await connected(t, { token: undefined });
  // To a socket without a session the server says so only when something is asked.
  server.onMessage = (socket, { type }) => {
    if (type !== "subscribe") return true;
    socket.fail("UNAUTHENTICATED", {}, socket.got("subscribe").at(-1).id);
    return false;
  };
  const followed = follow(connection);
  await until(() => states.at(-1) === "signed out");
  assert.equal(server.sockets.length, 1);

  server.onMessage = () => true;
  await connection.query("{ viewer { name } }");
  await running(server, 2);

  assert.deepEqual(states, ["live", "connecting", "signed out", "connecting", "live"]);
  assert.deepEqual(followed.ends, []);
});

test("a session's socket that is closed for want of credentials is signed out, too", async (t) => {
  const { server, connection, states } = await connected(t, { token: undefined });
  server.onMessage = (socket) => {
    socket.close(4408);
    return false;
  };

  follow(connection);
  await until(() => states.at(-1) === "signed out");

  assert.equal(server.sockets.length, 1);
});

test("a socket is not opened again with the session of somebody else", async (t) => {
  globalThis.document = Object.assign(new EventTarget(), { cookie: "csrftoken=one" });
  t.after(() => delete globalThis.document);
  const { server, connection, states } = await connected(t, { token: undefined });
  follow(connection);
  await connection.query("{ viewer { name } }");
  const socket = await running(server, 1);

  globalThis.document.cookie = "csrftoken=two";
  socket.cut();
  await until(() => states.at(-1) === "signed out");
  assert.equal(server.sockets.length, 1);
  await connection.query("{ viewer { name } }");
  await running(server, 2);

  const sent = server.requests.map(({ headers }) => headers["x-csrftoken"]);
  assert.deepEqual(sent, ["one", "two"]);
});

test("while no token can be had, the client is away", async (t) => {
  let asked = 0;
  const token = () => {
    if ((asked += 1) < 3) throw new Error("The page's server is away.");
    return "secret";
  };
  const { server, connection, states } = await connected(t, { token });

  follow(connection);
  await running(server, 1);

  assert.deepEqual(states, ["away", "live"]);
});

test("a stream that fails for the moment begins again, later and later", async (t) => {
  const { server, connection } = await connected(t, {}, { firstPause: 0.1, longestPause: 10 });
  t.mock.method(Math, "random", () => 1);
  const begun = [];
  server.onMessage = (socket, { type }) => {
    if (type !== "subscribe") return true;
    begun.push(performance.now());
    if (begun.length < 5) socket.fail("UNAVAILABLE", { retryable: true, retryAfter: 0.2 });
    return false;
  };

  const followed = follow(connection);
  await until(() => begun.length === 5);

  const pauses = begun.slice(1).map((time, index) => (time - begun[index]) / 100);
  for (const [index, factor] of [3, 4, 6, 10].entries()) {
    assert.ok(pauses[index] >= factor * 0.95 && pauses[index] < factor + 1.5, String(pauses));
  }
  assert.equal(server.sockets.length, 1);
  assert.deepEqual(followed.ends, []);
});

test("a stream that is to wait waits also if the socket is cut meanwhile", async (t) => {
  const { server, connection } = await connected(t);
  follow(connection);
  const socket = await running(server, 1);
  const failedAt = performance.now();
  socket.fail("RATE_LIMITED", { retryable: true, retryAfter: 1 });
  await pause(0.1);
  socket.cut();

  const next = await running(server, 2);

  assert.ok(performance.now() - failedAt > 950);
  assert.ok(next.openedAt - failedAt < 900, "The socket was there before.");
});

test("a subscription that is too long for the server is not sent", async (t) => {
  const { server, connection } = await connected(t);
  const kept = follow(connection);
  const long = follow(connection, `${DOCUMENT} # ${"x".repeat(70_000)}`);
  await running(server, 1);

  await until(() => long.ends.length);

  assert.deepEqual(long.ends, ["LIMIT_EXCEEDED"]);
  server.socket.next({ changes: { revision: 1 } });
  await until(() => kept.heard.length);
});

test("what is of the moment is told over a live socket, and dropped otherwise", async (t) => {
  const told = [];
  const { server, connection } = await connected(t, { onOperation: (each) => told.push(each.name) });
  const document = "mutation SetTyping($input: SetTypingInput!) { setTyping(input: $input) { typing } }";
  connection.tell(document, { input: 1 });
  follow(connection);
  const socket = await running(server, 1);

  connection.tell(document, { input: 2 });
  await running(server, 1, 2);
  socket.next({ setTyping: {} });
  socket.fail("RATE_LIMITED");

  const sent = socket.got("subscribe").map(({ payload }) => payload.variables);
  assert.deepEqual(sent, [{ after: 0 }, { input: 2 }]);
  assert.deepEqual(told, ["Changes", "SetTyping"]);
});

test("it is told each time that the socket is live", async (t) => {
  const { server, connection } = await connected(t);
  let times = 0;
  const stop = connection.whenBack(() => (times += 1));
  follow(connection);
  (await running(server, 1)).cut();
  (await running(server, 2)).cut();
  await running(server, 3);
  stop();
  server.socket.cut();
  await running(server, 4);

  assert.equal(times, 3);
});

test("after it is closed, nothing runs on", async (t) => {
  const before = timers();
  const { server, connection: live } = await connected(t);
  const { server: busy, connection: waiting, states } = await connected(t, {}, { firstPause: 60 });
  const { connection: opening } = await connected(t, { token: () => new Promise(() => {}) });
  const { server: slow, connection: shaking } = await connected(t);
  slow.onMessage = () => false;
  busy.accepts = false;
  const followed = [live, waiting, opening, shaking].map((each) => follow(each));
  const socket = await running(server, 1);
  socket.fail("UNAVAILABLE", { retryable: true, retryAfter: 60 });
  await until(() => states.includes("away") && slow.sockets.length);
  assert.ok(timers() > before, "for this test to mean anything");

  for (const each of [live, waiting, opening, shaking]) each.close();
  await until(() => !socket.isOpen && !slow.socket.isOpen);

  await until(() => timers() === before);
  for (const each of followed) each.stop();
  assert.deepEqual(followed.map((each) => each.ends), [[], [], [], []]);
  assert.equal(timers(), before);
});

test("where there is no WebSocket, it is said", async (t) => {
  const { connection } = await connected(t);
  const { WebSocket } = globalThis;
  globalThis.WebSocket = undefined;
  t.after(() => (globalThis.WebSocket = WebSocket));
  const without = connect({ url: "http://127.0.0.1:1/graphql" });

  assert.throws(() => follow(without), /There is no WebSocket here/);
  follow(connection);
});
