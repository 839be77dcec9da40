/** The outbox and a real server: whatever is lost on the way, each message is there once, in order. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { connect } from "../../schema/client/connection/index.js";
import { documentsFor } from "../../schema/client/documents.js";
import { createOutbox, memoryStorage } from "../../schema/client/outbox/index.js";
import { memoryFiles } from "../../schema/client/outbox/storage.js";
import { Writable } from "../../schema/client/store.js";
import { Uploads } from "../../schema/client/uploads/index.js";
import { verbsFor } from "../../schema/client/verbs.js";
import { ask, idOf, startGroup, tokens, until, url } from "./server.mjs";

/** Random numbers that are the same in each run. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** A network that loses a third of the requests, and a third of the answers. */
function lossyFetch(random, faults) {
  return async (...request) => {
    const chance = faults.isOver ? 1 : random();
    if (chance < 1 / 3) throw new TypeError("The request is lost.");
    const response = await fetch(...request);
    if (chance < 2 / 3) throw new TypeError("The answer is lost.");
    return response;
  };
}

async function open(fetch, storage, fileStorage) {
  const connection = connect({ url, token: tokens.mira, fetch });
  const back = new Set();
  const verbs = verbsFor(connection, documentsFor());
  const outbox = createOutbox({
    verbs,
    uploads: new Uploads(connection, verbs, url, fetch),
    viewer: new Writable({ id: await idOf("mira") }),
    whenBack: (listener) => {
      back.add(listener);
      return () => back.delete(listener);
    },
    sent() {},
    server: url,
    storage: () => storage,
    fileStorage: () => fileStorage,
  });
  return { outbox, connection, hurry: () => back.forEach((each) => each()) };
}

/** The text of each message, and what its files are called. */
async function contents(conversationId) {
  const document = `query ($id: ID!) {
    conversation(id: $id) { messages(last: 100) {
      edges { node { kind body attachments { filename } } } } }
  }`;
  const { conversation } = await ask("mira", document, { id: conversationId });
  const nodes = conversation.messages.edges.map(({ node }) => node);
  const texts = nodes.filter(({ kind }) => kind === "TEXT");
  return texts.map(({ body, attachments }) => [body, ...attachments.map((file) => file.filename)]);
}

for (const seed of [1, 2, 3]) {
  test(`messages through storm ${seed} are there once, in order, as they were edited`, async () => {
    const random = randomFrom(seed);
    const faults = { isOver: false };
    const [storage, files] = [memoryStorage(), memoryFiles()];
    const conversations = await Promise.all(
      ["a", "b", "c"].map(() => startGroup("mira", ["lena"])),
    );
    const expected = new Map(conversations.map((id) => [id, []]));
    let page = await open(lossyFetch(random, faults), storage, files);

    for (let count = 0; count < 60; count++) {
      const id = conversations[Math.floor(random() * conversations.length)];
      const names = random() < 0.2 ? [`${count}.txt`, `More ${count}.txt`] : [];
      const chosen = names.map((name) => new File([name], name));
      const clientId = await page.outbox.send(id, `Message ${count}`, { files: chosen });
      expected.get(id).push([`Message ${count}`, ...names]);
      if (random() < 0.5) await new Promise((resolve) => setTimeout(resolve, random() * 30));
      if (random() < 0.3 && (await page.outbox.edit(clientId, `Edited ${count}`))) {
        expected.get(id).at(-1)[0] = `Edited ${count}`;
      }
      if (random() < 0.3) page.hurry();
      if (random() < 0.1) {
        // The page is loaded again.
        page.outbox.close();
        page.connection.close();
        page = await open(lossyFetch(random, faults), storage, files);
      }
    }
    faults.isOver = true;
    await until(() => page.hurry() ?? page.outbox.getSnapshot().length === 0, 30);
    await until(async () => (await storage.load()).length === 0);
    await until(async () => (await files.load()).length === 0);

    for (const [id, texts] of expected) assert.deepEqual(await contents(id), texts);
    page.outbox.close();
    page.connection.close();
  });
}
