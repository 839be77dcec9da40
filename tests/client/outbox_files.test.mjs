/** Messages with files: shown at once, uploaded in order, sent once, and none is lost. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { TalkError } from "../../schema/client/errors.js";
import { memoryFiles, memoryStorage } from "../../schema/client/outbox/storage.js";
import { FakeServer, isEmpty, lost, open, refusal, settle, states } from "./outbox_fakes.mjs";
import { until } from "./until.mjs";

const photo = (name = "Sea.png") => new File(["picture"], name, { type: "image/png" });
const paper = (name = "Paper.pdf") => new File(["words"], name, { type: "application/pdf" });

/** Which addresses of previews are good. */
function previews(t) {
  const good = new Set();
  let count = 0;
  t.mock.method(URL, "createObjectURL", () => {
    const url = `blob:${++count}`;
    good.add(url);
    return url;
  });
  t.mock.method(URL, "revokeObjectURL", (url) => good.delete(url));
  return good;
}

/** The storages of a browser, as another page finds them. */
async function reloaded({ storage, fileStorage }) {
  const next = { storage: memoryStorage(), fileStorage: memoryFiles() };
  for (const entry of await storage.load()) await next.storage.put(structuredClone(entry));
  for (const file of await fileStorage.load()) await next.fileStorage.put(file);
  return next;
}

function openWithFiles(server, kept = { storage: memoryStorage(), fileStorage: memoryFiles() }) {
  const { storage, fileStorage } = kept;
  const opened = open(server, { storage, fileStorage: () => fileStorage });
  const only = () => opened.outbox.getSnapshot()[0];
  return { ...opened, kept, only };
}

const attachmentsOf = (server) => server.requests.map(([, { attachments }]) => attachments);

test("a message with files is shown at once, and sent when they are all there, in order", async (t) => {
  previews(t);
  const server = new FakeServer();
  const { outbox, only } = openWithFiles(server);
  const seen = new Set();
  outbox.subscribe(() => seen.add(only()?.state));

  const sending = outbox.send("choir", "", { files: [photo(), paper()] });
  const [sea, other] = only().files;
  await sending;
  await until(isEmpty(outbox));

  assert.deepEqual(
    [sea.filename, sea.contentType, sea.size, sea.url],
    ["Sea.png", "image/png", 7, "blob:1"],
  );
  assert.equal(other.url, null, "only a picture has a preview");
  assert.deepEqual(server.uploaded, ["Sea.png", "Paper.pdf"]);
  assert.deepEqual(attachmentsOf(server), [["file 1", "file 2"]]);
  assert.deepEqual([...seen], ["waiting", "uploading", "sending", undefined]);
});

test("a message without files says nothing of them", async () => {
  const server = new FakeServer();
  const { outbox } = openWithFiles(server);

  await outbox.send("choir", "Hello", { files: [] });
  await until(isEmpty(outbox));

  assert.ok(!("attachments" in server.requests[0][1]));
});

test("it is told how far a file is, without another snapshot", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = ["never"];
  const { outbox, only } = openWithFiles(server);
  await outbox.send("choir", "", { files: [photo()] });
  await until(() => server.uploading.length);
  const before = outbox.getSnapshot();
  const { progress } = only().files[0];
  const parts = [];
  progress.subscribe(() => parts.push(progress.getSnapshot()));

  for (const part of [0.25, 0.5]) server.uploading[0].onProgress(part);

  assert.deepEqual(parts, [0.25, 0.5]);
  assert.equal(outbox.getSnapshot(), before);
});

test("what comes later waits, and messages of other conversations don't", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = ["never"];
  const { outbox } = openWithFiles(server);

  const clientId = await outbox.send("choir", "Look", { files: [photo()] });
  await outbox.send("choir", "Did you see?");
  await outbox.send("band", "Hello");
  await until(() => server.bodies("band").length);
  await settle();
  assert.deepEqual(states(outbox), ["Look uploading", "Did you see? waiting"]);

  assert.equal(await outbox.discard(clientId), true);
  await until(isEmpty(outbox));
  assert.deepEqual(server.bodies("choir"), ["Did you see?"]);
});

test("an upload that fails is tried again, and what is there is not uploaded twice", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = [null, lost()];
  const { outbox, only, isBack } = openWithFiles(server);
  void outbox.send("choir", "", { files: [photo("1.png"), photo("2.png")] });
  const go = async (ready) => {
    for (let turn = 0; turn < 100 && !ready(); turn += 1) {
      t.mock.timers.tick(6);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(ready());
  };
  await go(() => only()?.state === "waiting" && only().files[0].attachment);
  assert.equal(only().files[1].error, null, "the file is not to blame");

  isBack();
  await go(isEmpty(outbox));

  assert.deepEqual(server.uploaded, ["1.png", "2.png"]);
  assert.deepEqual(attachmentsOf(server), [["file 1", "file 2"]]);
});

test("without an answer to the message, the same files are sent again", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.loseAnswers();
  const { outbox, isBack } = openWithFiles(server);

  await outbox.send("choir", "Look", { files: [photo()] });
  await until(() => states(outbox)[0] === "Look waiting" && server.requests.length === 1);
  isBack();
  await until(isEmpty(outbox));

  assert.deepEqual(attachmentsOf(server), [["file 1"], ["file 1"]]);
  assert.equal(server.messages.length, 1);
});

test("a file that is refused keeps its message, which goes without it", async (t) => {
  const good = previews(t);
  const server = new FakeServer();
  server.uploadEnds = [null, refusal("FILE_TOO_LARGE")];
  const { outbox, only } = openWithFiles(server);
  const clientId = await outbox.send("choir", "", { files: [photo("1.png"), photo("2.png")] });
  await until(() => only().state === "refused");

  const [one, two] = only().files;
  assert.deepEqual([one.attachment, one.error], ["file 1", null]);
  assert.deepEqual([two.attachment, two.error.code], [null, "FILE_TOO_LARGE"]);
  assert.equal(only().error.code, "FILE_TOO_LARGE");
  assert.equal(two.progress.getSnapshot(), 0);

  assert.equal(await outbox.removeFile(clientId, two.id), true);
  assert.ok(!good.has(two.url));
  await until(isEmpty(outbox));
  assert.deepEqual(attachmentsOf(server), [["file 1"]]);
});

test("a refused message can be sent again, with its files as they are", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = [null, refusal("QUOTA_EXCEEDED")];
  const { outbox, only } = openWithFiles(server);
  const clientId = await outbox.send("choir", "", { files: [photo("1.png"), photo("2.png")] });
  await until(() => only().state === "refused");

  await outbox.retry(clientId);
  await until(isEmpty(outbox));

  assert.deepEqual(server.uploaded, ["1.png", "2.png"]);
  assert.deepEqual(attachmentsOf(server), [["file 1", "file 2"]]);
});

test("one file can be taken out on its way, and with the last one the message", async (t) => {
  const good = previews(t);
  const server = new FakeServer();
  server.uploadEnds = ["never", "never"];
  const { outbox, only } = openWithFiles(server);
  const clientId = await outbox.send("choir", "", { files: [photo("1.png"), photo("2.png")] });
  await until(() => server.uploading.length === 1);

  const [one, two] = only().files;
  assert.equal(await outbox.removeFile(clientId, one.id), true);
  await until(() => server.uploading.length === 2);
  assert.deepEqual(only().files, [two]);
  assert.equal(await outbox.removeFile(clientId, two.id), true);

  assert.deepEqual(outbox.getSnapshot(), []);
  assert.deepEqual(server.requests, []);
  assert.equal(await outbox.removeFile(clientId, two.id), false);
  assert.equal(good.size, 0);
});

test("of a message that may have arrived, no file can be taken out", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.loseAnswers();
  const { outbox, only } = openWithFiles(server);
  const clientId = await outbox.send("choir", "Look", { files: [photo(), paper()] });
  await until(() => server.requests.length === 1 && only().state === "waiting");

  assert.equal(await outbox.removeFile(clientId, only().files[0].id), false);
  assert.equal(only().files.length, 2);
});

test("what the server forgot meanwhile is uploaded again, and not for ever", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.fail(lost());
  const { outbox, only, isBack } = openWithFiles(server);
  await outbox.send("choir", "", { files: [photo()] });
  await until(() => server.requests.length === 1 && only().state === "waiting");
  assert.equal(only().files[0].attachment, "file 1");

  server.fail(refusal("UNKNOWN_FILE"), refusal("UNKNOWN_FILE"));
  isBack();
  await until(() => only().state === "refused");
  assert.deepEqual(attachmentsOf(server), [["file 1"], ["file 1"], ["file 2"]]);

  await outbox.retry(only().clientId);
  await until(isEmpty(outbox));
  assert.deepEqual(attachmentsOf(server).at(-1), ["file 3"]);
});

test("files survive a reload, and what was uploaded is not uploaded again", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = [null, "never"];
  const before = openWithFiles(server);
  await before.outbox.send("choir", "", { files: [photo("1.png"), photo("2.png")] });
  await until(() => server.uploading.length);
  const kept = await reloaded(before.kept);
  before.outbox.close();

  const { outbox } = openWithFiles(server, kept);
  await until(() => server.messages.length);
  await until(isEmpty(outbox));

  assert.deepEqual(server.uploaded, ["1.png", "2.png"]);
  assert.deepEqual(attachmentsOf(server), [["file 1", "file 2"]]);
  await until(async () => (await kept.fileStorage.load()).length === 0);
});

test("a file that the browser lost says so, and the rest goes without it", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = ["never"];
  const before = openWithFiles(server);
  await before.outbox.send("choir", "Look", { files: [photo()] });
  await until(() => server.uploading.length);
  const kept = await reloaded(before.kept);
  before.outbox.close();

  const { outbox, only } = openWithFiles(server, { ...kept, fileStorage: memoryFiles() });
  await until(() => only()?.state === "refused");
  const [file] = only().files;
  assert.deepEqual([file.blob, file.url, file.error.code], [null, null, "FILE_LOST"]);

  await outbox.removeFile(only().clientId, file.id);
  await until(isEmpty(outbox));
  assert.deepEqual(server.bodies("choir"), ["Look"]);
});

test("what a crash left of messages that are gone is forgotten", async () => {
  const fileStorage = memoryFiles();
  await fileStorage.put({ id: "of nobody", blob: photo() });

  openWithFiles(new FakeServer(), { storage: memoryStorage(), fileStorage });

  await until(async () => (await fileStorage.load()).length === 0);
});

test("files of a message that another tab sends are left alone", async (t) => {
  const locks = { request: async () => new Promise(() => {}) };
  t.mock.method(locks, "request", async (name, options, use = options) => {
    // The other tab holds its lock.
    if (name.endsWith(" other")) return options.ifAvailable ? use(null) : new Promise(() => {});
    return use({});
  });
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
  t.after(() => {
    if (navigator) Object.defineProperty(globalThis, "navigator", navigator);
    else delete globalThis.navigator;
  });
  const server = new FakeServer();
  server.uploadEnds = ["never"];
  const before = openWithFiles(server);
  await before.outbox.send("choir", "", { files: [paper()] });
  await until(() => server.uploading.length);
  const kept = await reloaded(before.kept);
  for (const entry of await kept.storage.load()) await kept.storage.put({ ...entry, tab: "other" });

  const { outbox } = openWithFiles(server, kept);
  await outbox.send("choir", "Hello");
  await until(() => server.messages.length);
  await settle();

  assert.deepEqual(server.uploaded, []);
  assert.equal((await kept.fileStorage.load()).length, 1);
});

test("previews are good while they are shown, and for the thread afterwards", async (t) => {
  const good = previews(t);
  const server = new FakeServer();
  const { outbox } = openWithFiles(server);
  for (let each = 0; each < 33; each += 1) await outbox.send("choir", "", { files: [photo()] });
  await until(isEmpty(outbox));

  assert.equal(outbox.sentFile("file 3"), null);
  assert.ok(good.has(outbox.sentFile("file 33").url));
  assert.equal(good.size, 30);

  await outbox.send("choir", "", { files: [photo()] });
  outbox.close();
  assert.equal(good.size, 0);
});

test("nobody is to blame if the viewer is signed out while a file is uploaded", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = [new TalkError("UNAUTHENTICATED", "Who are you?")];
  const { outbox, only, viewer } = openWithFiles(server);
  await outbox.send("choir", "", { files: [photo()] });
  await until(() => only().state === "waiting" && !server.uploadEnds.length);
  assert.equal(only().files[0].error, null);

  viewer.set({ id: "mira" });
  await until(isEmpty(outbox));
});

test("another text of a message goes with the files that are on their way", async (t) => {
  previews(t);
  const server = new FakeServer();
  server.uploadEnds = ["never"];
  const { outbox, only, isBack } = openWithFiles(server);
  const clientId = await outbox.send("choir", "Look", { files: [photo("1.png"), photo("2.png")] });
  await until(() => server.uploading.length);

  await outbox.edit(clientId, "Look here");
  await outbox.removeFile(clientId, only().files[0].id);
  isBack();
  await until(isEmpty(outbox));

  assert.deepEqual(server.uploaded, ["2.png"]);
  assert.deepEqual(server.bodies("choir"), ["Look here"]);
  assert.equal(server.requests.length, 1);
});
