/**
 * Somebody writes on two devices, reloads, sends and discards, while answers come late or never: no word
 * is lost unless they drop it, and no draft comes back that was sent.
 */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { memoryStorage } from "../../schema/client/outbox/index.js";
import { memoryDrafts } from "../../schema/client/outbox/storage.js";
import { talkOver } from "../../schema/client/talk.js";
import { FakeConnection, settle } from "./fake_connection.mjs";
import { random } from "./random.mjs";
import { World } from "./world.mjs";

const RUNS = Number(process.env.TALK_RUNS ?? 200);
const STEPS = 60;
const LATER = { retryable: true };

/** A browser, which keeps what it has over a reload. */
class Device {
  #drafts = memoryDrafts();
  #unsent = memoryStorage();

  /** @param {string} name @param {World} world @param {string} id the conversation's. */
  constructor(name, world, id) {
    this.name = name;
    this.world = world;
    this.id = id;
    this.open();
  }

  open() {
    this.connection = new FakeConnection(this.world);
    this.connection.held.add("*");
    this.connection.holdsStreams = true;
    this.talk = talkOver(this.connection, {
      url: "http://a.test/",
      storage: () => this.#unsent,
      draftStorage: () => this.#drafts,
    });
    this.draft = this.talk.draft(this.id);
    this.draft.subscribe(() => {});
    this.thread = this.talk.conversation(this.id);
  }

  reload() {
    this.talk.close();
    this.open();
  }

  get shown() {
    return this.draft.getSnapshot();
  }
}

class Run {
  /** @type {string[]} */
  log = [];
  #words = 0;
  /** What was written, and neither sent nor dropped. @type {Set<string>} */
  written = new Set();
  /** @type {Set<string>} */
  sent = new Set();

  /** @param {import("node:test").TestContext} t @param {number} seed */
  constructor(t, seed) {
    this.t = t;
    this.below = random(seed);
    this.world = new World();
    this.room = this.world.start([1], 3);
    this.devices = ["laptop", "phone"].map((name) => new Device(name, this.world, this.room.id));
  }

  /** @param {Device} device */
  acts(device) {
    const { shown, draft } = device;
    const { below } = this;
    return {
      write: () => this.write(device),
      writeMore: () => this.write(device),
      send: () => this.send(device),
      discard: () => {
        if (below(4)) return;
        this.drop(shown.body, shown.conflict?.body);
        draft.discard();
      },
      flush: () => draft.flush(),
      resolve: () => {
        if (!shown.conflict) return;
        const which = /** @type {const} */ (["mine", "theirs", "both"])[below(3)];
        if (which === "mine") this.drop(shown.conflict.body, shown.body);
        if (which === "theirs") this.drop(shown.body, shown.conflict.body);
        draft.resolve(which);
      },
      // Before it is known who writes, there is nowhere to keep it.
      reload: () => shown.state === "ready" && device.reload(),
      otherMessage: () => this.room.send(1),
    };
  }

  /** @param {Device} device */
  write({ draft, shown }) {
    const word = `w${++this.#words}`;
    this.written.add(word);
    draft.write({ body: `${shown.body} ${word}`.trim(), replyTo: this.below(2) ? 2 : null });
  }

  /** @param {Device} device */
  send({ thread, shown }) {
    if (!shown.body) return;
    for (const word of shown.body.split(/\s+/)) this.sent.add(word);
    thread.send(shown.body, { replyTo: shown.replyTo, endsDraft: true }).catch(() => {});
  }

  /**
   * Somebody no longer wants these words, but where they stand elsewhere, too.
   * @param {string} body
   * @param {string} [kept]
   */
  drop(body, kept = "") {
    const stays = kept.split(/\s+/);
    for (const word of body.split(/\s+/)) if (!stays.includes(word)) this.written.delete(word);
  }

  /** @param {FakeConnection} connection */
  network({ waiting, streams }) {
    const { below } = this;
    const request = waiting[below(waiting.length || 1)];
    const stream = streams[below(streams.length || 1)];
    const choice = below(9);
    if (choice < 3 && request && !request.isExecuted) {
      this.note(`execute ${request.name}`);
      request.execute();
    } else if (choice < 5 && request) {
      this.note(`answer ${request.name}`);
      request.answer();
    } else if (choice === 5 && request) {
      this.note(`no answer to ${request.name}`);
      request.fail(new TalkError("NETWORK", "No answer.", LATER));
    } else if (choice < 7 && stream) {
      if (stream.read()) this.note(`read ${stream.name}`);
    } else if (choice === 7 && stream) {
      if (stream.deliver()) this.note(`deliver ${stream.name}`);
    } else if (stream) {
      this.note(`cut ${stream.name}`);
      stream.cut();
    }
  }

  async step() {
    const device = this.devices[this.below(2)];
    if (this.below(3)) {
      this.log.push(device.name);
      this.network(device.connection);
    } else {
      const acts = this.acts(device);
      const names = /** @type {(keyof typeof acts)[]} */ (Object.keys(acts));
      const name = names[this.below(names.length)];
      this.note(`${device.name}: ${name} ${JSON.stringify(device.shown)}`);
      acts[name]();
    }
    await settle();
    if (!this.below(3)) this.t.mock.timers.tick(this.below(2_500));
    await settle();
  }

  /** Let everything arrive that is on its way, and keep both versions where there are two. */
  async calm() {
    for (const { connection } of this.devices) {
      connection.held.clear();
      connection.holdsStreams = false;
    }
    for (let round = 0; round < 40; round += 1) {
      for (const { connection, draft, shown } of this.devices) {
        for (const request of [...connection.waiting]) request.answer();
        connection.pump();
        connection.back();
        if (shown.conflict) draft.resolve(this.isOver(shown) ? "theirs" : "both");
      }
      await settle();
      this.t.mock.timers.tick(2_500);
      await settle();
    }
  }

  /**
   * Whether somebody who looks at a conflict sees that they have sent this already.
   * @param {import("../../schema/client/types.js").DraftSnapshot} shown
   */
  isOver({ body, conflict }) {
    return conflict?.body === "" && body.split(/\s+/).every((word) => this.sent.has(word));
  }

  check() {
    const { draft } = this.room.place;
    for (const { name, shown, talk } of this.devices) {
      assert.deepEqual(talk.outbox.getSnapshot(), [], name);
      assert.equal(shown.body, draft.body, name);
      assert.deepEqual([shown.isSaved, shown.conflict, shown.error], [true, null, null], name);
    }
    const words = draft.body.split(/\s+/).filter(Boolean);
    const messages = new Set(this.room.messages.flatMap(({ body }) => body.split(/\s+/)));
    for (const word of this.written)
      assert.ok(words.includes(word) || messages.has(word), `${word} is lost: ${draft.body}`);
    assert.ok(!words.length || words.some((word) => !this.sent.has(word)), `sent: ${draft.body}`);
    const clientIds = this.room.messages.flatMap(({ clientId }) => clientId ?? []);
    assert.equal(new Set(clientIds).size, clientIds.length);
  }

  /** @param {string} text */
  note(text) {
    this.log.push(text);
  }
}

test(`${RUNS} random runs of two devices lose no word, and bring none back`, async (t) => {
  const from = Number(process.env.TALK_SEED ?? 1);
  for (let seed = from; seed < from + RUNS; seed += 1) {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 0, 2) });
    const run = new Run(t, seed);
    try {
      await settle();
      for (let step = 0; step < STEPS; step += 1) await run.step();
      await run.calm();
      run.check();
    } catch (error) {
      console.error(`TALK_SEED=${seed} TALK_RUNS=1\n${run.log.slice(-80).join("\n")}`);
      throw error;
    } finally {
      for (const { talk } of run.devices) talk.close();
      await settle();
      t.mock.timers.reset();
    }
  }
});
