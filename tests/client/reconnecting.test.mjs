/** Subscriptions go on after whatever ends their socket or fails them for the moment. */

import assert from "node:assert/strict";
import test from "node:test";

import { connected, follow, running } from "./following.mjs";
import { pause, until } from "./until.mjs";

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
  const errors = [
    { message: "Ask again.", extensions: { code: "RESYNC_REQUIRED", retryable: false } },
  ];
  socket.say({ id: ids[1], type: "next", payload: { data: null, errors } });
  socket.say({ id: ids[1], type: "complete" });
  stopped.stop();
  socket.next({ late: true }, ids[2]);
  await until(() => failed.ends.length);

  socket.cut();
  await running(server, 2, 1);

  assert.deepEqual(
    [ended, failed, stopped, kept].map((each) => each.ends),
    [[null], ["RESYNC_REQUIRED"], [], []],
  );
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
  const { server, connection, states } = await connected(
    t,
    {},
    { firstPause: 0.1, longestPause: 10 },
  );
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
    assert.ok(pauses[index] >= factor * 0.95 && pauses[index] < factor + 4, String(pauses));
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
  const { server, connection } = await connected(t, {}, { firstPause: 0.2, longestPause: 10 });
  t.mock.method(Math, "random", () => 1);
  const closeAtOnce = (socket) => {
    socket.close(4503);
    return false;
  };
  server.onMessage = closeAtOnce;
  follow(connection);
  await until(() => server.sockets.length === 3 && !server.socket.isOpen);
  server.onMessage = () => true;
  const socket = await running(server, 4);
  await pause(0.4);

  const closedAt = performance.now();
  socket.close(4503);
  const next = await running(server, 5);

  assert.ok(next.openedAt - closedAt < 1200, String(next.openedAt - closedAt));
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

  assert.ok(next.openedAt - silentAt < 3000);
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
    assert.ok(pauses[index] >= factor * 0.95 && pauses[index] < factor + 4, String(pauses));
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

test("without a socket, requests tell whether the server is away", async (t) => {
  const { server, connection, states } = await connected(t);
  server.respond = () => ({ status: 502, body: "Bad Gateway" });
  await connection.query("{ a }").catch(() => {});
  server.respond = () => ({ body: { data: {} } });
  await connection.query("{ a }");

  assert.deepEqual(states, ["away", "connecting"]);
});
