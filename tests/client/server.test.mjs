/** The tests are given a real server, and people who can be somebody there. */

import assert from "node:assert/strict";
import test from "node:test";

import { act, ask, idOf, startGroup, tokens } from "./server.mjs";

test("each of the demo's people is signed in by their token", async () => {
  const names = await Promise.all(
    Object.keys(tokens).map(async (who) => (await ask(who, "{ viewer { username } }")).viewer.username),
  );

  assert.deepEqual(names, ["mira", "jonas", "priya", "tomas", "aiko", "lena"]);
});

test("people act without the client", async () => {
  const conversationId = await startGroup("mira", ["jonas"]);
  await act("jonas", "sendMessage", { conversationId, body: "Hello" });

  const document = `query ($id: ID!) {
    conversation(id: $id) { messages(last: 1) { edges { node { body sender { id } } } } }
  }`;
  const { conversation } = await ask("mira", document, { id: conversationId });

  assert.deepEqual(conversation.messages.edges[0].node, {
    body: "Hello",
    sender: { id: await idOf("jonas") },
  });
});
