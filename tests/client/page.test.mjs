/** What the connection does when a page tells of its network or of its viewer. */

import assert from "node:assert/strict";
import test from "node:test";

import { connect } from "../../schema/client/connection/index.js";
import { fakeServer } from "./fake.mjs";
import { pause, until } from "./until.mjs";

/** Pauses that no test waits for. */
const SLOW = { firstPause: 60, longestPause: 60 };

/** A client in a page. */
async function connected(t, options = {}, times = {}) {
  const [document, window] = [new EventTarget(), new EventTarget()];
  Object.assign(globalThis, {
    document: Object.assign(document, { visibilityState: "visible", cookie: "" }),
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  });
  const server = await fakeServer(t);
  t.mock.method(Math, "random", () => 1);
  const given = { url: server.url, token: "secret", ...options };
  const connection = connect(given, { ...SLOW, ...times });
  t.after(() => {
    connection.close();
    delete globalThis.document;
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  const backs = [];
  connection.whenBack(() => backs.push(connection.state.getSnapshot()));
  connection.subscribe("subscription { a }", () => ({}), { next() {}, end() {} });
  return { server, connection, backs, document, window };
}

const EVENTS = {
  "is online": ({ window }) => window.dispatchEvent(new Event("online")),
  "is thawed": ({ window }) => window.dispatchEvent(new Event("pageshow")),
  "is shown": ({ document }) => document.dispatchEvent(new Event("visibilitychange")),
};

for (const [name, happen] of Object.entries(EVENTS)) {
  test(`a page that ${name} connects at once`, async (t) => {
    const page = await connected(t);
    const { server, connection, backs } = page;
    await until(() => server.sockets.length);
    server.socket.cut();
    await until(() => connection.state.getSnapshot() === "away");

    const before = backs.length;
    happen(page);
    await until(() => connection.state.getSnapshot() === "live", 2);

    assert.deepEqual(backs.slice(before), ["away", "live"]);
    assert.equal(server.sockets.length, 2);
  });

  test(`a page that ${name} looks whether its socket lives`, async (t) => {
    const page = await connected(t, {}, { pong: 0.2 });
    const { server, connection } = page;
    await until(() => connection.state.getSnapshot() === "live");

    happen(page);
    happen(page);
    await until(() => server.socket.got("pong").length + server.socket.got("ping").length);
    await pause(0.4);

    assert.equal(server.socket.got("ping").length, 1);
    assert.equal(connection.state.getSnapshot(), "live");
  });

  test(`a page that ${name} can ask whether its viewer is signed in again`, async (t) => {
    let token = null;
    const page = await connected(t, { token: () => token }, { firstPause: 0.05 });
    const { connection } = page;
    await until(() => connection.state.getSnapshot() === "signed out");
    connection.whenBack(() => connection.query("{ viewer { id } }").catch(() => {}));

    happen(page);
    await pause(0.05);
    assert.equal(connection.state.getSnapshot(), "signed out");
    token = "secret";
    happen(page);

    await until(() => connection.state.getSnapshot() === "live");
  });
}

test("a page that is hidden does nothing", async (t) => {
  const { server, connection, document, backs } = await connected(t);
  await until(() => connection.state.getSnapshot() === "live");
  document.visibilityState = "hidden";

  document.dispatchEvent(new Event("visibilitychange"));
  await pause(0.1);

  assert.equal(server.socket.got("ping").length, 0);
  assert.equal(backs.length, 1);
});

test("a page that goes offline finds out at once whether its socket lives", async (t) => {
  const { server, connection, window } = await connected(t, {}, { pong: 0.1 });
  await until(() => connection.state.getSnapshot() === "live");
  server.onMessage = () => false;

  window.dispatchEvent(new Event("offline"));

  await until(() => connection.state.getSnapshot() === "away", 1);
});

test("an attempt from before the network was back begins anew", async (t) => {
  const { server, connection, window } = await connected(t, {}, { handshake: 60 });
  server.onMessage = () => server.sockets.length > 1;
  await until(() => server.sockets.length === 1);
  await pause(0.1);
  window.dispatchEvent(new Event("online"));
  await pause(0.1);
  assert.equal(server.sockets.length, 1, "It has just begun.");
  await pause(2);

  window.dispatchEvent(new Event("online"));

  await until(() => connection.state.getSnapshot() === "live", 2);
});

test("a client that is closed listens to its page no more", async (t) => {
  const page = await connected(t);
  const { server, connection, backs } = page;
  await until(() => connection.state.getSnapshot() === "live");
  connection.close();

  for (const happen of Object.values(EVENTS)) happen(page);
  await pause(0.1);

  assert.equal(server.sockets.length, 1);
  assert.equal(backs.length, 1);
});
