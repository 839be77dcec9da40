/** However pages and changes come in between each other: at the end, stores show what the server has. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { memoryStorage } from "../../schema/client/outbox/index.js";
import { talkOver } from "../../schema/client/talk.js";
import { FakeConnection, settle } from "./fake_connection.mjs";
import { random } from "./random.mjs";
import { World } from "./world.mjs";

const RUNS = Number(process.env.TALK_RUNS ?? 150);
const STEPS = 70;

/** One run: a world, a client of it, and what can happen to both. */
class Run {
  /** @type {string[]} */
  log = [];
  wantsPins = false;

  /** @param {import("node:test").TestContext} t @param {number} seed */
  constructor(t, seed) {
    this.t = t;
    this.below = random(seed);
    this.world = new World();
    this.room = this.world.start([1, 2, 3], 20 + this.below(100));
    this.others = Array.from({ length: 40 }, (_, index) =>
      this.world.start([1 + (index % 3)], index % 3),
    );
    this.connection = new FakeConnection(this.world);
    this.talk = talkOver(this.connection, { url: "http://a.test/", storage: memoryStorage });
    this.thread = this.talk.conversation(this.room.id);
    this.inbox = this.talk.inbox();
    this.archive = this.talk.inbox({ archived: true });
  }

  async start() {
    this.connection.held.add("*").delete("Viewer");
    this.connection.holdsStreams = true;
    this.thread.subscribe(() => {});
    this.inbox.subscribe(() => {});
    this.talk.unreadTotal.subscribe(() => {});
    if (this.below(2)) this.archive.subscribe(() => {});
    await settle();
  }

  number() {
    return 1 + this.below(this.room.messages.length);
  }

  /** A conversation of the inbox, most often the one that is open. */
  any() {
    return this.below(3) ? this.room : this.others[this.below(40)];
  }

  person() {
    return 1 + this.below(3);
  }

  /** What happens on the server. */
  acts() {
    const { world, room, below } = this;
    const isKnown = () => this.inbox.getSnapshot().state === "ready";
    /** @type {Record<string, () => unknown>} */
    const acts = {
      send: () => room.send(this.person(), below(3) ? {} : { replyTo: this.number() }),
      sendOwn: () =>
        room.send(0, {
          clientId: `own ${world.clock}`,
          ...(below(2) && { replyTo: this.number() }),
        }),
      sendFiles: () => {
        const id = `file ${world.clock}`;
        world.uploads.set(id, { id, filename: "Sea.png", contentType: "image/png", size: 7 });
        Object.assign(world.uploads.get(id), { state: "CHECKING" });
        room.send(below(4), { body: "", attachments: [id] });
      },
      complete: () => room.complete(this.number()),
      edit: () => room.edit(this.number(), `Edited ${world.clock}`),
      retract: () => room.retract(this.number()),
      react: () => room.react(this.number(), below(4), "👍", below(3) > 0),
      block: () => world.block(this.person(), !below(2)),
      rename: () => room.rename(`Title ${world.clock}`),
      read: () => room.read(below(4), this.number()),
      markUnread: () => room.markUnread(below(2) ? this.number() : null),
      elsewhere: () => this.others[below(40)].send(0),
      archive: () => this.any().arrange({ archivedAt: below(2) ? world.clock : null }),
      pinPlace: () => this.any().arrange({ pinnedAt: below(2) ? world.clock : null }),
      mute: () =>
        this.any().arrange({
          level: below(4) ? "EVERYTHING" : "NOTHING",
          // Nothing tells when the time ends of a row that was not loaded, and has not changed since.
          mutedUntil: below(2) && isKnown() ? Date.now() + below(30_000) : null,
        }),
      draft: () => {
        const { version } = room.place.draft;
        room.saveDraft(`Draft ${world.clock}`, null, version);
      },
      readPrivately: () => room.arrange({ readPrivately: true }),
      pin: () => room.pin(this.number(), below(3) > 0),
      describe: () => room.describe(`About ${world.clock}`),
      role: () =>
        room.changePlace(
          0,
          { role: ["MEMBER", "ADMIN", "OWNER"][below(3)] },
          "PARTICIPANT_ROLE_CHANGED",
        ),
      theirRole: () =>
        room.changePlace(1, { role: ["MEMBER", "ADMIN"][below(2)] }, "PARTICIPANT_ROLE_CHANGED"),
      theyLeave: () => room.changePlace(3, { status: "LEFT" }, "PARTICIPANT_LEFT"),
      theyJoin: () => room.changePlace(3 + below(2), { status: "ACTIVE" }, "PARTICIPANT_JOINED"),
    };
    if (!below(6)) acts.clear = () => room.clear();
    const gone = { status: "LEFT", role: "MEMBER" };
    if (!below(6)) acts.leave = () => room.changePlace(0, gone, "PARTICIPANT_LEFT");
    return acts;
  }

  /** What happens while the viewer is out. */
  actsOfOthers() {
    const { room, below } = this;
    const { edit, retract, rename, theirRole, theyLeave, theyJoin, archive, pinPlace, mute } =
      this.acts();
    return {
      ...{ edit, retract, rename, theirRole, theyLeave, theyJoin, archive, pinPlace, mute },
      send: () => room.send(this.person()),
      read: () => room.read(this.person(), this.number()),
      react: () => room.react(this.number(), this.person(), "👍", below(3) > 0),
    };
  }

  comeBack() {
    this.note("comes back");
    this.room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  }

  act() {
    const isOut = this.room.place.status !== "ACTIVE";
    if (isOut && !this.below(3)) return this.comeBack();
    const acts = isOut ? this.actsOfOthers() : this.acts();
    const names = Object.keys(acts);
    const name = names[this.below(names.length)];
    this.note(name);
    acts[name]();
  }

  /** One of the messages that are shown and whose words are there. */
  text() {
    const { rows } = this.thread.getSnapshot();
    const texts = rows.flatMap(({ message }) => (message && !message.removal ? message : []));
    return texts[this.below(texts.length || 1)];
  }

  /** What the reader does. */
  use() {
    const { thread, inbox, below } = this;
    const ignore = (/** @type {Promise<unknown>} */ promise) => void promise.catch(() => {});
    const uses = {
      earlier: () => ignore(thread.loadEarlier()),
      later: () => ignore(thread.loadLater()),
      jump: () => ignore(thread.jumpTo({ number: this.number() })),
      unread: () => ignore(thread.jumpTo({ firstUnread: true })),
      newest: () => ignore(thread.jumpToNewest()),
      members: () => ignore(thread.loadMembers()),
      pins: () => {
        this.wantsPins = true;
        ignore(thread.loadPins());
      },
      archive: () => this.archive.subscribe(() => {}),
      moreArchived: () => ignore(this.archive.loadMore()),
      more: () => ignore(inbox.loadMore()),
      shown: () => thread.shown(this.number()),
      react: () => {
        const message = this.text();
        if (message) ignore(thread.react(message, "🎉"));
      },
      save: () => {
        const message = this.text()?.id;
        const verb = below(3) ? "saveMessage" : "unsaveMessage";
        if (message) ignore(this.talk[verb]({ message }));
      },
    };
    const names = /** @type {(keyof typeof uses)[]} */ (Object.keys(uses));
    const name = names[below(names.length)];
    this.note(name);
    uses[name]();
  }

  /** What the network does. */
  network() {
    const { connection, below } = this;
    const request = connection.waiting[below(connection.waiting.length || 1)];
    const stream = connection.streams[below(connection.streams.length || 1)];
    const choice = below(8);
    if (choice < 2 && request && !request.isExecuted)
      return (this.note(`execute ${request.name}`), request.execute());
    if (choice < 4 && request) return (this.note(`answer ${request.name}`), request.answer());
    if (choice < 6 && stream) return void (stream.read() && this.note(`read ${stream.name}`));
    if (choice === 6 && stream)
      return void (stream.deliver() && this.note(`deliver ${stream.name}`));
    if (stream && !below(6)) {
      this.note(`cut ${stream.name}`);
      if (!below(4)) this.room.prunedTo = this.room.revision;
      stream.cut();
    } else if (stream && !below(8) && stream.name !== "InboxChanges") {
      this.note(`end ${stream.name}`);
      stream.end(below(2) ? null : new TalkError("RESYNC_REQUIRED", "It is too long ago."));
    } else if (request && !below(4)) {
      this.note(`fail ${request.name}`);
      // Others than these are asked again when the connection is back.
      const retryable = below(4) > 0;
      request.fail(new TalkError("UNAVAILABLE", "The database is away.", { retryable }));
    }
  }

  async step() {
    [
      () => this.act(),
      () => this.use(),
      () => this.network(),
      () => this.network(),
      () => this.network(),
    ][this.below(5)]();
    await settle();
    if (!this.below(4)) this.t.mock.timers.tick(this.below(700));
    await settle();
  }

  /** Let everything arrive that is on its way. */
  async calm() {
    const { connection } = this;
    if (this.room.place.status !== "ACTIVE") this.comeBack();
    connection.held.clear();
    connection.holdsStreams = false;
    connection.back();
    for (let round = 0; round < 25; round += 1) {
      for (const request of [...connection.waiting]) request.answer();
      connection.pump();
      await settle();
      this.t.mock.timers.tick(2_000);
      await settle();
    }
  }

  /** @param {string} text */
  note(text) {
    this.log.push(text);
  }

  check() {
    const { room, world } = this;
    const shown = this.thread.getSnapshot();
    const messages = shown.rows.map((row) => row.message);
    const numbers = messages.map((message) => message?.number ?? 0);
    const [first, last] = [
      numbers[0] ?? room.messages.length + 1,
      numbers.at(-1) ?? room.messages.length,
    ];
    assert.equal(shown.state, "ready");
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => first + index),
      "there is a gap, or a repetition",
    );
    assert.deepEqual(
      messages,
      numbers.map((number) => room.showMessage(number)),
    );
    assert.equal(shown.hasEarlier, first > room.place.firstVisible);
    assert.equal(shown.hasLater, last < room.messages.length);
    assert.equal(shown.isLoading, false);
    assert.deepEqual(shown.conversation, room.showHead());
    const members = room.showMembers({ first: 50, after: null }).edges.map((edge) => edge.node);
    if (shown.members.length) assert.deepEqual(shown.members, members);
    if (this.wantsPins) assert.deepEqual(shown.pins, room.showPins());
    this.checkList(this.inbox, world.shown());
    const archived = world.inbox("ACTIVE", { archived: true });
    if (this.archive.getSnapshot().state === "ready") this.checkList(this.archive, archived);
    assert.equal(this.talk.unreadTotal.getSnapshot(), world.unreadTotal());
  }

  /**
   * @param {import("../../schema/client/types.js").InboxStore} list
   * @param {any[]} rooms that it shows, if it shows all.
   */
  checkList(list, rooms) {
    const { rows, hasMore } = list.getSnapshot();
    const expected = rooms.slice(0, rows.length).map((each) => each.showRow());
    // Some may have moved to the other list.
    assert.ok(rows.length >= Math.min(20, rooms.length));
    assert.deepEqual(rows.map(withoutRevision), expected.map(withoutRevision));
    assert.equal(hasMore, rooms.length > rows.length);
  }
}

/**
 * Not each change of a conversation is one of the inbox, so this lags behind there.
 * @param {any} row
 */
function withoutRevision({ conversation, ...row }) {
  const { revision, latestMessage, ...rest } = conversation;
  assert.ok(revision > 0);
  return {
    ...row,
    conversation: { ...rest, latestMessage: latestMessage && { ...latestMessage, revision: 0 } },
  };
}

test(`${RUNS} random runs end as a fresh query would`, async (t) => {
  const from = Number(process.env.TALK_SEED ?? 1);
  for (let seed = from; seed < from + RUNS; seed += 1) {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 0, 2) });
    const run = new Run(t, seed);
    try {
      await run.start();
      for (let step = 0; step < STEPS; step += 1) await run.step();
      await run.calm();
      run.check();
    } catch (error) {
      console.error(`TALK_SEED=${seed} TALK_RUNS=1\n${run.log.slice(-60).join("\n")}`);
      throw error;
    } finally {
      run.talk.close();
      t.mock.timers.reset();
    }
  }
});
