/** Apollo Client on the link and the policies of this package, against a real server. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ApolloClient, InMemoryCache, disableFragmentWarnings, gql } from "@apollo/client";
import { connect } from "talk-client";
import {
  applyConversationChange,
  applyInboxChange,
  possibleTypes,
  talkLink,
  typePolicies,
} from "talk-client/apollo";

import { network } from "../proxy.mjs";
import { act, startGroup, tokens, until, url } from "../server.mjs";
import { edit, fresh, groupWith, plain, say } from "./group.mjs";
import { Held } from "./held.mjs";
import { CHANGES, EDIT, INBOX, INBOX_CHANGES, PAGE, ROW } from "./operations.mjs";

disableFragmentWarnings();
const changes = gql(CHANGES);
const page = gql(PAGE);
const inbox = gql(INBOX);

/** Mira's client, on a network that can be cut, and with answers that can be held. */
async function apollo(t) {
  const held = new Held();
  const wire = await network(t, url);
  const options = { url: wire.url, token: tokens.mira, fetch: held.fetch };
  const connection = connect(options, { firstPause: 0.1, longestPause: 0.5 });
  const cache = new InMemoryCache({ typePolicies: typePolicies(), possibleTypes: possibleTypes() });
  const client = new ApolloClient({ link: talkLink(connection), cache });
  t.after(() => {
    client.stop();
    connection.close();
  });
  return { client, cache, held, wire };
}

/** A group with some messages, its page in the cache, and what the stream told. */
async function followed(t, count = 3) {
  const given = await apollo(t);
  const { client, cache } = given;
  const { id, messages } = await groupWith(count);
  const variables = { id, last: 2 };
  const { data } = await client.query({ query: page, variables });
  const told = [];
  const subscription = follow(client, id, data.conversation.revision, (change) => {
    told.push(change.revision);
    applyConversationChange(cache, change);
  });
  t.after(() => subscription.unsubscribe());
  const shown = () => client.readQuery({ query: page, variables }).conversation;
  return { ...given, id, variables, messages, told, shown, revision: data.conversation.revision };
}

function follow(client, id, after, next) {
  const stream = client.subscribe({ query: changes, variables: { id, after } });
  return stream.subscribe(({ data, error }) => {
    assert.ifError(error);
    next(data.conversationChanges);
  });
}

const bodies = (conversation) => conversation.messages.edges.map(({ node }) => node.body);

test("a thread in the cache goes on over cuts, without a gap and without a repeat", async (t) => {
  const { id, told, shown, revision, wire, messages } = await followed(t);
  for (let round = 0; round < 8; round++) {
    const { id: message } = await say(id, `Round ${round}`);
    if (round % 3 === 1) wire.cut();
    await edit(round % 2 ? message : messages[1].id, `Edited in round ${round}`);
    await act("jonas", "react", { message, emoji: "👍" });
    if (round % 3 === 2) wire.cut();
  }
  const last = revision + 24;
  await until(() => told.at(-1) === last);

  assert.deepEqual(told, Array.from({ length: 24 }, (_, index) => revision + 1 + index));
  assert.equal(shown().revision, last);
  const rows = shown().messages.edges.map(({ node }) => node);
  assert.equal(rows.length, 2 + 8);
  assert.deepEqual(plain(rows), await fresh(id, rows.length));
});

test("a page that is answered late takes back nothing that came since", async (t) => {
  for (const repeat of ["query", "refetch"]) {
    const { client, id, variables, messages, told, shown, held } = await followed(t);
    const watched = client.watchQuery({ query: page, variables });
    const watching = watched.subscribe(() => {});
    held.hold("query Page");
    const again = { query: page, variables, fetchPolicy: "network-only" };
    const late = repeat === "refetch" ? watched.refetch() : client.query(again);
    await until(() => held.count);
    await edit(messages[2].id, "Newer");
    await say(id, "Newest");
    await until(() => told.length === 2);
    held.release();
    await late;

    assert.deepEqual(bodies(shown()), ["No. 2", "Newer", "Newest"], repeat);
    assert.deepEqual(plain(shown().messages.edges.map(({ node }) => node)), await fresh(id, 3));
    watching.unsubscribe();
  }
});

test("a mutation that is answered late takes back no later edit", async (t) => {
  const { client, cache, id, told, held } = await followed(t);
  const own = await say(id, "Mine", "mira");
  held.hold("mutation Edit");
  const variables = { input: { message: own.id, body: "First edit" } };
  const late = client.mutate({ mutation: gql(EDIT), variables });
  await until(() => held.count);
  await act("mira", "editMessage", { message: own.id, body: "Second edit" });
  await until(() => told.length === 3);
  held.release();
  await late;

  const fragment = gql`fragment Said on Message { body revision }`;
  const kept = cache.readFragment({ id: `Message:${own.id}`, fragment });
  assert.equal(kept.body, "Second edit");
});

test("of two copies with the same revision the later one counts", () => {
  const cache = new InMemoryCache({ typePolicies: typePolicies(), possibleTypes: possibleTypes() });
  const write = (fields) =>
    cache.writeFragment({
      fragment: gql(ROW.replace(/sender.*\n.*replyTo.*\n/, "")),
      data: { ...MESSAGE, ...fields },
    });
  const kept = () => cache.extract()["Message:m"];
  write({ revision: 4, body: "Old" });
  write({ revision: 4, body: "Later" });
  assert.equal(kept().body, "Later");
  write({ revision: 3, body: "Older", reactions: [] });
  assert.equal(kept().body, "Later");
  assert.equal(kept().reactions.length, 1);
  write({ revision: 5, body: "Newest", reactions: [] });
  assert.deepEqual([kept().body, kept().reactions], ["Newest", []]);
});

const MESSAGE = {
  __typename: "Message",
  id: "m",
  number: 1,
  kind: "TEXT",
  removal: null,
  editedAt: null,
  reactions: [{ __typename: "Reaction", emoji: "👍", count: 1, viewerReacted: false }],
};

test("what an older copy has and the cache lacks is taken from it", () => {
  const cache = new InMemoryCache({ typePolicies: typePolicies() });
  const query = gql`query Shown { node(id: "m") { id ... on Message { revision body } } }`;
  const data = { node: { __typename: "Message", id: "m", revision: 4, body: "New" } };
  cache.writeQuery({ query, data });
  const older = gql`query Older { node(id: "m") { id ... on Message { revision body number } } }`;
  cache.writeQuery({
    query: older,
    data: { node: { __typename: "Message", id: "m", revision: 2, body: "Old", number: 7 } },
  });

  const { node } = cache.readQuery({ query: older });
  assert.deepEqual([node.revision, node.body, node.number], [4, "New", 7]);
});

test("pages that touch are joined, and others take the place of what is shown", async (t) => {
  const { client, id, shown, told } = await followed(t, 9);
  const { startCursor } = shown().messages.pageInfo;
  const fetchPolicy = "network-only";
  await client.query({ query: page, variables: { id, last: 3, before: startCursor }, fetchPolicy });

  assert.deepEqual(bodies(shown()), [5, 6, 7, 8, 9].map((each) => `No. ${each}`));
  assert.equal(shown().messages.pageInfo.hasPreviousPage, true);
  assert.equal(shown().messages.pageInfo.hasNextPage, false);
  await client.query({ query: page, variables: { id, first: 2 }, fetchPolicy });
  assert.deepEqual(bodies(shown()), ["No. 1", "No. 2"]);
  assert.equal(shown().messages.pageInfo.hasNextPage, true);
  await say(id, "Not next to these");
  await until(() => told.length);
  assert.deepEqual(bodies(shown()), ["No. 1", "No. 2"]);
});

test("rows of the inbox move, come and go", async (t) => {
  const { client, cache, wire } = await apollo(t);
  const first = await startGroup("jonas", ["mira"], "First");
  const second = await startGroup("jonas", ["mira"], "Second");
  const variables = { first: 3 };
  await client.query({ query: inbox, variables });
  const shown = () => client.readQuery({ query: inbox, variables });
  const titles = () => shown().inbox.edges.map(({ node }) => node.conversation.name);
  assert.deepEqual(titles().slice(0, 2), ["Second", "First"]);
  const more = { first: 3, after: shown().inbox.pageInfo.endCursor };
  const subscription = client
    .subscribe({ query: gql(INBOX_CHANGES), variables: { after: shown().inbox.changesCursor } })
    .subscribe(({ data, error }) => {
      assert.ifError(error);
      applyInboxChange(cache, data.inboxChanges);
    });
  t.after(() => subscription.unsubscribe());

  const unread = shown().unreadTotal;
  await say(first, "Up");
  wire.cut();
  await until(() => titles()[0] === "First");
  assert.equal(shown().unreadTotal, Math.min(unread + 1, 100));
  assert.equal(shown().inbox.edges[0].node.conversation.latestMessage.body, "Up");
  const cursor = shown().inbox.changesCursor;
  await client.query({ query: inbox, variables: more, fetchPolicy: "network-only" });
  assert.equal(shown().inbox.edges.length, 6);
  assert.equal(shown().inbox.changesCursor, cursor, "a later page does not move the stream on");
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

test("a stream that can't go on says so", async (t) => {
  const { client, id } = await followed(t);
  const failed = (query, variables) =>
    new Promise((resolve) => {
      client.subscribe({ query: gql(query), variables }).subscribe(({ error }) => resolve(error));
    });

  const without = await failed(CHANGES, { id });
  assert.match(without.message, /Give `conversationChanges` a variable `after`/);
  const blind = await failed(CHANGES.replace(/^ {4}revision$/m, "kind"), { id, after: 0 });
  assert.match(blind.message, /Select `revision`/);
  const lost = await failed(CHANGES, { id, after: 1_000_000 });
  assert.equal(lost.code, "RESYNC_REQUIRED");
});

test("what the server refuses, and what fails, is told apart", async (t) => {
  const { client, messages } = await followed(t);
  const mutation = gql(EDIT);
  const input = { message: messages[0].id, body: "Not mine" };
  const { data } = await client.mutate({ mutation, variables: { input } });
  assert.equal(data.editMessage.code, "NOT_YOURS");
  const { error } = await client
    .query({ query: gql`query Nonsense { nonsense }` })
    .catch((error) => ({ error }));
  assert.equal(error.code, "GRAPHQL_VALIDATION_FAILED");
});

test("names of types have the prefix of the server", () => {
  const types = possibleTypes("Talk");
  assert.ok(types.Node.includes("TalkMessage"));
  assert.deepEqual(types.TalkMarkReadResult, ["TalkMarkReadPayload", "TalkRefusal"]);
  const policies = typePolicies("Talk");
  const ours = ["Conversation", "Draft", "Edit", "LinkPreview", "Message", "Pin", "Reaction"];
  assert.deepEqual(Object.keys(policies).sort(), ["Query", ...ours.map((name) => `Talk${name}`)]);
});
