/** The hooks in the real React, in a page, against a real server. */

import assert from "node:assert/strict";
import { test } from "node:test";

// Before React, which looks for a page when it is imported.
import { place } from "./dom.mjs";

import { createElement as h, startTransition, StrictMode, useEffect, useState } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { createTalk } from "talk-client";
import {
  TalkProvider,
  useConnectionState,
  useConversation,
  useArchive,
  useDraft,
  useFiles,
  useInbox,
  useLimits,
  useOutbox,
  usePresence,
  useSaved,
  useSearch,
  useStore,
  useTalk,
  useTyping,
  useTypingIn,
  useUnreadTotal,
} from "talk-client/react";

import { act, ask, idOf, startGroup, tokens, until, url } from "../server.mjs";

function talkOf(t, who = "mira", options = {}) {
  const talk = createTalk({ url, token: tokens[who], ...options });
  t.after(() => talk.close());
  return talk;
}

/** Show something in a page, and answer the place. */
function show(t, talk, ...shown) {
  const element = place();
  const root = createRoot(element);
  root.render(h(StrictMode, null, h(TalkProvider, { talk }, ...shown)));
  t.after(() => root.unmount());
  return Object.assign(element, { root });
}

const text = (place, name) => place.querySelector(`[data-name=${name}]`)?.textContent;
const part = (name, content) => h("p", { "data-name": name }, content);

function Inbox() {
  const [inbox] = useInbox();
  return h(
    "ul",
    { "data-name": "inbox", "data-state": inbox.state },
    inbox.rows.map(({ id, pinnedAt, conversation }) => {
      const props = { key: id, "data-pinned": String(pinnedAt !== null) };
      return h("li", props, `${conversation.name}: ${conversation.latestMessage?.body}`);
    }),
  );
}

function Thread({ id }) {
  const [thread, conversation] = useConversation(id);
  const typing = useTyping(id);
  useEffect(() => {
    globalThis.lastThread = conversation;
  });
  return h(
    "section",
    null,
    h(
      "ol",
      { "data-name": "thread", "data-state": thread.state },
      thread.rows.map(({ key, message, unsent }) =>
        h("li", { key, "data-sent": String(!unsent) }, (message ?? unsent).body),
      ),
    ),
    part("typing", typing.map(({ name }) => name).join()),
  );
}

function Bar({ people = [] }) {
  const renders = useCount();
  const online = usePresence([...people]);
  const viewer = useStore(useTalk().viewer, null);
  return h(
    "div",
    null,
    part("unread", useUnreadTotal()),
    part("state", useConnectionState()),
    part("unsent", useOutbox().length),
    part("online", online.size),
    part("viewer", viewer?.name ?? ""),
    part("renders", renders()),
  );
}

function useCount() {
  const [count] = useState({ count: 0 });
  return () => (count.count += 1);
}

test("an inbox and a thread follow what happens", async (t) => {
  const id = await startGroup("jonas", ["mira"], "By hooks");
  const jonas = talkOf(t, "jonas", { visible: true });
  const idOfJonas = await idOf("jonas");
  const shown = show(t, talkOf(t), h(Inbox), h(Thread, { id }), h(Bar, { people: [idOfJonas] }));
  const rows = () => [...shown.querySelectorAll("[data-name=thread] li")];
  const bodies = () => rows().map((row) => row.textContent);
  await until(() => text(shown, "state") === "live" && text(shown, "viewer") === "Mira Okafor");
  const { unreadTotal } = await ask("mira", "{ unreadTotal }");

  await act("jonas", "sendMessage", { conversationId: id, body: "Hello hooks" });
  await until(() => bodies().includes("Hello hooks"));
  const top = () => shown.querySelector("[data-name=inbox] li[data-pinned=false]")?.textContent;
  await until(() => top() === "By hooks: Hello hooks");
  await until(() => Number(text(shown, "unread")) === Math.min(unreadTotal + 1, 100));
  const stop = jonas.presence([idOfJonas]).subscribe(() => {});
  await until(() => text(shown, "online") === "1");
  stop();
  await act("jonas", "setTyping", { conversationId: id });
  await until(() => text(shown, "typing") === "Jonas Lindqvist");

  await globalThis.lastThread.send("Mine");
  await until(() => bodies().at(-1) === "Mine");
  const row = rows().at(-1);
  await until(() => row.dataset.sent === "true");
  await until(() => text(shown, "unsent") === "0");
  assert.equal(rows().at(-1), row, "the row stays");
  assert.equal(bodies().filter((body) => body === "Mine").length, 1);
  assert.ok(Number(text(shown, "renders")) < 60, "hooks do not render for ever");
});

function Desk({ id }) {
  const [draft, written] = useDraft(id);
  const [{ rows: found }, search] = useSearch();
  const [{ rows: archived }] = useArchive();
  const [{ rows: saved }, kept] = useSaved();
  const talk = useTalk();
  const [files] = useFiles(id);
  const typing = useTypingIn([id]);
  useEffect(() => {
    globalThis.desk = { talk, written, search, kept };
  });
  return h(
    "div",
    null,
    part("draft", `${draft.body} ${draft.isSaved}`),
    part("found", found.map(({ body }) => body).join()),
    part("archived", archived.map(({ conversation }) => conversation.name).join()),
    part("saved", saved.map(({ message }) => message.body).join()),
    part("files", `${files.state} ${files.rows.length}`),
    part("limit", String(useLimits()?.bodyLength)),
    part("somewhere", (typing.get(id) ?? []).map(({ name }) => name).join()),
  );
}

test("a draft, a search and the archive follow what happens", async (t) => {
  const id = await startGroup("jonas", ["mira"], "Archived by hooks");
  await act("jonas", "sendMessage", { conversationId: id, body: "A needle in the hay" });
  const shown = show(t, talkOf(t), h(Desk, { id }));
  const archived = () => text(shown, "archived").split(",");
  await until(() => globalThis.desk);
  globalThis.desk.search.ask("needle", { in: id });
  await until(() => text(shown, "found") === "A needle in the hay");
  await until(() => text(shown, "files") === "ready 0" && text(shown, "limit") === "10000");
  const [found] = globalThis.desk.search.getSnapshot().rows;
  await globalThis.desk.talk.saveMessage({ message: found.id });
  await globalThis.desk.kept.refresh();
  await until(() => text(shown, "saved").includes("A needle in the hay"));
  await act("mira", "archiveConversation", { conversationId: id });
  await until(() => archived().includes("Archived by hooks"));

  globalThis.desk.written.write({ body: "Half" });
  assert.equal(globalThis.desk.written.getSnapshot().body, "Half");
  globalThis.desk.written.flush();
  await until(() => text(shown, "draft") === "Half true");
  await act("mira", "saveDraft", { conversationId: id, body: "Half a sentence", base: 1 });
  await until(() => text(shown, "draft") === "Half a sentence true");

  await until(async () => {
    await act("jonas", "setTyping", { conversationId: id });
    return text(shown, "somewhere") === "Jonas Lindqvist";
  });
  await act("jonas", "sendMessage", { conversationId: id, body: "Back again" });
  await until(() => !archived().includes("Archived by hooks"));
});

test("another conversation takes the place of the one before", async (t) => {
  const first = await startGroup("jonas", ["mira"]);
  const second = await startGroup("jonas", ["mira"]);
  await act("jonas", "sendMessage", { conversationId: first, body: "In the first" });
  await act("jonas", "sendMessage", { conversationId: second, body: "In the second" });
  let go;
  function App() {
    const [id, setId] = useState(first);
    useEffect(() => {
      go = setId;
    }, []);
    return h(Thread, { id });
  }
  const shown = show(t, talkOf(t), h(App));

  await until(() => text(shown, "thread") === "In the first");
  go(second);
  await until(() => text(shown, "thread") === "In the second");
  go(first);
  await until(() => text(shown, "thread") === "In the first");
});

test("parts of a page that show the same never differ", async (t) => {
  const id = await startGroup("jonas", ["mira"]);
  const seen = [];
  function Part({ name }) {
    const [thread] = useConversation(id);
    // Slow, so that changes come while React is in the middle of a page.
    for (const end = performance.now() + 3; performance.now() < end; );
    return part(name, String(thread.rows.length));
  }
  let again;
  function App() {
    const [round, setRound] = useState(0);
    useEffect(() => {
      again = () => startTransition(() => setRound((old) => old + 1));
    }, []);
    useEffect(() => {
      seen.push(["a", "b", "c"].map((name) => text(shown, name)));
    });
    const parts = ["a", "b", "c"].map((name) => h(Part, { key: name, name }));
    return h("div", { "data-round": round }, parts);
  }
  const shown = show(t, talkOf(t), h(App));
  await until(() => seen.length);
  for (let number = 1; number <= 10; number++) {
    again();
    await act("jonas", "sendMessage", { conversationId: id, body: `No. ${number}` });
    again();
  }
  await until(() => text(shown, "a") === "10");

  again();
  await until(() => seen.at(-1)[2] === "10");
  for (const counts of seen) assert.equal(new Set(counts).size, 1, counts.join());
});

test("a server renders without asking, and a page takes over what it rendered", async (t) => {
  const id = await startGroup("jonas", ["mira"], "Rendered");
  await act("jonas", "sendMessage", { conversationId: id, body: "For the page" });
  const asked = [];
  const onServer = talkOf(t, "mira", { onOperation: ({ name }) => asked.push(name) });
  const app = (talk) => h(TalkProvider, { talk }, h(Inbox), h(Thread, { id }), h(Bar));
  const html = renderToString(app(onServer));

  assert.match(html, /data-name="inbox" data-state="loading"/);
  await new Promise((go) => setTimeout(go, 50));
  // The client asks by itself whose unsent messages it keeps.
  assert.deepEqual(asked.filter((name) => name !== "Viewer"), []);

  // A page whose stores are ready before it takes over.
  const talk = talkOf(t);
  const stores = [talk.inbox(), talk.conversation(id), talk.unreadTotal];
  const stops = stores.map((store) => store.subscribe(() => {}));
  await until(() => talk.inbox().getSnapshot().state === "ready");
  await until(() => talk.conversation(id).getSnapshot().state === "ready");
  const element = place(html);
  const problems = [];
  const onRecoverableError = (error) => problems.push(error);
  const root = hydrateRoot(element, app(talk), { onRecoverableError });
  t.after(() => root.unmount());
  await until(() => text(element, "thread") === "For the page");
  assert.deepEqual(problems, []);
  for (const stop of stops) stop();
});

test("hooks without a client say what they need", (t) => {
  t.mock.method(console, "error", () => {});
  assert.throws(() => renderToString(h(Inbox)), /need a <TalkProvider/);
});
