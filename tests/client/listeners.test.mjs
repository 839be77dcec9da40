/** A page whose own functions throw: the client goes on, and the page hears of its error. */

import assert from "node:assert/strict";
import test from "node:test";

import { Writable } from "../../schema/client/store.js";
import { fakeTalk } from "./fake_talk.mjs";
import { settle } from "./fake_connection.mjs";
import { connected, follow, running } from "./following.mjs";
import { until } from "./until.mjs";

const fail = () => {
  throw new Error("A fault of the page");
};

/** The errors that nobody catches, from now on. */
function uncaught(t) {
  const errors = [];
  t.mock.method(globalThis, "queueMicrotask", (work) =>
    Promise.resolve()
      .then(work)
      .catch((error) => errors.push(error.message)),
  );
  return errors;
}

test("a listener that throws keeps nothing from the others", async (t) => {
  const errors = uncaught(t);
  const store = new Writable(0);
  const heard = [];
  store.subscribe(fail);
  store.subscribe(() => heard.push(store.getSnapshot()));

  store.set(1);
  await settle();

  assert.deepEqual(heard, [1]);
  assert.deepEqual(errors, ["A fault of the page"]);
});

test("stores follow the server, although those who listen throw", async (t) => {
  const errors = uncaught(t);
  const { world, talk } = fakeTalk(t);
  const room = world.start([1, 2], 3);
  const [inbox, thread] = [talk.inbox(), talk.conversation(room.id)];
  for (const store of [inbox, thread, talk.viewer, talk.unreadTotal]) store.subscribe(fail);
  await settle();

  room.send(2, { body: "live" });
  await settle();

  assert.deepEqual([inbox.getSnapshot().state, inbox.getSnapshot().error], ["ready", null]);
  assert.equal(inbox.getSnapshot().rows[0].conversation.latestMessage.body, "live");
  assert.equal(thread.getSnapshot().rows.at(-1).message.body, "live");
  assert.equal(thread.getSnapshot().error, null);
  assert.ok(errors.length >= 4);
});

test("requests and subscriptions go on, although a page's functions throw", async (t) => {
  const errors = uncaught(t);
  const { server, connection } = await connected(t, { onOperation: fail });
  connection.whenBack(fail);
  connection.state.subscribe(fail);
  connection.subscribe("subscription { a }", fail, { next() {}, end() {} });
  const followed = follow(connection);
  const socket = await running(server, 1);
  socket.next({ changes: { revision: 1 } });
  await until(() => followed.heard.length);

  assert.deepEqual(await connection.query("{ a }"), {});
  assert.ok(errors.length >= 5);
});
