/** urql with Graphcache on the exchange and the options of this package, against a real server. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { connect } from "talk-client";
import { cacheOptions, talkExchange } from "talk-client/urql";

import { network } from "../proxy.mjs";
import { act, startGroup, tokens, until, url } from "../server.mjs";
import { edit, fresh, groupWith, plain, say } from "./group.mjs";
import { Held } from "./held.mjs";
import { CHANGES, EDIT, INBOX, INBOX_CHANGES, PAGE } from "./operations.mjs";

/** Mira's client, on a network that can be cut, and with answers that can be held. */
async function urql(t) {
  const held = new Held();
  const wire = await network(t, url);
  const asked = [];
  const options = { url: wire.url, token: tokens.mira, fetch: held.fetch };
  const connection = connect(
    { ...options, onOperation: ({ name }) => asked.push(name) },
    { firstPause: 0.1, longestPause: 0.5 },
  );
  t.after(() => connection.close());
  const problems = [];
  const logger = (kind, message) => kind !== "debug" && problems.push(message);
  const exchanges = [cacheExchange({ ...cacheOptions(), logger }), talkExchange(connection)];
  t.after(() => assert.deepEqual(problems, []));
  return { client: new Client({ url: "/graphql", exchanges }), held, wire, asked };
}

/** A group with some messages, a page of it that is watched, and what the stream told. */
async function followed(t, count = 3) {
  const given = await urql(t);
  const { id, messages } = await groupWith(count);
  const watched = watch(t, given.client, PAGE, { id, last: 2 });
  await until(() => watched.data);
  const { revision } = watched.data.conversation;
  const told = [];
  const stop = follow(given.client, id, revision, (change) => told.push(change.revision));
  t.after(stop);
  const rows = () => watched.data.conversation.messages.edges.map(({ node }) => node);
  return { ...given, id, messages, revision, told, rows, watched, stop };
}

function watch(t, client, query, variables) {
  const watched = { data: null };
  const { unsubscribe } = client.query(query, variables).subscribe(({ data, error }) => {
    assert.ifError(error);
    watched.data = data;
  });
  t.after(unsubscribe);
  return watched;
}

function follow(client, id, after, next) {
  const stream = client.subscription(CHANGES, { id, after });
  return stream.subscribe(({ data, error }) => {
    assert.ifError(error);
    next(data.conversationChanges);
  }).unsubscribe;
}

const again = { requestPolicy: "network-only" };
const bodies = (rows) => rows.map(({ body }) => body);

test("a thread in the cache goes on over cuts, without a gap and without a repeat", async (t) => {
  const { id, told, rows, revision, wire, messages } = await followed(t);
  for (let round = 0; round < 8; round++) {
    const { id: message } = await say(id, `Round ${round}`);
    if (round % 3 === 1) wire.cut();
    await edit(round % 2 ? message : messages[1].id, `Edited in round ${round}`);
    await act("jonas", "react", { message, emoji: "👍" });
    if (round % 3 === 2) wire.cut();
  }
  await until(() => told.at(-1) === revision + 24);

  assert.deepEqual(told, Array.from({ length: 24 }, (_, index) => revision + 1 + index));
  assert.equal(rows().length, 2 + 8);
  assert.deepEqual(plain(rows()), await fresh(id, 10));
});

test("a page that is answered late takes back nothing that came since", async (t) => {
  const { client, id, messages, told, rows, held, asked } = await followed(t);
  held.hold("query Page");
  const late = client.query(PAGE, { id, last: 2 }, again).toPromise();
  await until(() => held.count);
  await edit(messages[2].id, "Newer");
  await say(id, "Newest");
  await until(() => told.length === 2);
  held.release();
  const { data } = await late;

  assert.deepEqual(bodies(rows()), ["No. 2", "Newer", "Newest"]);
  assert.deepEqual(plain(rows()), await fresh(id, 3));
  assert.deepEqual(bodies(data.conversation.messages.edges.map(({ node }) => node)), bodies(rows()));
  assert.equal(asked.filter((name) => name === "MessageAgain").length, 1);
});

test("a mutation that is answered late takes back no later edit", async (t) => {
  const { client, id, told, held, rows } = await followed(t);
  const own = await say(id, "Mine", "mira");
  held.hold("mutation Edit");
  const input = { message: own.id, body: "First edit" };
  const late = client.mutation(EDIT, { input }).toPromise();
  await until(() => held.count);
  await act("mira", "editMessage", { message: own.id, body: "Second edit" });
  await until(() => told.length === 3);
  held.release();
  const { data } = await late;

  assert.equal(data.editMessage.edited.body, "Second edit");
  assert.equal(rows().at(-1).body, "Second edit");
});

test("pages that touch are shown together, and others apart", async (t) => {
  const { client, id, rows, watched, told } = await followed(t, 9);
  const { startCursor } = watched.data.conversation.messages.pageInfo;
  await client.query(PAGE, { id, last: 3, before: startCursor }).toPromise();

  assert.deepEqual(bodies(rows()), [5, 6, 7, 8, 9].map((each) => `No. ${each}`));
  const { hasPreviousPage, hasNextPage } = watched.data.conversation.messages.pageInfo;
  assert.deepEqual([hasPreviousPage, hasNextPage], [true, false]);
  const apart = watch(t, client, PAGE, { id, first: 2 });
  await until(() => apart.data);
  await say(id, "No. 10");
  await until(() => told.length);
  assert.equal(bodies(rows()).at(-1), "No. 10");
  const { edges, pageInfo } = apart.data.conversation.messages;
  assert.deepEqual(bodies(edges.map(({ node }) => node)), ["No. 1", "No. 2"]);
  assert.equal(pageInfo.hasNextPage, true);
});

test("a thread that is opened again hears what its older pages missed", async (t) => {
  const { client, id, rows, watched, stop, messages, told } = await followed(t, 6);
  const { startCursor } = watched.data.conversation.messages.pageInfo;
  await client.query(PAGE, { id, last: 3, before: startCursor }).toPromise();
  await say(id, "No. 7");
  await until(() => told.length === 1);
  stop();
  await edit(messages[2].id, "Edited meanwhile");
  const { data } = await client.query(PAGE, { id, last: 2 }, again).toPromise();
  const { revision } = data.conversation;
  assert.equal(rows()[1].body, "No. 3");
  t.after(follow(client, id, revision, () => {}));

  await until(() => rows()[1].body === "Edited meanwhile");
});

test("rows of the inbox move, come and go", async (t) => {
  const { client, wire } = await urql(t);
  const first = await startGroup("jonas", ["mira"], "First");
  const second = await startGroup("jonas", ["mira"], "Second");
  const watched = watch(t, client, INBOX, { first: 3 });
  await until(() => watched.data);
  const titles = () => watched.data.inbox.edges.map(({ node }) => node.conversation.name);
  assert.deepEqual(titles().slice(0, 2), ["Second", "First"]);
  const { unreadTotal, inbox } = watched.data;
  const { unsubscribe } = client
    .subscription(INBOX_CHANGES, { after: inbox.changesCursor })
    .subscribe(({ error }) => assert.ifError(error));
  t.after(unsubscribe);

  await say(first, "Up");
  wire.cut();
  await until(() => titles()[0] === "First");
  assert.equal(watched.data.unreadTotal, Math.min(unreadTotal + 1, 100));
  assert.equal(watched.data.inbox.edges[0].node.conversation.latestMessage.body, "Up");
  await client.query(INBOX, { first: 3, after: inbox.pageInfo.endCursor }).toPromise();
  await until(() => titles().length === 6);
  const third = await startGroup("jonas", ["mira"], "Third");
  await say(third, "Hello");
  await until(() => titles()[0] === "Third");
  await act("mira", "leaveConversation", { conversationId: second });
  await until(() => !titles().includes("Second"));
  assert.deepEqual(titles().slice(0, 2), ["Third", "First"]);

  await act("mira", "archiveConversation", { conversationId: first });
  await until(() => !titles().includes("First"));
  await say(first, "Back again");
  await until(() => titles()[0] === "First");
});

test("what the server refuses, and what fails, is told apart", async (t) => {
  const { client, id, messages } = await followed(t);
  const input = { message: messages[0].id, body: "Not mine" };
  const { data } = await client.mutation(EDIT, { input }).toPromise();
  assert.equal(data.editMessage.code, "NOT_YOURS");
  const nonsense = await client.query(PAGE, { id: "nonsense", last: 1 }).toPromise();
  assert.equal(nonsense.error.networkError.code, "INVALID_ID");
  const failed = (variables) => client.subscription(CHANGES, variables).toPromise();
  assert.match((await failed({ id })).error.message, /Give `conversationChanges` a variable/);
  const lost = await failed({ id, after: 1_000_000 });
  assert.equal(lost.error.networkError.code, "RESYNC_REQUIRED");
});

test("names of types have the prefix of the server", () => {
  const { keys, schema, resolvers } = cacheOptions("Talk");
  assert.equal(keys.TalkReaction({}), null);
  assert.equal(keys.TalkMessageEdge({ node: { id: "m" } }), "m");
  const names = schema.__schema.types.map(({ name }) => name);
  for (const name of ["Node", "PageInfo", "TalkMessage", "TalkMarkReadResult"]) {
    assert.ok(names.includes(name), name);
  }
  assert.deepEqual(Object.keys(resolvers), ["Query", "TalkConversation"]);
});
