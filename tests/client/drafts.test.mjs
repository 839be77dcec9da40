/** Drafts: kept at once, saved every few seconds, never overwritten unknowingly, gone when they are sent. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { memoryDrafts } from "../../schema/client/outbox/storage.js";
import { DraftModel } from "../../schema/client/stores/drafts/model.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk } from "./fake_talk.mjs";

const LATER = new TalkError("NETWORK", "No answer.", { retryable: true });

/**
 * A draft that somebody looks at.
 * @param {import("node:test").TestContext} t
 * @param {(fake: ReturnType<typeof fakeTalk>, room: any) => void} [before] what has happened until then.
 */
async function openDraft(t, before = () => {}) {
  const fake = fakeTalk(t);
  const room = fake.world.start([1], 3);
  before(fake, room);
  const draft = fake.talk.draft(room.id);
  const leave = draft.subscribe(() => {});
  await settle();
  await settle();
  const shown = () => draft.getSnapshot();
  const stored = () => room.place.draft;
  const saves = () => fake.connection.asked.filter(({ name }) => name === "SaveDraft");
  const elsewhere = (/** @type {string} */ body, replyTo = null) =>
    room.saveDraft(body, replyTo, room.place.draft.version);
  return { ...fake, room, draft, leave, shown, stored, saves, elsewhere };
}

test("what is written is there at once, and on the server every two seconds", async (t) => {
  const { draft, shown, stored, saves, pass } = await openDraft(t);
  assert.deepEqual([shown().state, shown().body, shown().isSaved], ["ready", "", true]);

  for (let letter = 1; letter <= 50; letter += 1) {
    draft.write({ body: "x".repeat(letter), replyTo: 2 });
    await pass(100);
  }
  assert.deepEqual([shown().body.length, shown().isSaved], [50, false]);
  assert.equal(saves().length, 2);

  await pass(2_000);
  assert.deepEqual(stored(), { body: "x".repeat(50), replyTo: 2, version: 3 });
  assert.equal(shown().isSaved, true);
  await pass(60_000);
  assert.equal(saves().length, 3);
});

test("a draft of another device is shown, where nothing was written since", async (t) => {
  const { draft, shown, elsewhere, pass, saves } = await openDraft(t, (_fake, room) => {
    room.saveDraft("Begun elsewhere", 1, 0);
  });
  assert.deepEqual([shown().body, shown().replyTo], ["Begun elsewhere", 1]);

  elsewhere("Begun elsewhere, and gone on");
  assert.equal(shown().body, "Begun elsewhere, and gone on");
  elsewhere("");
  assert.equal(shown().body, "");
  await pass(10_000);
  assert.equal(saves().length, 0);
  assert.equal(draft.getSnapshot().conflict, null);
});

for (const [which, body] of [
  ["mine", "Written here"],
  ["theirs", "Written there"],
  ["both", "Written here\n\nWritten there"],
]) {
  test(`of two versions nothing is lost, and ${which} can be kept`, async (t) => {
    const { draft, shown, stored, elsewhere, pass } = await openDraft(t);
    draft.write({ body: "Written here" });
    elsewhere("Written there");

    assert.equal(shown().body, "Written here");
    assert.deepEqual(shown().conflict, { body: "Written there", replyTo: null });
    await pass(10_000);
    assert.equal(stored().body, "Written there");
    const { conflict } = shown();
    draft.write({ body: "Written her" });
    draft.write({ body: "Written here" });
    assert.equal(shown().conflict, conflict, "it is announced once");

    draft.resolve(/** @type {any} */ (which));
    await pass(3_000);
    assert.deepEqual([shown().body, shown().conflict, stored().body], [body, null, body]);
    assert.equal(shown().isSaved, true);
  });
}

test("a conflict is over if the other device sends what it has, or writes the same", async (t) => {
  const { draft, shown, elsewhere, stored, pass } = await openDraft(t);
  draft.write({ body: "Here" });
  elsewhere("There");
  elsewhere("");
  assert.deepEqual([shown().body, shown().conflict], ["Here", null]);
  await pass(3_000);
  assert.equal(stored().body, "Here");

  draft.write({ body: "Here and now" });
  elsewhere("There again");
  elsewhere("Here and now");
  assert.deepEqual([shown().conflict, shown().isSaved], [null, true]);
});

test("the message that a draft becomes ends it here and elsewhere", async (t) => {
  const { draft, talk, room, shown, stored, pass } = await openDraft(t);
  draft.write({ body: "On my way", replyTo: 2 });
  await pass(3_000);
  assert.equal(stored().version, 1);

  const thread = talk.conversation(room.id);
  await thread.send("On my way", { replyTo: 2, endsDraft: true });
  assert.deepEqual([shown().body, shown().replyTo], ["", null]);
  await pass(10_000);

  assert.equal(room.messages.at(-1).body, "On my way");
  assert.deepEqual(stored(), { body: "", replyTo: null, version: 2 });
  assert.deepEqual([shown().body, shown().isSaved], ["", true]);
});

test("a message that is not the draft leaves it as it is", async (t) => {
  const { draft, talk, room, shown, pass } = await openDraft(t);
  draft.write({ body: "A long letter" });
  await talk.conversation(room.id).send("👍");
  await pass(3_000);

  assert.equal(shown().body, "A long letter");
  assert.equal(room.place.draft.body, "A long letter");
});

test("a draft whose save is still on its way does not come back after it was sent", async (t) => {
  for (const arrives of ["before", "after"]) {
    const { draft, connection, talk, room, shown, stored, pass } = await openDraft(t);
    connection.held.add("SaveDraft");
    draft.write({ body: "On my way" });
    await pass(2_000);
    const save = connection.waitingFor("SaveDraft");
    if (arrives === "before") save.execute();
    await talk.conversation(room.id).send("On my way", { endsDraft: true });
    await pass(100);
    if (arrives === "after") save.execute();
    save.fail(LATER);
    connection.held.clear();
    await pass(60_000);

    assert.deepEqual([stored().body, shown().body, shown().isSaved], ["", "", true], arrives);
    assert.equal(shown().conflict, null);
    talk.close();
    t.mock.timers.reset();
  }
});

test("what is written after a message is saved after it", async (t) => {
  const { draft, connection, talk, room, stored, pass } = await openDraft(t);
  draft.write({ body: "First" });
  await pass(3_000);
  connection.held.add("SendMessage").add("SaveDraft");
  await talk.conversation(room.id).send("First", { endsDraft: true });
  draft.write({ body: "Second" });
  await pass(30_000);
  assert.deepEqual(
    connection.waiting.map(({ name }) => name),
    ["SendMessage"],
  );

  connection.held.clear();
  connection.waitingFor("SendMessage").answer();
  await pass(5_000);
  await pass(5_000);
  assert.equal(stored().body, "Second");
  assert.equal(room.messages.at(-1).body, "First");
});

test("a message that is refused is kept by the outbox, and is no draft any more", async (t) => {
  const { draft, connection, talk, room, stored, shown, pass } = await openDraft(t);
  draft.write({ body: "Not now" });
  await pass(3_000);
  connection.held.add("SendMessage");
  await talk.conversation(room.id).send("Not now", { endsDraft: true });
  await pass(0);
  connection.waitingFor("SendMessage").refuse("NOT_ALLOWED");
  await pass(5_000);

  assert.equal(stored().body, "");
  assert.equal(shown().body, "");
  assert.equal(talk.outbox.getSnapshot()[0].body, "Not now");
});

test("a draft survives a reload, also if it was never saved", async (t) => {
  const storage = memoryDrafts();
  const first = fakeTalk(t, {}, { draftStorage: () => storage });
  const room = first.world.start([1], 3);
  const draft = first.talk.draft(room.id);
  draft.subscribe(() => {});
  await settle();
  first.connection.held.add("SaveDraft");
  draft.write({ body: "Hello", replyTo: 2, mentions: [{ id: "a", name: "Ada" }] });
  await first.pass(100);
  first.talk.close();

  const again = first.reload();
  const reloaded = again.talk.draft(room.id);
  reloaded.subscribe(() => {});
  await again.pass(0);
  const { body, replyTo, mentions } = reloaded.getSnapshot();
  assert.deepEqual({ body, replyTo, mentions }, {
    body: "Hello",
    replyTo: 2,
    mentions: [{ id: "a", name: "Ada" }],
  });
  await again.pass(3_000);
  assert.equal(room.place.draft.body, "Hello");
});

test("after a reload, what another device wrote meanwhile is a conflict", async (t) => {
  const storage = memoryDrafts();
  const first = fakeTalk(t, {}, { draftStorage: () => storage });
  const room = first.world.start([1], 3);
  const draft = first.talk.draft(room.id);
  draft.subscribe(() => {});
  await settle();
  draft.write({ body: "Here" });
  await first.pass(100);
  first.talk.close();
  room.saveDraft("There", null, 0);

  const again = first.reload();
  // Nobody has to look at it: it is saved, or found to be a conflict, when any draft is asked for.
  again.talk.draft("another conversation");
  await again.pass(5_000);
  const reloaded = again.talk.draft(room.id);
  reloaded.subscribe(() => {});
  await again.pass(0);
  assert.equal(reloaded.getSnapshot().body, "Here");
  assert.equal(reloaded.getSnapshot().conflict?.body, "There");
});

test("what is kept is written when it changes, and not at each message of the conversation", async (t) => {
  const storage = memoryDrafts();
  let written = 0;
  const counted = {
    ...storage,
    put: (/** @type {any} */ entry) => ((written += 1), storage.put(entry)),
    remove: (/** @type {string} */ key) => ((written += 1), storage.remove(key)),
  };
  const fake = fakeTalk(t, {}, { draftStorage: () => counted });
  const room = fake.world.start([1], 3);
  const draft = fake.talk.draft(room.id);
  draft.subscribe(() => {});
  await fake.pass(0);
  for (let count = 0; count < 10; count += 1) room.send(1);
  await fake.pass(0);
  assert.equal(written, 0);

  draft.write({ body: "Hello" });
  await fake.pass(3_000);
  const before = written;
  for (let count = 0; count < 10; count += 1) room.send(1);
  await fake.pass(3_000);
  assert.equal(written, before);
  draft.discard();
  await fake.pass(0);
  assert.deepEqual(await storage.load(), []);
});

test("of what two tabs left, one goes on, and the other is not lost", async (t) => {
  const storage = memoryDrafts();
  const fake = fakeTalk(t, {}, { draftStorage: () => storage });
  const room = fake.world.start([1], 3);
  const base = { body: "", replyTo: null, version: 0 };
  const kept = { base, theirs: null, asked: [], spent: [], conversationId: room.id };
  for (const tab of ["one", "two"]) {
    const written = { body: `Of tab ${tab}`, replyTo: null, mentions: [] };
    await storage.put({ ...kept, key: `${tab} ${room.id}`, tab, written });
  }
  const draft = fake.talk.draft(room.id);
  draft.subscribe(() => {});
  await fake.pass(0);

  const bodies = (await storage.load()).map(({ written }) => written.body);
  assert.deepEqual(bodies.sort(), ["Of tab one", "Of tab two"]);
  assert.ok(bodies.includes(draft.getSnapshot().body));
});

test("whoever leaves a draft leaves it saved", async (t) => {
  const { draft, leave, stored, pass } = await openDraft(t);
  draft.write({ body: "Half a sentence" });
  draft.flush();
  await pass(0);
  assert.equal(stored().body, "Half a sentence");

  draft.write({ body: "Half a sentence more" });
  leave();
  await pass(5_500);
  assert.equal(stored().body, "Half a sentence more");
});

test("without a network it is kept, and saved when there is one", async (t) => {
  const { draft, connection, stored, shown, pass } = await openDraft(t);
  connection.held.add("SaveDraft");
  draft.write({ body: "On a train" });
  for (let round = 0; round < 3; round += 1) {
    await pass(40_000);
    connection.waitingFor("SaveDraft").fail(LATER);
  }
  connection.held.clear();
  assert.equal(shown().isSaved, false);
  connection.back();
  await pass(0);
  assert.equal(stored().body, "On a train");
});

test("what the server does not take is kept here, and tried again with other words", async (t) => {
  const { draft, connection, stored, shown, saves, pass } = await openDraft(t);
  connection.held.add("SaveDraft");
  draft.write({ body: "Too long" });
  await pass(2_000);
  connection.waitingFor("SaveDraft").refuse("BODY_TOO_LONG", ["body"]);
  await pass(30_000);
  assert.equal(/** @type {any} */ (shown().error)?.code, "BODY_TOO_LONG");
  assert.equal(saves().length, 1);

  connection.held.clear();
  draft.write({ body: "Short" });
  await pass(3_000);
  assert.deepEqual([stored().body, shown().error], ["Short", null]);
});

test("a draft outlives what it replies to", async (t) => {
  const { draft, connection, stored, shown, pass } = await openDraft(t);
  connection.held.add("SaveDraft");
  draft.write({ body: "Yes", replyTo: 2 });
  await pass(2_000);
  connection.waitingFor("SaveDraft").refuse("NUMBER_OUT_OF_RANGE", ["replyTo"]);
  connection.held.clear();
  await pass(3_000);
  assert.deepEqual([stored().body, stored().replyTo, shown().replyTo], ["Yes", null, null]);
});

test("whoever is taken in again has what they wrote meanwhile saved", async (t) => {
  const { draft, connection, room, stored, shown, pass } = await openDraft(t);
  connection.held.add("SaveDraft");
  draft.write({ body: "One last word" });
  await pass(2_000);
  connection.waitingFor("SaveDraft").refuse("NOT_A_PARTICIPANT");
  await pass(30_000);
  assert.equal(/** @type {any} */ (shown().error)?.code, "NOT_A_PARTICIPANT");

  connection.held.clear();
  room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  await pass(3_000);
  assert.deepEqual([stored().body, shown().error], ["One last word", null]);
});

test("whoever is taken in again before they hear of a refusal has their draft saved", async (t) => {
  const { draft, connection, room, stored, shown, pass } = await openDraft(t);
  connection.held.add("SaveDraft");
  draft.write({ body: "One last word" });
  await pass(2_000);
  const save = connection.waitingFor("SaveDraft");
  connection.held.clear();
  room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  await pass(0);
  save.refuse("NOT_A_PARTICIPANT");
  await pass(3_000);
  assert.deepEqual([stored().body, shown().error], ["One last word", null]);
});

test("a draft that is discarded is gone everywhere", async (t) => {
  const { draft, stored, shown, pass } = await openDraft(t, (_fake, room) => {
    room.saveDraft("Better not", null, 0);
  });
  draft.discard();
  await pass(0);
  assert.deepEqual([stored().body, shown().body], ["", ""]);
});

test("the draft of one person is not shown to another", async (t) => {
  const { draft, connection, talk, shown, saves, pass } = await openDraft(t);
  draft.write({ body: "Mira's" });
  await pass(0);
  connection.viewerId = "somebody else";
  /** @type {any} */ (talk.viewer).set({ ...talk.viewer.getSnapshot(), id: "somebody else" });
  await pass(0);
  assert.equal(shown().body, "");
  await pass(10_000);
  assert.equal(saves().length, 0);
});

test("saving a draft does not ask for the thread anew", async (t) => {
  const { draft, talk, room, connection, pass } = await openDraft(t, ({ talk: each }) => {
    each.inbox().subscribe(() => {});
  });
  talk.conversation(room.id).subscribe(() => {});
  await pass(0);
  const before = connection.count("Thread");
  for (let round = 0; round < 5; round += 1) {
    draft.write({ body: `Round ${round}` });
    await pass(3_000);
  }
  assert.equal(connection.count("Thread"), before);
});

test("a later version is compared with what was written, by its words", () => {
  const model = new DraftModel();
  /** @param {number} number */
  const version = (number, body = "") => ({ body, replyTo: null, version: number });
  model.receive(version(3, "Hello"));
  assert.equal(model.written.body, "Hello");
  model.receive(version(2, "An answer that came late"));
  assert.equal(model.written.body, "Hello");

  // One's own save, without an answer, comes back by the stream while somebody goes on.
  model.write({ body: "Hello you", replyTo: null, mentions: [] });
  model.ask();
  model.write({ body: "Hello you there", replyTo: null, mentions: [] });
  model.receive(version(4, "Hello you"));
  assert.deepEqual([model.theirs, model.base.version, model.isChanged], [null, 4, true]);

  // If the server took it, and another device has sent it since, only somebody who looks at it knows.
  model.ask();
  model.receive(version(6));
  assert.deepEqual([model.written.body, model.theirs?.body], ["Hello you there", ""]);
  model.resolve("theirs");
  assert.equal(model.written.body, "");

  // A reply is chosen before anything is written.
  const reply = new DraftModel();
  reply.write({ body: "", replyTo: 7, mentions: [] });
  reply.receive(version(0));
  assert.equal(reply.written.replyTo, 7);
});
