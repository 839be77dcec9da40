/** What the page on the protocol says about Apollo Client and urql, with a network that is cut. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { gql } from "@apollo/client";

import { network } from "../proxy.mjs";
import { act, idOf, startGroup, tokens, until, url } from "../server.mjs";
import { createTalkClient, followThread } from "./apollo-example.mjs";
import { createTalkClient as createUrqlClient } from "./urql-example.mjs";

const { PAGE } = process.env;

test("Apollo's cache follows a thread", async (t) => {
  const wire = await network(t, url);
  const client = createTalkClient(wire.url, tokens.mira);
  const id = await startGroup("jonas", ["mira"]);
  const say = async (body, more) => {
    const input = { conversationId: id, body, ...more };
    return (await act("jonas", "sendMessage", input, "sent { id number }")).sent;
  };
  const first = await say("First");
  const page = gql(PAGE);
  const row = gql(PAGE.slice(PAGE.indexOf("fragment Row")));
  await client.query({ query: page, variables: { id } });
  const errors = [];
  const following = followThread(client, { page, row, id, onError: (error) => errors.push(error) });
  const shown = () => client.readQuery({ query: page, variables: { id } }).conversation;
  const rows = () => shown().messages.edges.map(({ node }) => node);

  await say("Second");
  await until(() => rows().length === 2);
  wire.cut();
  await say("A reply", { replyTo: first.number });
  await act("jonas", "editMessage", { message: first.id, body: "First, edited" });
  await until(() => rows()[0].body === "First, edited" && rows().length === 3);
  assert.equal(rows()[2].replyTo.body, "First, edited", "a quote is as the message is");
  const participant = await idOf("mira");
  await act("jonas", "removeParticipant", { conversationId: id, participant });
  await until(() => errors.length);
  assert.equal(errors[0].code, "NOT_A_PARTICIPANT");
  following.unsubscribe();
  client.stop();
});

test("urql asks and listens", async () => {
  const client = createUrqlClient(url, tokens.mira);
  const id = await startGroup("jonas", ["mira"]);
  const { data } = await client.query(PAGE, { id }).toPromise();
  const heard = [];
  const document = `subscription Changes($id: ID!, $after: Int) {
    conversationChanges(id: $id, after: $after) { revision kind }
  }`;
  const after = data.conversation.revision;
  const { unsubscribe } = client
    .subscription(document, { id, after })
    .subscribe((result) => heard.push(result.data?.conversationChanges.kind));
  await act("jonas", "sendMessage", { conversationId: id, body: "Hello" });

  await until(() => heard.length);
  assert.deepEqual(heard, ["MESSAGE_SENT"]);
  unsubscribe();
});

// The clients of the examples keep their connections.
test.after(() => setTimeout(() => process.exit(), 100));
