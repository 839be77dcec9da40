/** A broken server, or something else at its address: the client stays calm, and loses nothing. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { createTalk } from "../../schema/client/index.js";
import { fakeServer } from "./fake.mjs";
import { connected, follow, running } from "./following.mjs";
import { failure } from "./requesting.mjs";
import { pause, until } from "./until.mjs";

const AGAIN = { code: "UNAVAILABLE", retryable: true };
const isViewer = ({ body }) => body.query.includes("query Viewer");

/** A client whose viewer is known, of a server that answers everything else like this. */
async function talking(t, answer) {
  const server = await fakeServer(t);
  const viewer = { data: { viewer: { id: "mira", name: "Mira" }, limits: {} } };
  server.respond = (request) => (isViewer(request) ? { body: viewer } : answer(request));
  const talk = createTalk({ url: server.url, token: "secret" });
  t.after(() => talk.close());
  await until(() => talk.viewer.getSnapshot());
  return { server, talk };
}

test("a time that a server names is a number of seconds, of an hour at the longest", () => {
  const named = (retryAfter) => new TalkError("UNAVAILABLE", "", { retryAfter }).retryAfter;

  assert.deepEqual([0, 0.5, 3, "7"].map(named), [0, 0.5, 3, 7]);
  assert.deepEqual([1e9, Infinity].map(named), [3_600, 3_600]);
  assert.deepEqual([-1, NaN, "soon", {}, undefined].map(named), Array(5).fill(undefined));
});

for (const retryAfter of [0, -1e9, 1e9, "soon", null, {}]) {
  const name = JSON.stringify(retryAfter);

  test(`nothing is asked in circles if the time to wait is ${name}`, async (t) => {
    const { server, talk } = await talking(t, () => ({
      body: { errors: [{ message: "Later.", extensions: { ...AGAIN, retryAfter } }] },
    }));
    const before = server.requests.length;
    const stop = talk.inbox().subscribe(() => {});
    await talk.outbox.send("conversation", "Hello");

    await pause(0.45);
    stop();
    // The inbox once, and the message once.
    assert.equal(server.requests.length - before, 2);
  });

  test(`no subscription begins in circles if the time to wait is ${name}`, async (t) => {
    const { server, connection } = await connected(t, {}, { firstPause: 0.4, longestPause: 30 });
    server.onMessage = (socket, { type }) => {
      if (type === "subscribe") socket.fail("RATE_LIMITED", { ...AGAIN, retryAfter });
    };
    follow(connection);

    await until(() => server.socket?.got("subscribe").length);
    await pause(0.4);
    assert.ok(server.socket.got("subscribe").length <= 5);
  });
}

test("what a header names is no longer than an hour", async (t) => {
  const { server, connection } = await connected(t);
  server.respond = () => ({ status: 503, headers: { "Retry-After": "99999999999" }, body: "" });

  assert.equal((await failure(connection.query("{ viewer { name } }"))).retryAfter, 3_600);
});

test("a socket is acknowledged once, however often the server says so", async (t) => {
  const { server, connection } = await connected(t);
  server.onMessage = (socket, { type }) => {
    if (type === "connection_init") socket.say({ type: "connection_ack" });
  };
  const followed = follow(connection);
  const socket = await running(server, 1);
  socket.say({ type: "connection_ack" });
  socket.next({ changes: { revision: 1 } }, "1");
  await until(() => followed.heard.length);

  assert.equal(socket.got("subscribe").length, 1);
  assert.equal(followed.heard.length, 1);
});

const FRAMES = ["null", "5", "[]", '{"id":{},"type":"next"}', '{"id":"__proto__","type":"next"}'];
for (const frame of [...FRAMES, '{"id":"77","type":"next","payload":{"data":{"changes":{}}}}']) {
  test(`the message ${frame} changes nothing`, async (t) => {
    const { server, connection } = await connected(t);
    const followed = follow(connection);
    const socket = await running(server, 1);

    socket.say(frame);
    socket.next({ changes: { revision: 1 } });
    await until(() => followed.heard.length);
    assert.deepEqual(followed.heard, [{ changes: { revision: 1 } }]);
    assert.deepEqual(followed.ends, []);
  });
}

for (const payload of [undefined, null, {}, { data: null }, { data: null, errors: [] }]) {
  test(`a result ${JSON.stringify(payload)} is none: the subscription begins again`, async (t) => {
    const { server, connection } = await connected(t);
    const followed = follow(connection);
    const socket = await running(server, 1);

    socket.say({ id: "1", type: "next", payload });
    await until(() => socket.got("subscribe").length === 2);
    socket.next({ changes: { revision: 1 } });
    await until(() => followed.heard.length);
    assert.deepEqual(followed.heard, [{ changes: { revision: 1 } }]);
  });
}

test("an error without a form ends a subscription", async (t) => {
  const { server, connection } = await connected(t);
  const followed = follow(connection);
  const socket = await running(server, 1);

  socket.say({ id: "1", type: "error", payload: [null] });
  await until(() => followed.ends.length);
  assert.deepEqual(followed.ends, ["INTERNAL"]);
});

const ANSWERS = ["<html>", "null", "5", "[]", '{"errors":[null]}', '{"errors":"oops"}'];
for (const body of [...ANSWERS, '{"errors":{"length":3}}', '{"data":5}', '{"data":{}}']) {
  test(`the answer ${body} is an error of the client's own`, async (t) => {
    const { talk } = await talking(t, () => ({ body }));

    const error = await failure(talk.react({ message: "1", emoji: "👍" }));
    assert.ok(["NETWORK", "INTERNAL"].includes(error.code));
  });
}

for (const payload of ["null", '{"sent":null}', "{}"]) {
  test(`a message that is answered ${payload} is kept, and stops no other`, async (t) => {
    const { server, talk } = await talking(t, ({ body }) => {
      const { conversationId, clientId, body: text } = body.variables.input;
      if (conversationId === "broken") return { body: `{"data":{"sendMessage":${payload}}}` };
      const sent = { id: "1", clientId, body: text };
      return { body: { data: { sendMessage: { sent, conversation: {}, upgraded: false } } } };
    });
    await talk.outbox.send("broken", "kept");
    await until(() => talk.outbox.getSnapshot().some(({ state }) => state === "refused"));
    await talk.outbox.send("other", "sent");

    await until(() => talk.outbox.getSnapshot().length === 1);
    const [{ body, error }] = talk.outbox.getSnapshot();
    assert.deepEqual([body, error.code], ["kept", "INTERNAL"]);
    assert.equal(server.requests.filter((each) => !isViewer(each)).length, 2);
  });
}

test("what is sent goes to no other address", async (t) => {
  const { server, connection } = await connected(t);
  const other = await fakeServer(t);
  for (const status of [301, 302, 307, 308]) {
    server.respond = () => ({ status, headers: { Location: other.url }, body: "" });
    const error = await failure(connection.query("{ viewer { name } }"));
    assert.deepEqual([error.code, error.retryable], ["NETWORK", true]);
  }
  assert.deepEqual(other.requests, []);
});
