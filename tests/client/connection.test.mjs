/** The connection with the real server, over a network that is cut or vanishes. */

import assert from "node:assert/strict";
import test from "node:test";

import { connect } from "../../schema/client/connection/index.js";
import { network } from "./proxy.mjs";
import { act, startGroup, tokens, url } from "./server.mjs";
import { pause, until } from "./until.mjs";

const CHANGES = `subscription Changes($id: ID!, $after: Int) {
  conversationChanges(id: $id, after: $after) { revision messageEdge { node { body } } }
}`;
/** A vanished network is to be noticed within so many seconds. */
const NOTICED = 15;

async function connected(t, options = {}) {
  const net = await network(t, url);
  const connection = connect({ url: net.url, token: tokens.mira, ...options });
  t.after(() => connection.close());
  return { net, connection };
}

/** Follow a conversation from its beginning. */
function follow(connection, id) {
  const followed = { id, heard: [], ends: [], stop: () => {} };
  const variables = () => ({ id, after: followed.heard.at(-1)?.revision ?? 0 });
  followed.stop = connection.subscribe(CHANGES, variables, {
    next: ({ conversationChanges }) => followed.heard.push(conversationChanges),
    end: (error) => followed.ends.push(error?.code ?? null),
  });
  return followed;
}

function say(conversationId, body) {
  return act("jonas", "sendMessage", { conversationId, body });
}

/** Wait until a text was heard. */
function hears(followed, text, seconds) {
  const has = () => followed.heard.some((each) => each.messageEdge?.node.body === text);
  return until(has, seconds);
}

function assertEachOnce({ heard }) {
  assert.deepEqual(
    heard.map((each) => each.revision),
    heard.map((_, index) => index + 1),
  );
}

const stateIs = (connection, state) => () => connection.state.getSnapshot() === state;

test("queries and subscriptions are answered", async (t) => {
  const { connection } = await connected(t);
  const followed = follow(connection, await startGroup("mira", ["jonas"]));

  const { viewer } = await connection.query("query Viewer { viewer { username } }");
  await say(followed.id, "Hello");
  await hears(followed, "Hello");

  assert.equal(viewer.username, "mira");
  assertEachOnce(followed);
});

test("a network that is cut again and again loses and repeats nothing", async (t) => {
  const { net, connection } = await connected(t);
  const followed = follow(connection, await startGroup("mira", ["jonas"]));
  await until(stateIs(connection, "live"));

  for (let count = 0; count < 20; count += 1) {
    await say(followed.id, `Message ${count}`);
    if (count % 3 === 0) net.cut();
    await pause(0.05);
  }
  await say(followed.id, "Last");
  await hears(followed, "Last", 30);

  assertEachOnce(followed);
  assert.equal(followed.heard.length, 22);
});

test("a network that vanishes without a word is noticed within 15 s", async (t) => {
  const { net, connection } = await connected(t);
  const followed = follow(connection, await startGroup("mira", ["jonas"]));
  await until(stateIs(connection, "live"));

  const vanishedAt = performance.now();
  net.vanish();
  await say(followed.id, "Meanwhile");
  await until(stateIs(connection, "away"), NOTICED + 5);
  const noticed = (performance.now() - vanishedAt) / 1000;
  net.comeBack();
  await hears(followed, "Meanwhile", 30);

  t.diagnostic(`noticed after ${noticed.toFixed(1)} s`);
  assert.ok(noticed < NOTICED, `noticed after ${noticed} s`);
  assertEachOnce(followed);
});

test("a hundred subscriptions share a socket, and begin again together", async (t) => {
  const { net, connection } = await connected(t);
  const id = await startGroup("mira", ["jonas"]);
  const all = Array.from({ length: 95 }, () => follow(connection, id));
  await until(() => all.every((each) => each.heard.length === 1), 30);

  net.cut();
  await say(id, "Hello");
  await Promise.all(all.map((each) => hears(each, "Hello", 30)));

  for (const each of all) assertEachOnce(each);
});

test("a stream that can't go on ends with the code of the server", async (t) => {
  const { connection } = await connected(t);
  const none = follow(connection, "nonsense");
  const removed = follow(connection, await startGroup("jonas", ["mira"]));
  await until(() => removed.heard.length);

  await act("mira", "leaveConversation", { conversationId: removed.id });
  await until(() => none.ends.length && removed.ends.length);

  assert.deepEqual([none.ends, removed.ends], [["INVALID_ID"], ["NOT_A_PARTICIPANT"]]);
});

test("a bad token is renewed for requests and for the socket", async (t) => {
  let asked = 0;
  const token = async () => ((asked += 1) === 1 ? "talk_bad" : tokens.mira);
  const { connection } = await connected(t, { token });
  const id = await startGroup("mira", ["jonas"]);

  const followed = follow(connection, id);
  await until(() => followed.heard.length);
  await connection.query("{ viewer { id } }");

  assert.equal(asked, 2);
});

test("who has bad tokens alone is signed out, and can sign in", async (t) => {
  let good = false;
  const token = async () => (good ? tokens.mira : `talk_bad_${Math.random()}`);
  const { connection } = await connected(t, { token });
  const followed = follow(connection, await startGroup("mira", ["jonas"]));
  await until(stateIs(connection, "signed out"));
  await assert.rejects(connection.query("{ viewer { id } }"), { code: "UNAUTHENTICATED" });

  good = true;
  await connection.query("{ viewer { id } }");
  await until(() => followed.heard.length);

  assert.equal(connection.state.getSnapshot(), "live");
});

test("without a session nobody is signed in", async (t) => {
  const { connection } = await connected(t, { token: undefined });

  follow(connection, "any");
  await until(stateIs(connection, "signed out"));

  await assert.rejects(connection.query("{ viewer { id } }"), { code: "UNAUTHENTICATED" });
});

test("a mutation that is told over the socket is done", async (t) => {
  const { connection } = await connected(t);
  const followed = follow(connection, await startGroup("mira", ["jonas"]));
  await until(() => followed.heard.length);

  const input = { conversationId: followed.id, body: "Told" };
  const document = `mutation Send($input: SendMessageInput!) {
    sendMessage(input: $input) { __typename }
  }`;
  connection.tell(document, { input });

  await hears(followed, "Told");
});
