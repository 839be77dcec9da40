/** Files are uploaded once, with progress, and an upload that fails is tried again or says why. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Refusal, TalkError } from "../../schema/client/errors.js";
import { put } from "../../schema/client/uploads/put.js";
import { settle } from "./fake_connection.mjs";
import { fakeTalk } from "./fake_talk.mjs";

const photo = () => new File(["bytes of a picture"], "Sea.png", { type: "image/png" });

/** What a server answers about a file, when it does not take it. */
const problem = (status, code, retryable = false, headers = {}) =>
  new Response(JSON.stringify({ code, message: `Refused: ${code}`, retryable }), {
    status,
    headers,
  });
const created = () => new Response("{}", { status: 201 });

/** A client whose `fetch` answers what a test says: `answers`, one after the other. */
function open(t, ...answers) {
  const puts = [];
  const fetch = async (url, { method, headers, body, signal, credentials }) => {
    puts.push({ url, method, headers: Object.fromEntries(headers), text: await body.text() });
    assert.equal(credentials, "omit");
    const answer = answers.shift() ?? created;
    if (answer !== "never") return answer();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  };
  return { ...fakeTalk(t, {}, { fetch }), puts };
}

/** Wait until something is true. Timers stand still. */
async function until(condition) {
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(turn < 200, String(condition));
    await settle();
  }
}

const lost = () => {
  throw new TypeError("Failed to fetch");
};

test("a file is put where the server says, and its id is for a message", async (t) => {
  const { talk, connection, puts } = open(t);
  const parts = [];

  const attachment = await talk.upload(photo(), { onProgress: (part) => parts.push(part) });

  const [{ variables }] = connection.asked.filter(({ name }) => name === "StartUpload");
  assert.deepEqual(variables.input, { filename: "Sea.png", size: 18, contentType: "image/png" });
  assert.equal(attachment.id, "file 1");
  assert.deepEqual(puts, [
    {
      url: "http://a.test/upload/1",
      method: "PUT",
      headers: { "X-Ticket": "file 1" },
      text: "bytes of a picture",
    },
  ]);
  assert.deepEqual(parts, [1]);
});

test("what has no name and no type has both for the server", async (t) => {
  const { talk, connection } = open(t);

  await talk.upload(new Blob(["?"]));

  const { variables } = connection.asked.at(-1);
  const contentType = "application/octet-stream";
  assert.deepEqual(variables.input, { filename: "file", size: 1, contentType });
});

test("an upload without an answer is tried again at the same address", async (t) => {
  const away = () => problem(503, "STORAGE_UNAVAILABLE", true, { "Retry-After": "5" });
  const { talk, connection, puts, pass } = open(t, lost, away, () => new Response("", { status: 502 }));

  const uploading = talk.upload(photo());
  await until(() => puts.length === 1);
  await pass(1_000);
  await until(() => puts.length === 2);
  await pass(4_900);
  assert.equal(puts.length, 2, "the server named five seconds");
  await pass(100);
  await until(() => puts.length === 3);
  await pass(30_000);
  await uploading;

  assert.equal(puts.length, 4);
  assert.deepEqual(new Set(puts.map(({ url }) => url)), new Set(["http://a.test/upload/1"]));
  assert.equal(connection.count("StartUpload"), 1);
});

test("what the server has already need not be brought again", async (t) => {
  const { talk, pass, puts } = open(t, lost, () => problem(409, "ALREADY_UPLOADED"));

  const uploading = talk.upload(photo());
  await until(() => puts.length === 1);
  await pass(1_000);

  assert.equal((await uploading).id, "file 1");
});

test("a refusal says why, and is not tried again", async (t) => {
  const { talk, connection, puts } = open(t, () => problem(415, "FILE_TYPE_NOT_ALLOWED"));
  const refused = { name: "Refusal", code: "FILE_TYPE_NOT_ALLOWED", message: /^Refused/ };

  await assert.rejects(talk.upload(photo()), refused);
  assert.equal(puts.length, 1);

  connection.held.add("StartUpload");
  const uploading = talk.upload(photo());
  await settle();
  connection.waitingFor("StartUpload").refuse("FILE_TOO_LARGE", ["input", "size"]);
  await assert.rejects(uploading, { name: "Refusal", code: "FILE_TOO_LARGE" });
  assert.equal(puts.length, 1);
});

test("what a proxy refuses is no refusal, and is not tried again", async (t) => {
  const { talk } = open(t, () => new Response("<h1>Too large</h1>", { status: 413 }));

  await assert.rejects(talk.upload(photo()), (error) => {
    assert.ok(error instanceof TalkError);
    assert.deepEqual([error.code, error.retryable], ["NETWORK", false]);
    return true;
  });
});

test("an upload that is over by now begins anew", async (t) => {
  const { talk, connection, puts, pass } = open(t, lost, () => problem(404, "NOT_FOUND"));

  const uploading = talk.upload(photo());
  await until(() => puts.length === 1);
  await pass(1_000);

  assert.equal((await uploading).id, "file 2");
  assert.deepEqual(
    puts.map(({ url }) => url.at(-1)),
    ["1", "1", "2"],
  );
  assert.equal(connection.count("StartUpload"), 2);
});

test("a store answers with its own words", async (t) => {
  const answer = (status, code = "") => () =>
    new Response(code && `<Error><Code>${code}</Code></Error>`, { status });
  const slow = answer(400, "RequestTimeout");
  const { talk, connection, puts, pass } = open(t, lost, answer(412), slow, answer(403), answer(200));

  const first = talk.upload(photo());
  await until(() => puts.length === 1);
  await pass(1_000);
  assert.equal((await first).id, "file 1", "an earlier attempt has brought it there");

  const second = talk.upload(photo());
  await until(() => puts.length === 3);
  await pass(1_000);
  assert.equal((await second).id, "file 3", "the address was not valid any more");
  assert.equal(connection.count("StartUpload"), 3);
});

test("a store that takes nothing is not asked for ever", async (t) => {
  const refused = () => new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
  const { talk, puts, pass } = open(t, lost, refused, refused);

  const rejected = assert.rejects(talk.upload(photo()), { code: "NETWORK", retryable: false });
  await until(() => puts.length === 1);
  await pass(1_000);

  await rejected;
  assert.equal(puts.length, 3);
});

test("one that is not found at once is not tried for ever", async (t) => {
  const { talk, puts } = open(t, () => problem(404, "NOT_FOUND"));

  await assert.rejects(talk.upload(photo()), { code: "NOT_FOUND" });
  assert.equal(puts.length, 1);
});

test("a signal ends an upload: before it begins, on its way, and while it waits", async (t) => {
  const { talk, connection, puts } = open(t, "never", lost);
  await settle();
  const listening = connection.listening();
  const gone = AbortSignal.abort(new Error("Changed my mind"));
  await assert.rejects(talk.upload(photo(), { signal: gone }), /Changed my mind/);
  assert.equal(connection.count("StartUpload"), 0);

  for (const count of [1, 2]) {
    const controller = new AbortController();
    const uploading = talk.upload(photo(), { signal: controller.signal });
    await until(() => puts.length === count);
    await settle();
    controller.abort(new Error("No longer"));
    await assert.rejects(uploading, /No longer/);
  }
  assert.equal(connection.listening(), listening, "nothing waits for the network any more");
});

test("a file that can't be read any more is not tried for ever", async (t) => {
  const { talk } = open(t, lost);
  const file = photo();
  file.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotFoundError")) });

  await assert.rejects(talk.upload(file), { name: "TalkError", code: "FILE_LOST" });
});

test("a client that is closed ends its uploads, and begins none", async (t) => {
  const { talk, puts } = open(t, "never");
  const uploading = talk.upload(photo());
  await until(() => puts.length === 1);

  talk.close();

  await assert.rejects(uploading, { code: "CLOSED" });
  await assert.rejects(talk.upload(photo()), { code: "CLOSED" });
  assert.equal(puts.length, 1);
});

/** The browser's way to send, as far as it is needed here. */
class Request {
  static last = null;
  upload = {};
  status = 0;
  responseText = "";
  headers = {};
  constructor() {
    Request.last = this;
  }
  open(method, url) {
    this.opened = [method, url];
  }
  setRequestHeader(name, value) {
    this.headers[name] = value;
  }
  getResponseHeader() {
    return null;
  }
  send(body) {
    this.body = body;
  }
  abort() {
    this.wasAborted = true;
    this.onloadend();
  }
  answer(status, text = "") {
    Object.assign(this, { status, responseText: text });
    this.onloadend();
  }
}

/** Put a file with the browser's own way. */
function putByRequest(t) {
  globalThis.XMLHttpRequest = Request;
  t.after(() => delete globalThis.XMLHttpRequest);
  const controller = new AbortController();
  const parts = [];
  const options = { signal: controller.signal, onProgress: (part) => parts.push(part) };
  const headers = [{ name: "X-Ticket", value: "file 1" }];
  const place = { url: "http://a.test/upload/1", method: "PUT", headers };
  const file = photo();
  const putting = put(place, file, options);
  return { putting, parts, controller, request: Request.last, file };
}

test("where there is XMLHttpRequest, it is told how far an upload is", async (t) => {
  const { putting, parts, request, file } = putByRequest(t);
  assert.deepEqual(request.opened, ["PUT", "http://a.test/upload/1"]);
  assert.deepEqual(request.headers, { "X-Ticket": "file 1" });
  assert.equal(request.body, file);

  request.upload.onprogress({ loaded: 9 });
  request.upload.onprogress({ loaded: 18 });
  request.answer(201, "{}");
  await putting;

  assert.deepEqual(parts, [0.5, 1]);
});

test("one that is ended, or has no answer, is given up", async (t) => {
  const ended = putByRequest(t);
  ended.controller.abort(new Error("No longer"));
  await assert.rejects(ended.putting, /No longer/);
  assert.ok(ended.request.wasAborted);

  const cut = putByRequest(t);
  cut.request.answer(0);
  await assert.rejects(cut.putting, { code: "NETWORK", retryable: true });

  const refused = putByRequest(t);
  refused.request.answer(413, JSON.stringify({ code: "FILE_TOO_LARGE", message: "Too large" }));
  await assert.rejects(refused.putting, (error) => error instanceof Refusal);
});

test("one that does not move is given up, and one that moves slowly is not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { putting, request } = putByRequest(t);

  for (const loaded of [1, 2, 3]) {
    t.mock.timers.tick(50_000);
    request.upload.onprogress({ loaded });
  }
  assert.equal(request.wasAborted, undefined);
  t.mock.timers.tick(60_000);

  assert.ok(request.wasAborted);
  await assert.rejects(putting, { code: "NETWORK", retryable: true });
});

/** Let a server answer `updateConversation`. */
function describing(connection, answer) {
  const resolve = connection.resolve.bind(connection);
  connection.resolve = (name, variables) =>
    name === "UpdateConversation" ? { updateConversation: answer() } : resolve(name, variables);
}
const early = { code: "FILE_NOT_CHECKED", message: "Still being checked", path: [], retryAfter: 1 };

test("the picture of a group is set as soon as the file is checked", async (t) => {
  const { talk, connection, pass } = open(t);
  const answers = [early, early];
  const described = { id: "1", description: "", avatar: "/files/1", data: {} };
  describing(connection, () => answers.shift() ?? { conversation: described });
  const asked = () => connection.asked.filter(({ name }) => name === "UpdateConversation");

  const set = talk.setAvatar("1", photo());
  await until(() => asked().length === 1);
  await pass(1_000);
  assert.equal(asked().length, 2);
  await pass(2_000);

  assert.deepEqual(await set, described);
  const { variables } = asked()[2];
  assert.deepEqual(variables.input, { conversationId: "1", avatarFile: "file 1" });
});

test("somebody who gives up, or waits in vain, hears of it", async (t) => {
  const { talk, connection, pass } = open(t);
  describing(connection, () => early);
  const leaving = new AbortController();
  const asked = () => connection.asked.filter(({ name }) => name === "UpdateConversation");

  const given = talk.setAvatar("1", photo(), { signal: leaving.signal });
  const kept = talk.setAvatar("1", photo());
  const refused = assert.rejects(kept, ({ code }) => code === "FILE_NOT_CHECKED");
  await until(() => asked().length === 2);
  leaving.abort(new Error("Never mind"));
  await assert.rejects(given, { message: "Never mind" });
  for (let turn = 0; turn < 8; turn += 1) await pass(30_000);

  await refused;
  assert.equal(asked().length, 9);
});

test("addresses of the server are made whole, and others stay as they are", (t) => {
  const { talk } = open(t);

  // Browsers take the last two for no addresses at all. Nothing else may fail because of that.
  for (const other of ["https://b.test/a.png", "https://256.256.256.256/a.png", "//"]) {
    assert.equal(talk.addressOf(other), other);
  }
  assert.equal(talk.addressOf("/talk/files/1"), "http://a.test/talk/files/1");
});
