/** A client without a server: the shapes of types.js, with a conversation of any length. */

import { Refusal } from "/talk/errors.js";
import { Writable } from "/talk/store.js";

export const PEOPLE = ["Mira Okafor", "Lena Brandt", "Tomás Herrera", "Aiko Tanaka", "Šárka Nováková"].map(
  (name, index) => ({ id: `user-${index}`, name, avatar: null, blocked: false }),
);
const WORDS = `the tide comes in at noon and we should be on the boat before that because the harbour
  closes its gate when the wind turns so bring coats bread and the long rope please`.split(/\s+/);
const START = Date.parse("2026-11-20T08:00:00Z");
const ALL = ["REPLY", "REACT", "EDIT", "RETRACT", "REMOVE", "REPORT"];

/** A number that looks random, and is the same each time. */
const chance = (number, of) => ((number * 2654435761) % 4294967296) % of;

export function messageOf(number, more = {}) {
  const length = 3 + (chance(number, 10) ? chance(number, 12) : chance(number, 120));
  const words = Array.from({ length }, (_, at) => WORDS[chance(number * 31 + at * 7, WORDS.length)]);
  const { sender = PEOPLE[chance(Math.floor(number / 3), PEOPLE.length)] } = more;
  return {
    id: `message-${number}`,
    number,
    revision: number,
    kind: "TEXT",
    sentAt: new Date(START + number * 97_000).toISOString(),
    body: words.join(" "),
    removal: null,
    hidden: false,
    announced: false,
    clientId: null,
    editedAt: null,
    root: null,
    sender,
    subject: null,
    replyTo: null,
    replyCount: 0,
    mentions: [],
    mentionsAll: false,
    mentionsViewer: false,
    reactions: [],
    attachments: [],
    viewerCan: sender === PEOPLE[0] ? ALL.filter((one) => one !== "REPORT") : ["REPLY", "REACT", "REPORT"],
    ...more,
  };
}

/** A file that is on its way. */
function unsentFileOf(id, blob) {
  const { name: filename, type: contentType, size } = blob;
  const url = contentType.startsWith("image/") ? URL.createObjectURL(blob) : null;
  const names = { id, filename, contentType, size, blob, url };
  return { ...names, attachment: null, error: null, progress: new Writable(0) };
}

const rowOf = (message) => ({ key: message.clientId ?? message.id, message, unsent: null });

const NOTHING = { state: "ready", body: "", replyTo: null, mentions: [], isSaved: true, conflict: null, error: null };
/** The drafts of all fakes on a page, by their conversations. */
const drafts = new Map();

export function draftOf(id) {
  const draft = drafts.get(id) ?? new Writable(NOTHING);
  drafts.set(id, draft);
  draft.write = (written) => draft.set({ ...draft.getSnapshot(), ...written });
  draft.flush = () => {};
  draft.resolve = () => draft.set({ ...draft.getSnapshot(), conflict: null });
  draft.empty = () => draft.set(NOTHING);
  return draft;
}

export class Fake {
  calls = [];
  answers = {};

  /**
   * @param {object[]} messages all messages of the server.
   * @param {{page?: number, from?: number, to?: number, conversation?: object, delay?: number}} [more]
   */
  constructor(messages, { page = 50, from, to, conversation = {}, delay = 5, ...snapshot } = {}) {
    this.messages = messages;
    this.page = page;
    this.delay = delay;
    this.unsent = [];
    this.to = to ?? messages.length;
    this.from = from ?? Math.max(0, this.to - page);
    this.head = {
      id: "conversation-1",
      kind: "GROUP",
      name: "Harbour",
      title: "Harbour",
      lastNumber: messages.at(-1)?.number ?? 0,
      viewerCan: ["SEND", "REACT", "MENTION_ALL"],
      viewerParticipation: { status: "ACTIVE", suspendedAt: null, invitedBy: null },
      ...conversation,
    };
    this.more = snapshot;
    this.rowsOf = new Map();
    this.snapshot = new Writable(this.take({ state: "ready" }));
    this.talk = this.client();
  }

  take(changes = {}) {
    const rows = this.messages.slice(this.from, this.to).map((message) => {
      if (this.rowsOf.get(message.id)?.message !== message) this.rowsOf.set(message.id, rowOf(message));
      return this.rowsOf.get(message.id);
    });
    return {
      error: null,
      conversation: this.head,
      hasEarlier: this.from > 0,
      hasLater: this.to < this.messages.length,
      isLoading: false,
      firstUnreadNumber: null,
      members: [],
      hasMoreMembers: false,
      pins: [],
      seen: null,
      ...this.more,
      ...changes,
      rows: [...rows, ...this.unsent.map((unsent) => ({ key: unsent.clientId, message: null, unsent }))],
    };
  }

  show(changes = {}) {
    this.more = { ...this.more, ...changes };
    this.snapshot.set(this.take({ state: "ready", ...changes }));
  }

  /** A message arrives. */
  arrive(more = {}) {
    const number = (this.messages.at(-1)?.number ?? 0) + 1;
    const atEnd = this.to === this.messages.length;
    this.messages = [...this.messages, messageOf(number, { sender: PEOPLE[1], ...more })];
    if (atEnd) this.to = this.messages.length;
    this.head = { ...this.head, lastNumber: number };
    this.show();
    return number;
  }

  /** A message changes. */
  change(number, changes) {
    this.messages = this.messages.map((one) => (one.number === number ? { ...one, ...changes } : one));
    this.show();
  }

  async wait(name, ...values) {
    this.calls.push([name, ...values]);
    await new Promise((done) => setTimeout(done, this.delay));
    const answer = this.answers[name];
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer(...values) : answer;
  }

  async load(name, change, ...values) {
    this.snapshot.set(this.take({ state: "ready", isLoading: true }));
    try {
      await this.wait(name, ...values);
      change();
    } finally {
      this.show();
    }
  }

  store() {
    return {
      id: this.head.id,
      getSnapshot: this.snapshot.getSnapshot,
      subscribe: this.snapshot.subscribe,
      loadEarlier: () => this.load("loadEarlier", () => (this.from = Math.max(0, this.from - this.page))),
      loadLater: () =>
        this.load("loadLater", () => (this.to = Math.min(this.messages.length, this.to + this.page))),
      jumpTo: (around) => {
        const index = this.messages.findIndex(({ number }) => number === around.number);
        const move = () => {
          if (index < 0 || (index >= this.from && index < this.to)) return;
          this.from = Math.max(0, index - this.page / 2);
          this.to = Math.min(this.messages.length, index + this.page / 2);
        };
        return this.load("jumpTo", move, around);
      },
      jumpToNewest: () =>
        this.load("jumpToNewest", () => {
          this.to = this.messages.length;
          this.from = Math.max(0, this.to - this.page);
        }),
      loadMembers: () => this.wait("loadMembers"),
      loadPins: () => this.wait("loadPins"),
      loadSeen: () => this.wait("loadSeen"),
      send: async (body, options) => {
        const clientId = crypto.randomUUID();
        const draft = draftOf(this.head.id);
        const before = draft.getSnapshot();
        if (options.endsDraft) draft.empty();
        try {
          await this.wait("send", body, options);
        } catch (error) {
          if (options.endsDraft) draft.set(before);
          throw error;
        }
        const createdAt = new Date().toISOString();
        const mentions = options.mentions ?? null;
        const { replyTo, files = [] } = options;
        const unsent = { clientId, conversationId: this.head.id, body, replyTo, mentions, mentionAll: false };
        const shown = files.map((file, index) => unsentFileOf(`${clientId} ${index}`, file));
        this.unsent = [
          ...this.unsent,
          { ...unsent, createdAt, files: shown, state: "waiting", error: null },
        ];
        this.show();
        return clientId;
      },
      edit: (row, body, mentions) => this.wait("edit", row.key, body, mentions),
      retract: (row) => this.wait("retract", row.key),
      react: (message, emoji) => this.wait("react", message.number, emoji),
      unreact: (message, emoji) => this.wait("unreact", message.number, emoji),
      refresh: (message) => this.wait("refresh", message.number),
      shown: (number) => this.calls.push(["shown", number]),
      setTyping: (isTyping) => this.calls.push(["setTyping", isTyping]),
    };
  }

  client() {
    const store = this.store();
    const { id, name, avatar } = PEOPLE[0];
    const limits = { bodyLength: 10_000, reasonLength: 500, reactionEmoji: null, mentions: 50 };
    Object.assign(limits, { uploadSize: 26_214_400, uploadTypes: null, attachments: 10 }, this.limits);
    this.typing = new Writable([]);
    this.state = new Writable("live");
    this.scheduled = new Writable({ state: "ready", error: null, rows: [] });
    return {
      state: this.state,
      viewer: new Writable({ id, username: "mira", name, avatar }),
      limits: new Writable(limits),
      outbox: {
        retry: (clientId) => this.wait("retry", clientId),
        removeFile: (clientId, id) => this.wait("removeFile", clientId, id),
        sentFile: () => null,
      },
      addressOf: (url) => new URL(url, location.href).href,
      conversation: () => store,
      typing: () => this.typing,
      draft: draftOf,
      scheduled: () => this.scheduled,
      messageAt: (id, number) => this.wait("messageAt", number),
      findMembers: async (conversation, search) => {
        await this.wait("findMembers", search);
        const found = PEOPLE.filter((one) => one.name.toLowerCase().includes(search.toLowerCase()));
        return found.map((user) => ({ id: `member-${user.id}`, user }));
      },
      edits: (message) => this.wait("edits", message),
      replies: (message) => this.wait("replies", message),
      reactors: (message) => this.wait("reactors", message),
      hiddenMessage: (message) => this.wait("hiddenMessage", message),
      removeMessage: (input) => this.wait("removeMessage", input),
      reportMessage: (input) => this.wait("reportMessage", input),
      acceptInvitation: (input) => this.wait("acceptInvitation", input),
      declineInvitation: (input) => this.wait("declineInvitation", input),
    };
  }

  /** What the last unsent message is now; null: the server has it. */
  outcome(state, error) {
    const last = this.unsent.at(-1);
    this.unsent = this.unsent.slice(0, -1);
    if (state) {
      const refusal = error && new Refusal({ code: "NOT_ALLOWED", message: error, path: [] });
      this.unsent = [...this.unsent, { ...last, state, error: refusal ?? null }];
      return this.show();
    }
    return this.arrive({ body: last.body, clientId: last.clientId, sender: PEOPLE[0], viewerCan: ALL });
  }
}
