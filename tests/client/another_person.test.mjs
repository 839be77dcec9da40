/** With another person's token, nothing of the person before is sent or shown. */

import assert from "node:assert/strict";
import test from "node:test";

import { createTalk } from "../../schema/client/index.js";
import { fakeServer } from "./fake.mjs";
import { REFUSED } from "./requesting.mjs";
import { pause, until } from "./until.mjs";

/** A server that lets one token in at a time, and a client that gets the token of the browser. */
async function signedIn(t, name) {
  const browser = { token: `${name} 1`, sent: [], asked: [] };
  const server = await fakeServer(t);
  server.respond = ({ headers, body: { query, variables } }) => {
    const token = headers.authorization.slice("Bearer ".length);
    if (token !== browser.token) return REFUSED;
    const [id] = token.split(" ");
    if (query.includes("query Viewer")) return { body: { data: { viewer: { id }, limits: {} } } };
    browser.asked.push([id, query.match(/\w+ (\w+)/)[1]]);
    const { body, clientId } = variables.input ?? {};
    if (body) browser.sent.push([id, body]);
    const sent = { id: "1", body, clientId };
    return { body: { data: { sendMessage: { sent, conversation: {}, upgraded: false } } } };
  };
  const talk = createTalk({ url: server.url, token: () => browser.token });
  t.after(() => talk.close());
  await until(() => talk.viewer.getSnapshot());
  return { browser, talk };
}

test("a message that waits is not sent by somebody else", async (t) => {
  const { browser, talk } = await signedIn(t, "mira");
  browser.token = "lena 1";
  const isKept = talk.outbox.send("conversation", "Mira's");
  await until(() => talk.viewer.getSnapshot().id === "lena");
  await isKept.catch(() => {});
  await pause(0.2);
  assert.deepEqual(talk.outbox.getSnapshot(), []);

  await talk.outbox.send("conversation", "Lena's");
  await until(() => browser.sent.length);
  await pause(0.1);
  assert.deepEqual(browser.sent, [["lena", "Lena's"]]);
});

test("nothing else that was asked for is done in another name", async (t) => {
  const { browser, talk } = await signedIn(t, "mira");
  browser.token = "lena 1";

  const asked = ["1", "2"].map((message) => talk.react({ message, emoji: "👍" }));
  const ends = await Promise.allSettled(asked);
  assert.deepEqual(ends.map(({ reason }) => reason?.code), ["UNAUTHENTICATED", "UNAUTHENTICATED"]);
  assert.deepEqual(browser.asked, []);
  assert.equal(talk.viewer.getSnapshot().id, "lena");
});

test("another token of the same person goes on with what was asked", async (t) => {
  const { browser, talk } = await signedIn(t, "mira");
  browser.token = "mira 2";

  await talk.outbox.send("conversation", "Hello");
  await until(() => browser.sent.length);
  assert.deepEqual(browser.sent, [["mira", "Hello"]]);
});
