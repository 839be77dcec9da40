/** The store of what is scheduled asks anew when it may be otherwise, and not at each message. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { openThread } from "./fake_talk.mjs";

const HOUR = 3_600_000;

/** A conversation in which a message of this text is scheduled in an hour. */
async function openScheduled(t, text) {
  const fake = await openThread(t, 3);
  fake.room.arrange({ scheduled: text ? [due(text, Date.now() + HOUR)] : [] });
  const store = fake.talk.scheduled(fake.room.id);
  fake.talk.inbox().subscribe(() => {});
  store.subscribe(() => {});
  await settle();
  const asked = () => fake.connection.count("ScheduledMessages");
  return { ...fake, asked, bodies: () => store.getSnapshot().rows.map(({ body }) => body), store };
}

/** @param {string} body @param {number} at */
const due = (body, at) => ({ clientId: body, body, at: new Date(at).toISOString(), refusal: null });

test("what another device schedules or cancels is there", async (t) => {
  const { room, store, bodies } = await openScheduled(t);
  assert.deepEqual([store.getSnapshot().state, bodies()], ["ready", []]);

  room.arrange({ scheduled: [due("Later", Date.now() + HOUR)] });
  await settle();
  assert.deepEqual(bodies(), ["Later"]);

  // The device may empty its draft at the same moment.
  const draft = { body: "", replyTo: null, version: 2 };
  room.arrange({ draft: { ...draft, body: "More", version: 1 } });
  await settle();
  room.arrange({ scheduled: [], draft });
  await settle();
  assert.deepEqual(bodies(), []);
});

test("messages, reading and drafts are no reason to ask, unless one is due", async (t) => {
  const { room, pass, asked, bodies } = await openScheduled(t, "Later");
  const before = asked();

  room.send(1, {});
  room.read(0, 4);
  room.saveDraft("So", null, 0);
  await settle();
  assert.equal(asked(), before);

  await pass(HOUR);
  room.place.scheduled = [];
  room.send(0, { body: "Later" });
  await settle();
  assert.deepEqual(bodies(), []);
});

test("what is scheduled here is there, also if the answer is lost", async (t) => {
  const { room, talk, connection, bodies } = await openScheduled(t);
  connection.holdsStreams = true;
  connection.held.add("ScheduleMessage");
  const { body, clientId, at } = due("Later", Date.now() + HOUR);
  const scheduling = talk.scheduleMessage({ conversationId: room.id, body, clientId, at });
  const request = connection.waitingFor("ScheduleMessage");
  request.execute();
  request.fail(new TalkError("NETWORK", "No answer."));
  await assert.rejects(scheduling, { code: "NETWORK" });
  await settle();

  assert.deepEqual(bodies(), ["Later"]);
});

test("the time of the server is that of its answers", async (t) => {
  const { talk, connection } = await openThread(t, 1);
  connection.ahead = HOUR;
  assert.equal(talk.now(), Date.now() + HOUR);
});
