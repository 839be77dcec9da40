/** The credentials of the socket: how they are renewed, and how the viewer is signed out and in. */

import assert from "node:assert/strict";
import test from "node:test";

import { connected, follow, running } from "./following.mjs";
import { pause, until } from "./until.mjs";

test("bad credentials are renewed once", async (t) => {
  let asked = 0;
  const { server, connection, states } = await connected(t, {
    token: () => `token ${(asked += 1)}`,
  });
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
  const { server, connection, states } = await connected(t, {
    token: () => `token ${(asked += 1)}`,
  });
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
  const { server, connection, states } = await connected(t, {
    token: () => `token ${(asked += 1)}`,
  });
  follow(connection);
  for (let count = 1; count <= 3; count += 1) {
    const socket = await running(server, count);
    await pause(0.4);
    socket.close(4403);
  }

  await running(server, 4);

  assert.ok(!states.includes("signed out"));
});

test("who is refused for good after a while is signed out, too", async (t) => {
  let asked = 0;
  const token = () => `token ${(asked += 1)}`;
  const { server, connection, states } = await connected(t, { token });
  follow(connection);
  const socket = await running(server, 1);
  await pause(0.4);
  server.onMessage = (each) => {
    each.close(4403);
    return false;
  };

  socket.close(4403);
  await until(() => states.at(-1) === "signed out");
  await pause(0.3);

  assert.equal(server.sockets.length, 2);
  assert.equal(asked, 2);
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

test("requests that succeed don't let a socket that is refused be tried in circles", async (t) => {
  const { server, connection, states } = await connected(t, { token: undefined });
  t.mock.method(Math, "random", () => 1);
  server.onMessage = (socket) => {
    socket.close(4403);
    return false;
  };
  connection.state.subscribe(() => {
    if (states.at(-1) === "signed out") connection.query("{ viewer { name } }");
  });

  follow(connection);
  await pause(1.5);

  // Pauses of 0.05, 0.1, 0.2, and then 0.4 seconds.
  assert.ok(server.sockets.length >= 4 && server.sockets.length <= 7, `${server.sockets.length}`);
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

test("the viewer stays signed out when nothing is subscribed to any more", async (t) => {
  const { server, connection, states } = await connected(t);
  server.onMessage = (socket) => {
    socket.close(4403);
    return false;
  };
  const followed = follow(connection);
  await until(() => states.at(-1) === "signed out");

  followed.stop();
  await pause(0.4);

  assert.deepEqual(states, ["signed out"]);
  await connection.query("{ viewer { name } }");
  assert.deepEqual(states, ["signed out", "connecting"]);
});
