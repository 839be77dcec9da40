/** Subscriptions share one socket, which is there while they are. */

import assert from "node:assert/strict";
import test from "node:test";

import { connect } from "../../schema/client/connection/index.js";
import { DOCUMENT, connected, follow, running } from "./following.mjs";
import { pause, until } from "./until.mjs";

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
  assert.deepEqual(
    [one.heard, two.heard],
    [[{ changes: { revision: 1 } }], [{ changes: { revision: 2 } }]],
  );
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

test("pings of the server are answered", async (t) => {
  const { server, connection } = await connected(t);
  follow(connection);
  const socket = await running(server, 1);

  socket.say({ type: "ping" });

  await until(() => socket.got("pong").length === 1);
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
  const { server, connection } = await connected(t, {
    onOperation: (each) => told.push(each.name),
  });
  const document =
    "mutation SetTyping($input: SetTypingInput!) { setTyping(input: $input) { typing } }";
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
  assert.deepEqual(
    followed.map((each) => each.ends),
    [[], [], [], []],
  );
  assert.equal(timers(), before);
});

test("where there is no WebSocket, it is said", async (t) => {
  const { connection } = await connected(t);
  const { WebSocket } = globalThis;
  globalThis.WebSocket = undefined;
  t.after(() => (globalThis.WebSocket = WebSocket));
  const without = connect({ url: "http://127.0.0.1:1/graphql" });

  const followed = follow(without);
  await until(() => followed.ends.length);

  assert.deepEqual(followed.ends, ["NO_WEBSOCKET"]);
  follow(connection);
});

test("who subscribes as soon as the socket is live is told each change once", async (t) => {
  const { server, connection } = await connected(t);
  follow(connection);
  let late;
  connection.state.subscribe(() => {
    if (connection.state.getSnapshot() === "live") late ??= follow(connection);
  });
  const socket = await running(server, 1, 2);
  await pause(0.1);

  for (const { id } of socket.got("subscribe")) socket.next({ changes: { revision: 1 } }, id);
  await until(() => late.heard.length);
  await pause(0.05);

  assert.equal(socket.got("subscribe").length, 2);
  assert.deepEqual(late.heard, [{ changes: { revision: 1 } }]);
});

test("an error of a socket that was closed while it was opened is nobody's fault", async (t) => {
  // As the package `ws` does for Node: an `error` that nobody listens to ends the process.
  let raw;
  class Raw {
    constructor() {
      raw = this;
      this.readyState = 0;
    }
    close() {
      if (typeof this.onerror !== "function") throw new Error("Unhandled error event");
      this.onerror();
    }
  }
  const connection = connect({ url: "http://127.0.0.1:1/graphql", token: "a", WebSocket: Raw });
  follow(connection);
  await until(() => raw);

  connection.close();

  assert.equal(connection.state.getSnapshot(), "connecting");
});
