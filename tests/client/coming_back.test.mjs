/** A viewer who left and came back while their page was cut off. */

import assert from "node:assert/strict";
import test from "node:test";

import { settle } from "./fake_connection.mjs";
import { openThread } from "./fake_talk.mjs";

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
