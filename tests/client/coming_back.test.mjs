/** A viewer who left and came back while their page knew nothing of it. */

import assert from "node:assert/strict";
import test from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { settle } from "./fake_connection.mjs";
import { openThread } from "./fake_talk.mjs";

/** @typedef {import("./world.mjs").Talkroom} Talkroom */

test("what was asked while the viewer was out is asked anew when they are back", async (t) => {
  const { room, thread, pass, connection } = await openThread(t, 3);
  await thread.loadMembers();
  connection.holdsStreams = true;
  room.changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
  room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");

  connection.holdsStreams = false;
  connection.pump();
  await settle();
  await pass(1_000);

  assert.equal(connection.count("Thread"), 2);
  assert.equal(connection.count("Participants"), 2);
});

test("an answer that says that the viewer is out does not last when they are back", async (t) => {
  const { room, thread, shown, pass, connection } = await openThread(t, 3);
  await thread.loadMembers();
  connection.held.add("Thread");
  room.changePlace(0, { role: "ADMIN" }, "PARTICIPANT_ROLE_CHANGED");
  await pass(0);
  connection.holdsStreams = true;
  room.changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
  connection.waitingFor("Thread").execute();
  room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  // The inbox tells the last of both, before the answer is there.
  connection.holdsStreams = false;
  connection.pump();
  connection.held.clear();
  connection.waitingFor("Thread").answer();
  await pass(1_000);
  assert.deepEqual(shown().conversation, room.showHead());

  room.read(1, 3);
  const jonas = shown().members.find((member) => member.user.name === "Jonas");
  assert.equal(jonas?.lastReadNumber, 3);
});

/** What changes, of which an answer alone tells all. @type {Record<string, (room: Talkroom) => void>} */
const UNTOLD = {
  Participants(room) {
    room.changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
    room.changePlace(3, { status: "LEFT" }, "PARTICIPANT_LEFT");
    room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  },
  Pins: (room) => room.pin(1, true),
  ConversationHead: (room) => room.changePlace(1, { status: "LEFT" }, "PARTICIPANT_LEFT"),
};

for (const [name, happen] of Object.entries(UNTOLD)) {
  test(`${name} that had no answer is asked for again when the connection is back`, async (t) => {
    const { room, thread, shown, pass, connection } = await openThread(t, 3);
    await Promise.all([thread.loadMembers(), thread.loadPins()]);
    connection.held.add(name);
    connection.holdsStreams = true;
    happen(room);
    connection.holdsStreams = false;
    connection.pump();
    await pass(1_000);
    for (const each of [...connection.waiting]) each.fail(new TalkError("INTERNAL", "A bug."));
    await pass(60_000);

    connection.held.clear();
    connection.back();
    await pass(0);
    assert.deepEqual(shown().conversation, room.showHead());
    assert.deepEqual(shown().pins, room.showPins());
    const { edges } = room.showMembers({ first: 50, after: null });
    assert.deepEqual(
      shown().members,
      edges.map(({ node }) => node),
    );
  });
}

test("members are asked for once more, however often that is due while they are awaited", async (t) => {
  const { room, thread, pass, connection } = await openThread(t, 3);
  await thread.loadMembers();
  connection.held.add("Participants");
  for (const role of ["ADMIN", "OWNER", "MEMBER", "ADMIN"]) {
    room.changePlace(0, { role }, "PARTICIPANT_ROLE_CHANGED");
    await pass(0);
  }
  connection.held.clear();
  connection.waitingFor("Participants").answer();
  await pass(0);

  assert.equal(connection.count("Participants"), 3);
});

test("a viewer who comes back while the inbox has no stream is shown all again", async (t) => {
  const { room, shown, pass, connection } = await openThread(t, 3);
  room.changePlace(0, { status: "LEFT" }, "PARTICIPANT_LEFT");
  await pass(0);
  connection.held.add("InboxStart");
  const stream = connection.streams.find((each) => each.name === "InboxChanges");
  stream?.end(new TalkError("RESYNC_REQUIRED", "Anew"));
  room.changePlace(0, { status: "ACTIVE" }, "PARTICIPANT_REINSTATED");
  await pass(0);
  assert.equal(shown().conversation?.viewerParticipation.status, "LEFT");

  connection.held.clear();
  connection.waitingFor("InboxStart").answer();
  await pass(0);

  assert.deepEqual(shown().conversation, room.showHead());
});
