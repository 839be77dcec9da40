/** A row that is sent never blinks: it is there once, from `send` on, under the same key. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createTalk } from "../../schema/client/index.js";
import { startGroup, tokens, until, url } from "./server.mjs";

/** A network on which answers to requests come late, so that streams bring messages first, or not. */
function lateFetch(seconds) {
  return async (...request) => {
    const response = await fetch(...request);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return response;
  };
}

for (const [what, seconds] of [
  ["after the stream", 0.3],
  ["quickly", 0],
]) {
  test(`rows stay where answers come ${what}`, async (t) => {
    const talk = createTalk({ url, token: tokens.mira, fetch: lateFetch(seconds) });
    t.after(() => talk.close());
    const thread = talk.conversation(await startGroup("mira", ["lena"]));
    const problems = [];
    /** The keys that were shown, in the order in which they came. */
    const shown = [];
    const look = () => {
      const keys = thread.getSnapshot().rows.map(({ key }) => key);
      if (new Set(keys).size < keys.length) problems.push(`twice: ${keys}`);
      for (const key of shown) if (!keys.includes(key)) problems.push(`gone: ${key}`);
      for (const key of keys) if (!shown.includes(key)) shown.push(key);
    };
    t.after(thread.subscribe(look));
    await until(() => thread.getSnapshot().state === "ready");

    const bodies = ["1", "2", "3", "4", "5"];
    const keys = await Promise.all(bodies.map((body) => thread.send(body)));
    await until(() => !talk.outbox.getSnapshot().length);
    await until(() => thread.getSnapshot().rows.filter(({ message }) => message?.body).length >= 5);

    const rows = thread.getSnapshot().rows.filter(({ message }) => message?.kind === "TEXT");
    assert.deepEqual(
      rows.map(({ key }) => key),
      keys,
    );
    assert.deepEqual(
      rows.map(({ message }) => message.body),
      bodies,
    );
    assert.deepEqual(problems, []);
  });
}
