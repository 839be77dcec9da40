/** A server in memory for tests of the outbox, and what an outbox needs beside it. */

import { afterEach } from "node:test";

import { Refusal, TalkError } from "../../schema/client/errors.js";
import { createOutbox, memoryStorage } from "../../schema/client/outbox/index.js";
import { Writable } from "../../schema/client/store.js";

export const lost = () => new TalkError("NETWORK", "There is no answer.", { retryable: true });
export const refusal = (code, path = []) =>
  new Refusal({ code, message: `Refused: ${code}`, path });

/** Keeps messages by their client ids, as the real one does. */
export class FakeServer {
  /** The messages by conversation, in their order. */
  messages = [];
  /** All that was asked: `[name, input]`. */
  requests = [];
  /** How the next requests end, one for each; the others are answered. */
  #ends = [];
  #waiting = [];
  #isHeld = false;
  isDown = false;
  /** How many requests are on their way now, and how many were at most. */
  onTheWay = 0;
  most = 0;

  verbs = {
    sendMessage: async (input) => ({ sent: await this.#request("sendMessage", input) }),
    editMessage: async (input) => ({ edited: await this.#request("editMessage", input) }),
  };

  /** The names of the files that were uploaded, in their order. Their ids are "file 1" and so on. */
  uploaded = [];
  /** How the next uploads end, one for each: with an error, or "never". */
  uploadEnds = [];
  /** The uploads that never end, until their signal does. @type {{onProgress: Function}[]} */
  uploading = [];

  uploads = {
    attempt: async (blob, { filename }, { signal, onProgress }) => {
      const end = this.uploadEnds.shift();
      if (end === "never") {
        await new Promise((_, reject) => {
          this.uploading.push({ onProgress });
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      }
      await settle();
      signal.throwIfAborted();
      if (end) throw end;
      onProgress(1);
      this.uploaded.push(filename);
      return { id: `file ${this.uploaded.length}` };
    },
  };

  bodies(conversationId) {
    const there = this.messages.filter((message) => message.conversationId === conversationId);
    return there.map(({ body }) => body);
  }

  /** The next requests arrive, and their answers are lost. */
  loseAnswers(count = 1) {
    for (let each = 0; each < count; each++) this.#ends.push({ arrives: true, error: lost() });
  }

  /** The next request does not arrive, and fails with this. */
  fail(...errors) {
    for (const error of errors) this.#ends.push({ arrives: false, error });
  }

  /** Requests wait until `release`. */
  hold() {
    this.#isHeld = true;
  }

  release() {
    this.#isHeld = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #request(name, input) {
    this.requests.push([name, input]);
    this.onTheWay += 1;
    this.most = Math.max(this.most, this.onTheWay);
    try {
      if (this.#isHeld) await new Promise((go) => this.#waiting.push(go));
      if (this.isDown) throw lost();
      const end = this.#ends.shift();
      if (end && !end.arrives) throw end.error;
      const message = name === "sendMessage" ? this.#send(input) : this.#edit(input);
      if (end) throw end.error;
      return message;
    } finally {
      this.onTheWay -= 1;
    }
  }

  #send(input) {
    const content = JSON.stringify(input);
    const earlier = this.messages.find(({ clientId }) => clientId === input.clientId);
    if (earlier && earlier.content !== content) throw refusal("CLIENT_ID_REUSED", ["clientId"]);
    if (earlier) return { ...earlier };
    const { clientId, conversationId, body, mentions } = input;
    const id = `message ${this.messages.length + 1}`;
    const message = { id, clientId, conversationId, body, mentions, content };
    this.messages.push(message);
    return { ...message };
  }

  #edit({ message: id, body, mentions }) {
    const message = this.messages.find((each) => each.id === id);
    if (!message) throw refusal("NOT_FOUND");
    message.body = body;
    if (mentions) message.mentions = mentions;
    return { ...message };
  }
}

const opened = [];
afterEach(() => opened.splice(0).forEach((outbox) => outbox.close()));

/**
 * An outbox of a viewer until the test ends, and what the page hears from it. `storage` may be a
 * function, with one for each viewer.
 */
export function open(server, { storage = memoryStorage(), viewerId = "mira", ...more } = {}) {
  const viewer = new Writable(viewerId && { id: viewerId });
  const back = new Set();
  const told = [];
  const outbox = createOutbox({
    verbs: server.verbs,
    uploads: server.uploads,
    viewer,
    whenBack: (listener) => {
      back.add(listener);
      return () => back.delete(listener);
    },
    sent: (conversationId, message) => told.push([conversationId, message, outbox.getSnapshot()]),
    server: "http://talk.example/graphql",
    storage: typeof storage === "function" ? storage : () => storage,
    ...more,
  });
  opened.push(outbox);
  return { outbox, viewer, storage, told, back, isBack: () => back.forEach((each) => each()) };
}

/** Let all that is ready go on. */
export const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

export const states = (outbox) => outbox.getSnapshot().map(({ body, state }) => `${body} ${state}`);
export const isEmpty = (outbox) => () => outbox.getSnapshot().length === 0;
