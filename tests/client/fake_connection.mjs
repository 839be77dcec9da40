/** A connection to a `World`, whose answers and changes come when a test wants them to. */

import { Writable } from "../../schema/client/store.js";
import { Refusal, TalkError } from "../../schema/client/errors.js";
import { globalId, showFile, VIEWER } from "./world.mjs";

const LIMITS = {
  bodyLength: 10_000,
  titleLength: 200,
  reasonLength: 1_000,
  participants: 1_000,
  mentions: 50,
  reactions: 20,
  reactionEmoji: null,
  editSeconds: null,
  retractSeconds: null,
  pageSize: 100,
  presenceUsers: 100,
  typingSeconds: 6,
  typingEverySeconds: 3,
  typingConversations: 50,
  pinnedConversations: 20,
  pins: 50,
  descriptionLength: 1_000,
  dataBytes: 4_096,
  receiptsUpTo: 100,
  queryLength: 200,
  uploadSize: 26_214_400,
  uploadTypes: null,
  attachments: 10,
};

/** @param {string} document */
const nameOf = (document) => /(?:query|mutation|subscription) (\w+)/.exec(document)?.[1] ?? "";

/** Let everything run that waits for nothing but promises. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

export class FakeConnection {
  /** @type {Writable<import("../../schema/client/types.js").ConnectionState>} */
  state = new Writable("live");
  /** Everything that was asked for, in order. @type {Request[]} */
  asked = [];
  /** What waits for an answer. @type {Request[]} */
  waiting = [];
  /** @type {Stream[]} */
  streams = [];
  /** @type {{name: string, variables: any}[]} */
  told = [];
  /** Names of operations that a test answers by itself. @type {Set<string>} */
  held = new Set();
  /** Whether a test delivers the changes by itself. */
  holdsStreams = false;
  limits = { ...LIMITS };
  viewerId = globalId("User", VIEWER);
  #backListeners = new Set();

  /** @param {import("./world.mjs").World} world */
  constructor(world) {
    this.world = world;
    world.listeners.add(() => {
      if (!this.holdsStreams) this.pump();
    });
  }

  /** @param {string} document @param {any} [variables] @param {{signal?: AbortSignal}} [options] */
  query(document, variables = {}, { signal } = {}) {
    const request = new Request(this, nameOf(document), variables, signal);
    this.asked.push(request);
    if (this.held.has(request.name) || this.held.has("*")) this.waiting.push(request);
    else request.answer();
    return request.promise;
  }

  /** @param {string} document @param {() => any} variables @param {any} sink */
  subscribe(document, variables, sink) {
    const stream = new Stream(this, nameOf(document), variables, sink);
    this.streams.push(stream);
    if (!this.holdsStreams) queueMicrotask(() => this.pump());
    return () => stream.stop();
  }

  /** @param {string} document @param {any} variables */
  tell(document, variables) {
    this.told.push({ name: nameOf(document), variables });
  }

  /** @param {() => void} listener */
  whenBack(listener) {
    this.#backListeners.add(listener);
    return () => this.#backListeners.delete(listener);
  }

  /** By how many milliseconds the server's clock is ahead of the page's. */
  ahead = 0;
  now() {
    return Date.now() + this.ahead;
  }

  close() {
    for (const stream of [...this.streams]) stream.stop();
  }

  /** How many wait until the connection is back. */
  listening() {
    return this.#backListeners.size;
  }

  back() {
    for (const listener of [...this.#backListeners]) listener();
  }

  /** Deliver all changes. */
  pump() {
    for (const stream of [...this.streams]) {
      while (stream.read()) stream.deliver();
      while (stream.deliver());
    }
  }

  /** The first request of this name that waits. @param {string} name */
  waitingFor(name) {
    const request = this.waiting.find((each) => each.name === name);
    if (!request) throw new Error(`Nobody waits for ${name}.`);
    return request;
  }

  /** How often something was asked for. @param {string} name */
  count(name) {
    return this.asked.filter((request) => request.name === name).length;
  }

  /** Answers the data of an operation, as the world is now. @param {string} name @param {any} variables */
  resolve(name, variables) {
    const { world } = this;
    const room = world.conversations.get(variables.id);
    switch (name) {
      case "Viewer":
        return {
          viewer: { ...world.user(VIEWER), id: this.viewerId, username: "mira" },
          limits: this.limits,
        };
      case "InboxStart":
        return {
          inbox: {
            changesCursor: String(world.clock),
            blocksVersion: world.blocksVersion,
            ...this.#inboxPage(variables),
          },
          pinned: this.#inboxPage({ first: 20, filter: { pinned: true } }),
          invitations: { edges: world.inbox("INVITED").map((each) => ({ node: each.showRow() })) },
          unreadTotal: world.unreadTotal(),
        };
      case "Inbox":
        return { inbox: this.#inboxPage(variables) };
      case "UnreadTotal":
        return { unreadTotal: world.unreadTotal() };
      case "Pins":
        return {
          conversation: room
            ? { pins: { edges: room.showPins().map((node) => ({ node })) } }
            : null,
        };
      case "Draft":
        return { conversation: room ? { viewerParticipation: room.showDraft() } : null };
      case "ScheduledMessages": {
        const scheduledMessages = room?.place.scheduled ?? [];
        return { conversation: room ? { viewerParticipation: { id: "", scheduledMessages } } : null };
      }
      case "SearchMessages":
        return { searchMessages: this.#found(variables) };
      case "SavedMessages":
        return { savedMessages: this.#savedPage(variables) };
      case "Thread":
        return {
          conversation: room ? { ...room.showHead(), messages: room.showPage(variables) } : null,
        };
      case "Files": {
        const { last, before } = variables;
        const withFiles = room?.messages.filter(({ attachments }) => attachments.length) ?? [];
        const to = before ? Number(before) : withFiles.length;
        const from = Math.max(0, to - last);
        const edges = withFiles.slice(from, to).map(({ number }) => room?.showEdge(number));
        const pageInfo = { hasPreviousPage: from > 0, startCursor: String(from) };
        return { conversation: room ? { messages: { edges, pageInfo } } : null };
      }
      case "Messages":
        return {
          conversation: room
            ? { revision: room.seen.revision, messages: room.showPage(variables) }
            : null,
        };
      case "ConversationHead":
        return { conversation: room?.showHead() ?? null };
      case "Participants":
        return { conversation: room ? { participants: room.showMembers(variables) } : null };
      case "Message": {
        const found = this.#find(variables.id);
        return { node: found && found.room.showMessage(found.number) };
      }
      default:
        return this.#mutate(name, variables.input);
    }
  }

  /** All messages with these words. @param {any} variables */
  #found({ query, in: within, first, after }) {
    const rooms = within
      ? [this.world.conversations.get(within)]
      : [...this.world.conversations.values()];
    const found = rooms.flatMap((room) =>
      room.messages
        .filter(({ body }) => body.includes(query))
        .map(({ number }) => ({ node: room.showFound(number) })),
    );
    return pageOf(found.reverse(), first, after);
  }

  /** @param {any} variables */
  #savedPage({ first, after }) {
    const rooms = [...this.world.conversations.values()];
    const saved = rooms.flatMap((room) =>
      [...room.saved].map((number) => ({ savedAt: "now", node: room.showFound(number) })),
    );
    return pageOf(saved.reverse(), first, after);
  }

  /** @param {{first: number, after?: string | null, filter?: any}} variables */
  #inboxPage({ first, after, filter }) {
    const [at, key] = (after ?? "Infinity/0").split("/").map(Number);
    const rest = this.world
      .inbox("ACTIVE", filter ?? {})
      .filter(({ place }) => place.activeAt < at || (place.activeAt === at && place.key < key));
    const page = rest.slice(0, first);
    const end = page.at(-1)?.place;
    return {
      edges: page.map((room) => ({ node: room.showRow() })),
      pageInfo: {
        hasNextPage: rest.length > first,
        endCursor: end ? `${end.activeAt}/${end.key}` : null,
      },
    };
  }

  /** @param {string} id */
  #find(id) {
    const key = Number(atob(id).split(":")[1]);
    const room = this.world.conversations.get(globalId("Conversation", Math.floor(key / 10_000)));
    return room && { room, number: key % 10_000 };
  }

  /** @param {string} name @param {any} input */
  #mutate(name, input) {
    const { world } = this;
    const room = world.conversations.get(input.conversationId);
    const found = input.message && this.#find(input.message);
    const shown = () => found.room.showMessage(found.number);
    switch (name) {
      case "StartUpload": {
        const id = `file ${world.uploads.size + 1}`;
        world.uploads.set(id, { id, ...input, state: "CHECKING" });
        const attachment = { ...showFile({ id, ...input, state: "UPLOADING" }, 0) };
        const headers = [{ name: "X-Ticket", value: id }];
        const url = `/upload/${world.uploads.size}`;
        return { startUpload: { attachment, url, method: "PUT", headers, expiresAt: "later" } };
      }
      case "SendMessage": {
        const again = room?.messages.find((each) => each.clientId === input.clientId);
        const { number } = again ?? room?.send(VIEWER, input);
        const conversation = { id: room?.id, kind: "GROUP", name: room?.title };
        return { sendMessage: { sent: room?.showMessage(number), conversation, upgraded: false } };
      }
      case "React":
      case "Unreact":
        found.room.react(found.number, VIEWER, input.emoji, name === "React");
        return name === "React"
          ? { react: { reacted: shown() } }
          : { unreact: { unreacted: shown() } };
      case "PinMessage":
      case "UnpinMessage":
        found.room.pin(found.number, name === "PinMessage");
        return name === "PinMessage"
          ? { pinMessage: { pinned: shown() } }
          : { unpinMessage: { unpinned: shown() } };
      case "SaveMessage":
      case "UnsaveMessage":
        found.room.save(found.number, name === "SaveMessage");
        return name === "SaveMessage"
          ? { saveMessage: { saved: shown() } }
          : { unsaveMessage: { unsaved: shown() } };
      case "SaveDraft": {
        const isSaved = room?.saveDraft(input.body, input.replyTo, input.base);
        if (isSaved) return { saveDraft: { participation: { id: "", ...room?.showDraft() } } };
        return { saveDraft: { code: "DRAFT_CHANGED", message: "Changed", path: ["base"] } };
      }
      case "ScheduleMessage": {
        const { conversationId, ...given } = input;
        const more = { replyTo: null, mentions: null, mentionsAll: false, refusal: null };
        room?.arrange({ scheduled: [...(room.place.scheduled ?? []), { ...more, ...given }] });
        return { scheduleMessage: { participation: { id: "", scheduledMessages: [] } } };
      }
      case "EditMessage":
        found.room.edit(found.number, input.body, input.attachments);
        return { editMessage: { edited: shown() } };
      case "RetractMessage":
        found.room.retract(found.number);
        return { retractMessage: { retracted: shown() } };
      case "MarkRead":
        room?.read(VIEWER, input.number);
        return {
          markRead: { participation: { id: "", lastReadNumber: input.number, unreadCount: 0 } },
        };
      case "BlockUser":
      case "UnblockUser": {
        const person = Number(atob(input.user).split(":")[1]);
        world.block(person, name === "BlockUser");
        return {
          [name === "BlockUser" ? "blockUser" : "unblockUser"]: { user: world.user(person) },
        };
      }
      default:
        throw new Error(`The fake has no ${name}.`);
    }
  }
}

/**
 * A page of a list, whose cursors are places in it.
 * @param {any[]} edges
 * @param {number} first
 * @param {string | null} [after]
 */
function pageOf(edges, first, after) {
  const from = Number(after ?? 0);
  const to = from + first;
  const pageInfo = { hasNextPage: edges.length > to, endCursor: String(to) };
  return { edges: edges.slice(from, to), pageInfo };
}

/** A query or a mutation: it is executed at one moment, and answered at another. */
class Request {
  #connection;
  /** @type {any} */
  #data = undefined;
  /** @type {(value: any) => void} */
  #resolve = () => {};
  /** @type {(error: Error) => void} */
  #reject = () => {};

  /** @param {FakeConnection} connection @param {string} name @param {any} variables @param {AbortSignal} [signal] */
  constructor(connection, name, variables, signal) {
    this.#connection = connection;
    this.name = name;
    this.variables = variables;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal?.addEventListener("abort", () =>
      this.fail(new TalkError("ABORTED", "Nobody wants it any more.")),
    );
  }

  get isExecuted() {
    return this.#data !== undefined;
  }

  /** Read the world now. */
  execute() {
    this.#data = structuredClone(this.#connection.resolve(this.name, this.variables));
  }

  /** Hand over what was read; the world may be another by now. */
  answer() {
    if (!this.isExecuted) this.execute();
    this.#leave();
    this.#resolve(this.#data);
  }

  /** @param {Error} error */
  fail(error) {
    this.#leave();
    this.#reject(error);
  }

  /** The server refuses a mutation. @param {string} code @param {string[]} [path] */
  refuse(code, path = []) {
    this.fail(new Refusal({ code, message: code, path }));
  }

  #leave() {
    const { waiting } = this.#connection;
    const index = waiting.indexOf(this);
    if (index >= 0) waiting.splice(index, 1);
  }
}

/** A subscription: changes are read at one moment, and delivered at another. */
class Stream {
  /** @type {any[]} What was read. */
  #read = [];
  #connection;
  #variables;
  #sink;
  #after;
  #isStopped = false;

  /** @param {FakeConnection} connection @param {string} name @param {() => any} variables @param {any} sink */
  constructor(connection, name, variables, sink) {
    this.#connection = connection;
    this.name = name;
    this.#variables = variables;
    this.#sink = sink;
    this.#after = variables().after;
  }

  get variables() {
    return this.#variables();
  }

  /** Execute the next change. Answers whether there was one. */
  read() {
    if (this.#isStopped) return false;
    if (this.name === "ConversationChanges") return this.#readConversation();
    if (this.name === "InboxChanges") return this.#readInbox();
    return false;
  }

  /** Hand over the first change that was read. Answers whether there was one. */
  deliver() {
    const next = this.#read.shift();
    if (!next || this.#isStopped) return false;
    if (next instanceof Error) this.end(next);
    else this.next(next);
    return true;
  }

  /** @param {any} data */
  next(data) {
    this.#sink.next(structuredClone(data));
  }

  /** @param {Error | null} error */
  end(error) {
    this.stop();
    this.#sink.end(error);
  }

  /** The network is cut, and the stream begins again after what it had delivered. */
  cut() {
    this.#read = [];
    this.#after = this.#variables().after;
  }

  stop() {
    this.#isStopped = true;
    const { streams } = this.#connection;
    const index = streams.indexOf(this);
    if (index >= 0) streams.splice(index, 1);
  }

  #readConversation() {
    const room = this.#connection.world.conversations.get(this.#variables().id);
    if (!room || this.#read.at(-1) instanceof Error) return false;
    if (this.#after < room.prunedTo) return this.#end("RESYNC_REQUIRED");
    const isGone = room.place.status !== "ACTIVE";
    if (this.#after === room.seen.revision) return isGone && this.#end("NOT_A_PARTICIPANT");
    this.#after += 1;
    this.#read.push({ conversationChanges: room.showChange(this.#after) });
    return true;
  }

  /** @param {string} code */
  #end(code) {
    this.#read.push(new TalkError(code, code));
    return true;
  }

  #readInbox() {
    const { world } = this.#connection;
    const after = Number(this.#after);
    const rooms = [...world.conversations.values()].filter(({ place }) => place.changedAt > after);
    const [room] = rooms.sort((a, b) => a.place.changedAt - b.place.changedAt);
    if (!room) return false;
    this.#after = String(room.place.changedAt);
    const [participation, unreadTotal] = [room.showRow(), world.unreadTotal()];
    const cursor = this.#after;
    const { blocksVersion } = world;
    this.#read.push({ inboxChanges: { cursor, blocksVersion, participation, unreadTotal } });
    return true;
  }
}
