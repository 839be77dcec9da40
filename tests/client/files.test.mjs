/** Stores keep files of messages: as the server has them, with addresses that are good. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { settle } from "./fake_connection.mjs";
import { openThread } from "./fake_talk.mjs";

/** A file that is uploaded. */
function uploaded(world, filename = "Sea.png") {
  const id = `file ${world.uploads.size + 1}`;
  world.uploads.set(id, { id, filename, contentType: "image/png", size: 7, state: "CHECKING" });
  return id;
}

/** Let the server answer all who wait, a few times. */
const quiet = async () => {
  for (let turn = 0; turn < 5; turn += 1) await settle();
};

const HOUR = 3_600_000;

test("a file that was checked is shown, in the message and in what quotes it", async (t) => {
  const { world, room, message } = await openThread(t, 1);
  room.send(1, { body: "", attachments: [uploaded(world)] });
  room.send(2, { replyTo: 2 });
  await settle();
  assert.deepEqual([message(2).attachments[0].state, message(2).attachments[0].url], ["CHECKING", null]);

  room.complete(2);
  await settle();

  const [file] = message(2).attachments;
  assert.deepEqual([file.state, file.width, file.height], ["READY", 400, 300]);
  assert.equal(file.thumbnailUrl, "/files/file 1/thumbnail?hour=0");
  const { id, filename, contentType } = file;
  assert.deepEqual(message(3).replyTo.attachments, [{ id, filename, contentType }]);
  assert.equal(message(3).replyTo.revision, message(2).revision);
});

test("an answer that comes late takes nothing back", async (t) => {
  const { world, room, message, connection, thread } = await openThread(t, 1);
  room.send(1, { body: "", attachments: [uploaded(world)] });
  await settle();
  connection.held.add("Message");
  void thread.refresh(message(2));
  await settle();
  connection.waitingFor("Message").execute();

  room.complete(2);
  await settle();
  connection.waitingFor("Message").answer();
  await settle();

  assert.equal(message(2).attachments[0].state, "READY");
});

test("addresses stay the same while they are good", async (t) => {
  const { world, room, message, connection, pass } = await openThread(t, 1);
  room.send(1, { attachments: [uploaded(world)] });
  room.complete(2);
  await settle();
  const [file] = message(2).attachments;

  world.hour = 9;
  await pass(9 * HOUR);
  room.react(2, 2, "👍");
  await settle();
  assert.equal(message(2).reactions.length, 1);
  assert.equal(message(2).attachments[0], file);

  world.hour = 11;
  await pass(2 * HOUR);
  connection.back();
  room.react(2, 3, "👍");
  await quiet();
  assert.equal(message(2).attachments[0].url, "/files/file 1?hour=11");
});

test("whoever finds an address too old gets another one", async (t) => {
  const { world, room, message, thread, connection } = await openThread(t, 1);
  room.send(1, { attachments: [uploaded(world)] });
  room.complete(2);
  await settle();

  world.hour = 1;
  await thread.refresh(message(2));

  assert.equal(message(2).attachments[0].url, "/files/file 1?hour=1");
  assert.equal(connection.count("Message"), 1);
});

test("all that is shown is asked for anew before its addresses are too old", async (t) => {
  const renew = [];
  t.mock.method(globalThis, "setInterval", (callback, time) => {
    renew.push([callback, time]);
    return renew.length;
  });
  const { world, room, message, connection } = await openThread(t, 1);
  room.send(1, { attachments: [uploaded(world)] });
  room.complete(2);
  await settle();
  const [[callback, time]] = renew;
  assert.ok(time < 12 * HOUR);

  world.hour = 10;
  connection.ahead = time;
  callback();
  await quiet();

  assert.equal(message(2).attachments[0].url, "/files/file 1?hour=10");
});

test("a message with files is sent with them, once, and its own picture is known", async (t) => {
  const { talk, room, shown, thread, connection } = await openThread(t, 1);
  const puts = [];
  t.mock.method(globalThis, "fetch", async (url) => {
    puts.push(url);
    return new Response("{}", { status: 201 });
  });
  const sea = new File(["picture"], "Sea.png", { type: "image/png" });

  await thread.send("Look", { files: [sea] });
  const { unsent } = shown().rows.at(-1);
  for (let turn = 0; turn < 50 && shown().rows.at(-1).unsent; turn += 1) await quiet();

  const { message } = shown().rows.at(-1);
  assert.equal(message.body, "Look");
  assert.equal(message.attachments[0].filename, "Sea.png");
  assert.equal(talk.outbox.sentFile(message.attachments[0].id).url, unsent.files[0].url);
  assert.deepEqual(puts, ["http://a.test/upload/1"]);
  assert.equal(room.messages.length, 2);
  assert.equal(connection.count("SendMessage"), 1);
});

test("a file is gone at once from a message whose edit keeps others", async (t) => {
  const { world, room, message, thread, connection, shown } = await openThread(t, 1);
  const [sea, boat] = [uploaded(world), uploaded(world, "Boat.png")];
  room.send(0, { body: "Look", attachments: [sea, boat] });
  await settle();
  const names = () => message(2).attachments.map(({ filename }) => filename);
  connection.held.add("EditMessage");

  const row = shown().rows.find((each) => each.message?.number === 2);
  const editing = thread.edit(row, "Look", null, [boat]);
  await settle();
  assert.deepEqual(names(), ["Boat.png"]);
  connection.waitingFor("EditMessage").answer();
  await editing;
  await settle();

  assert.deepEqual(names(), ["Boat.png"]);
  assert.equal(room.message(2).attachments.length, 1);
});

test("the files of a conversation come page by page, the newest first", async (t) => {
  const { world, room, talk, connection } = await openThread(t, 1);
  for (let each = 0; each < 70; each += 1) room.send(1, { attachments: [uploaded(world)] });
  const files = talk.files(room.id);
  files.subscribe(() => {});
  await settle();
  const numbers = () => files.getSnapshot().rows.map(({ number }) => number);
  assert.deepEqual([numbers().length, numbers()[0], files.getSnapshot().hasMore], [30, 71, true]);

  await files.loadMore();
  await files.loadMore();

  assert.deepEqual([numbers().length, numbers().at(-1)], [70, 2]);
  assert.equal(files.getSnapshot().hasMore, false);
  assert.equal(connection.count("Files"), 3);
  assert.equal(talk.addressOf("/files/1"), "http://a.test/files/1");
});
