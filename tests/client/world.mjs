/** A small model of the server: conversations as one viewer sees them, with revisions and cursors. */

/** @param {string} type @param {number} key */
export const globalId = (type, key) => btoa(`${type}:${key}`);

/** @param {number} clock */
const timeAt = (clock) => new Date(Date.UTC(2026, 0, 1) + clock * 1_000).toISOString();

export const VIEWER = 0;
const NAMES = ["Mira", "Jonas", "Priya", "Tomas", "Aiko", "Lena"];

export class World {
  /** Counts everything that happens. */
  clock = 0;
  /** @type {Map<string, Talkroom>} */
  conversations = new Map();
  /** The people whom the viewer blocked. @type {Set<number>} */
  blocked = new Set();
  /** @type {Set<() => void>} */
  listeners = new Set();
  /** What was uploaded, by its id. @type {Map<string, any>} */
  uploads = new Map();
  /** Addresses of files are others each hour. */
  hour = 0;
  #keys = 0;

  /**
   * @param {number[]} people besides the viewer.
   * @param {number} [messages] how many messages there are.
   */
  start(people, messages = 0) {
    const room = new Talkroom(this, ++this.#keys, [VIEWER, ...people]);
    this.conversations.set(room.id, room);
    for (let index = 0; index < messages; index += 1) room.send(people[index % people.length]);
    room.moved(true);
    return room;
  }

  /** @param {number} person */
  user(person) {
    const blocked = this.blocked.has(person);
    return { id: globalId("User", person), name: NAMES[person], avatar: null, blocked };
  }

  /** @param {number} person @param {boolean} isBlocked */
  block(person, isBlocked = true) {
    this.blocked[isBlocked ? "add" : "delete"](person);
    for (const room of this.conversations.values()) if (room.places.has(person)) room.moved();
    this.changed();
  }

  get blocksVersion() {
    return [...this.blocked].sort().join();
  }

  unreadTotal() {
    const counted = this.inbox().filter(({ place }) => !isMuted(place));
    const counts = counted.map((room) => room.unread().length);
    return Math.min(
      counts.reduce((sum, count) => sum + count, 0),
      100,
    );
  }

  /**
   * The rooms of the inbox in their order.
   * @param {string} [status]
   * @param {{archived?: boolean | null, pinned?: boolean | null}} [filter]
   */
  inbox(status = "ACTIVE", { archived = false, pinned = null } = {}) {
    const fits = (/** @type {boolean | null} */ asked, /** @type {unknown} */ value) =>
      asked === null || asked === (value !== null);
    const rooms = [...this.conversations.values()].filter(
      ({ place }) =>
        place.status === status && fits(archived, place.archivedAt) && fits(pinned, place.pinnedAt),
    );
    return rooms.sort((a, b) => b.place.activeAt - a.place.activeAt || b.place.key - a.place.key);
  }

  /** The rooms as the inbox shows them: those that the viewer pinned come first. */
  shown() {
    const pinned = this.inbox("ACTIVE", { pinned: true });
    pinned.sort((a, b) => b.place.pinnedAt - a.place.pinnedAt);
    return [...pinned, ...this.inbox("ACTIVE", { pinned: false })];
  }

  changed() {
    for (const listener of [...this.listeners]) listener();
  }
}

/** @param {any} place of the viewer. */
const isMuted = ({ level, mutedUntil }) =>
  level === "NOTHING" || (mutedUntil !== null && mutedUntil > Date.now());

/** A conversation. */
export class Talkroom {
  title = "A room";
  description = "";
  /** The numbers of pinned messages, by when they were pinned. @type {Map<number, number>} */
  pins = new Map();
  /** The numbers of messages that the viewer saved. @type {Set<number>} */
  saved = new Set();
  /** @type {any[]} */
  messages = [];
  /** @type {{revision: number, kind: string, actor: number, number: number | null, person: number | null}[]} */
  events = [];
  /** Events up to here are not kept. */
  prunedTo = 0;
  /** @type {Map<number, any>} */
  places = new Map();
  /** What the viewer sees who left: all as it was then. @type {any} */
  #then = null;

  /** @param {World} world @param {number} key @param {number[]} people */
  constructor(world, key, people) {
    this.world = world;
    this.key = key;
    this.id = globalId("Conversation", key);
    for (const person of people) this.#join(person);
    this.#record("CONVERSATION_STARTED", people[0], null, null);
  }

  get place() {
    return this.places.get(VIEWER);
  }

  get revision() {
    return this.events.length;
  }

  /** The conversation as the viewer sees it. @returns {Talkroom} */
  get seen() {
    return this.place.status === "ACTIVE" ? this : this.#then;
  }

  /**
   * @param {number} sender
   * @param {{
   *   replyTo?: number | null, clientId?: string | null, body?: string, draft?: number | null,
   *   attachments?: string[],
   * }} [more]
   */
  send(sender, { replyTo = null, clientId = null, body, draft = null, attachments = [] } = {}) {
    const number = this.messages.length + 1;
    const root = replyTo === null ? null : (this.message(replyTo).root ?? replyTo);
    const message = {
      number,
      sender,
      body: body ?? `Message ${number}`,
      removal: null,
      editedAt: null,
      attachments: attachments.map((id) => this.world.uploads.get(id)),
    };
    const given = { clientId, replyTo, root };
    const at = ++this.world.clock;
    this.messages.push({
      ...message,
      ...given,
      at,
      revision: this.revision + 1,
      reactions: new Map(),
    });
    const place = this.places.get(sender);
    place.lastRead = number;
    if (sender === VIEWER || !isMuted(this.place)) this.place.archivedAt = null;
    const own = this.place.draft;
    if (own.body && own.version === draft) this.#keepDraft("", null);
    this.#record("MESSAGE_SENT", sender, number, sender);
    this.moved(true);
    this.world.changed();
    return this.message(number);
  }

  /** @param {number} number */
  message(number) {
    return this.messages[number - 1];
  }

  /** The files of a message were checked. @param {number} number */
  complete(number) {
    const { sender, attachments, removal } = this.message(number);
    if (removal || attachments.every(({ state }) => state !== "CHECKING")) return;
    const ready = attachments.map((each) => ({ ...each, state: "READY" }));
    this.#changeMessage(number, "MESSAGE_COMPLETED", { attachments: ready }, sender);
  }

  /** @param {number} number @param {string} body @param {string[] | null} [files] which it keeps. */
  edit(number, body, files = null) {
    const { removal, sender, attachments: all } = this.message(number);
    if (removal) return;
    const attachments = all.filter(({ id }) => !files || files.includes(id));
    const edited = { body, attachments, editedAt: this.world.clock };
    this.#changeMessage(number, "MESSAGE_EDITED", edited, sender);
  }

  /** @param {number} number */
  retract(number) {
    const { sender, removal } = this.message(number);
    if (removal) return;
    const gone = { body: "", removal: "RETRACTED", editedAt: null, attachments: [] };
    Object.assign(gone, { reactions: new Map() });
    this.pins.delete(number);
    this.saved.delete(number);
    this.#changeMessage(number, "MESSAGE_REMOVED", gone, sender);
  }

  /** @param {number} number @param {number} person @param {string} emoji @param {boolean} isWanted */
  react(number, person, emoji, isWanted = true) {
    const { reactions, removal } = this.message(number);
    const people = reactions.get(emoji) ?? new Set();
    if (removal || people.has(person) === isWanted) return;
    people[isWanted ? "add" : "delete"](person);
    reactions.delete(emoji);
    if (people.size) reactions.set(emoji, people);
    this.#changeMessage(number, "MESSAGE_REACTED", {}, person);
  }

  /** @param {number} person @param {number} number */
  read(person, number) {
    const place = this.places.get(person);
    if (number > place.lastRead) {
      place.lastRead = number;
      this.#record("CONVERSATION_READ", person, null, person);
    } else if (!place.markedAt || number < (place.unreadFrom ?? place.lastRead)) return;
    if (person === VIEWER) {
      const isAll = number >= place.lastRead;
      place.unreadFrom = isAll ? null : number + 1;
      if (isAll) place.markedAt = null;
      this.moved();
    }
    this.world.changed();
  }

  /** @param {number | null} [from] from which number on all is unread again. */
  markUnread(from = null) {
    const { place } = this;
    place.markedAt = ++this.world.clock;
    if (from !== null && from <= place.lastRead) place.unreadFrom = from;
    this.moved();
    this.world.changed();
  }

  /**
   * What the viewer alone changes, and is told of.
   * @param {Record<string, any>} change
   */
  arrange(change) {
    Object.assign(this.place, change);
    this.moved(false, true);
    this.world.changed();
  }

  /** @param {string} body @param {number | null} replyTo @param {number} base */
  saveDraft(body, replyTo, base) {
    const { draft } = this.place;
    if (body === draft.body && (replyTo === draft.replyTo || !body)) return true;
    if (base !== draft.version) return false;
    this.#keepDraft(body, replyTo);
    this.moved();
    this.world.changed();
    return true;
  }

  /** @param {string} body @param {number | null} replyTo */
  #keepDraft(body, replyTo) {
    const version = this.place.draft.version + 1;
    this.place.draft = { body, replyTo: body ? replyTo : null, version };
  }

  /** @param {number} number @param {boolean} isPinned */
  pin(number, isPinned) {
    if (this.message(number).removal || this.pins.has(number) === isPinned) return;
    if (isPinned) this.pins.set(number, this.world.clock + 1);
    else this.pins.delete(number);
    this.#changeMessage(number, isPinned ? "MESSAGE_PINNED" : "MESSAGE_UNPINNED", {}, VIEWER);
  }

  /** @param {number} number @param {boolean} isSaved */
  save(number, isSaved) {
    this.saved[isSaved ? "add" : "delete"](number);
  }

  /** @param {string} description */
  describe(description) {
    this.description = description;
    this.#record("CONVERSATION_CHANGED", VIEWER, null, null);
    this.world.changed();
  }

  /** The viewer clears all messages up to now. */
  clear() {
    this.place.firstVisible = this.messages.length + 1;
    this.moved();
    this.world.changed();
  }

  /** @param {string} title */
  rename(title) {
    this.title = title;
    this.#record("CONVERSATION_RENAMED", VIEWER, null, null);
    this.moved();
    this.world.changed();
  }

  /** @param {number} person @param {Record<string, any>} change @param {string} kind */
  changePlace(person, change, kind) {
    if (!this.places.has(person)) this.#join(person);
    Object.assign(this.places.get(person), change);
    this.#record(kind, person, null, person);
    if (person === VIEWER && change.status) {
      const { title, description, messages, pins, places, revision } = this;
      this.#then = structuredClone({ title, description, messages, pins, places, revision });
    }
    this.moved(false, person === VIEWER);
    this.world.changed();
  }

  /**
   * The inbox of the viewer shows another row.
   * @param {boolean} [isActive] somebody wrote.
   * @param {boolean} [isOwn] the viewer's participation is another, also if they left.
   */
  moved(isActive = false, isOwn = false) {
    if (!isOwn && this.place.status !== "ACTIVE") return;
    const at = ++this.world.clock;
    this.place.changedAt = at;
    if (isActive) this.place.activeAt = at;
  }

  unread() {
    const { lastRead, unreadFrom, firstVisible } = this.place;
    return this.seen.messages.filter(
      ({ number, sender, removal }) =>
        number >= (unreadFrom ?? lastRead + 1) &&
        number >= firstVisible &&
        sender !== VIEWER &&
        !removal &&
        !this.world.blocked.has(sender),
    );
  }

  /** @param {number} person */
  #join(person) {
    const key = this.key * 100 + person;
    const place = {
      key,
      role: person === VIEWER ? "MEMBER" : "OWNER",
      status: "ACTIVE",
      suspendedAt: null,
    };
    const now = this.world.clock;
    const reading = { lastRead: 0, firstVisible: 1, markedAt: null, unreadFrom: null };
    const times = { changedAt: now, activeAt: now, joinedAt: now };
    const arranged = { level: "EVERYTHING", mutedUntil: null, archivedAt: null, pinnedAt: null };
    const own = { readPrivately: false, draft: { body: "", replyTo: null, version: 0 } };
    this.places.set(person, { ...place, ...reading, ...times, ...arranged, ...own });
  }

  /** @param {number} number @param {string} kind @param {object} change @param {number} actor */
  #changeMessage(number, kind, change, actor) {
    this.world.clock += 1;
    const isUnread = this.unread().some((each) => each.number === number);
    Object.assign(this.message(number), change, { revision: this.revision + 1 });
    this.#record(kind, actor, number, kind === "MESSAGE_REACTED" ? actor : null);
    const isOfInbox = kind === "MESSAGE_EDITED" || kind === "MESSAGE_REMOVED";
    if (isOfInbox && (isUnread || number === this.messages.length)) this.moved();
    this.world.changed();
  }

  /** @param {string} kind @param {number} actor @param {number | null} number @param {number | null} person */
  #record(kind, actor, number, person) {
    this.events.push({ revision: this.revision + 1, kind, actor, number, person });
  }

  // As GraphQL answers it.

  /** @param {number} number */
  showMessage(number) {
    const { place, world } = this;
    const { root, at, sender, revision, clientId, editedAt, replyTo, ...message } =
      this.seen.messages[number - 1];
    const isOwn = sender === VIEWER;
    const isHidden = world.blocked.has(sender);
    const replies = this.seen.messages.filter((each) => each.root === number && !each.removal);
    const quotes = replyTo !== null && replyTo >= place.firstVisible;
    return {
      id: globalId("Message", this.key * 10_000 + number),
      number,
      revision,
      kind: "TEXT",
      sentAt: timeAt(at),
      body: isHidden ? "" : message.body,
      removal: message.removal,
      hidden: isHidden && !message.removal,
      announced: false,
      clientId: isOwn ? clientId : null,
      editedAt: editedAt && timeAt(editedAt),
      root,
      sender: world.user(sender),
      subject: null,
      replyTo: quotes ? this.#quote(replyTo) : null,
      replyCount: replies.length,
      mentions: [],
      mentionsAll: false,
      mentionsViewer: false,
      reactions: [...message.reactions].map(([emoji, people]) => ({
        emoji,
        count: people.size,
        viewerReacted: people.has(VIEWER),
      })),
      linkPreview: null,
      pinnedAt: this.seen.pins.has(number) ? timeAt(this.seen.pins.get(number) ?? 0) : null,
      viewerSaved: this.saved.has(number),
      viewerCan: this.#capabilities(isOwn, sender, message.removal),
      attachments: isHidden ? [] : message.attachments.map((each) => showFile(each, world.hour)),
    };
  }

  /** @param {boolean} isOwn @param {number} sender @param {string | null} removal */
  #capabilities(isOwn, sender, removal) {
    const { role, status, suspendedAt } = this.place;
    if (status !== "ACTIVE" || suspendedAt) return ["REPORT"];
    const removes =
      role === "OWNER" || (role === "ADMIN" && this.places.get(sender).role === "MEMBER");
    const there = removal
      ? []
      : ["REACT", ...(isOwn ? ["EDIT", "RETRACT"] : []), ...(removes ? ["REMOVE"] : [])];
    return ["REPLY", ...there, "REPORT"];
  }

  /** @param {number} number */
  #quote(number) {
    const message = this.showMessage(number);
    const { id, revision, kind, body, removal, hidden, sender } = message;
    const names = message.attachments.slice(0, 3).map((each) => {
      return { id: each.id, filename: each.filename, contentType: each.contentType };
    });
    return {
      id,
      number,
      revision,
      kind,
      body,
      removal,
      hidden,
      sender: { id: sender.id, name: sender.name },
      attachments: names,
    };
  }

  /** @param {number} number */
  showEdge(number) {
    return { cursor: `m${number}`, node: this.showMessage(number) };
  }

  /** @param {number} person */
  showMember(person) {
    const isGone = this.seen !== this && person !== VIEWER;
    const untold = isGone ? { role: "MEMBER", suspendedAt: null, lastRead: 0 } : {};
    const places = person === VIEWER ? this.places : this.seen.places;
    const place = { ...places.get(person), ...untold };
    const { key, role, status, joinedAt, suspendedAt, lastRead } = place;
    return {
      id: globalId("Participation", key),
      role,
      status,
      joinedAt: timeAt(joinedAt),
      suspendedAt,
      lastReadNumber: this.#isTold(person) ? lastRead || null : null,
      user: this.world.user(person),
    };
  }

  /** Whether the viewer is told how far somebody has read. @param {number} person */
  #isTold(person) {
    return person === VIEWER || (this.seen === this && !this.place.readPrivately);
  }

  #others() {
    return this.#present()
      .filter((person) => person !== VIEWER)
      .slice(0, 3)
      .map((each) => this.world.user(each));
  }

  #present() {
    const present = [...this.seen.places].filter(([, place]) => place.status === "ACTIVE");
    return present.sort(([, a], [, b]) => a.key - b.key).map(([person]) => person);
  }

  #own() {
    const { lastRead, firstVisible } = this.place;
    return {
      status: this.place.status,
      role: this.place.role,
      lastReadNumber: lastRead || null,
      unreadCount: this.unread().length,
      firstUnreadNumber: this.unread()[0]?.number ?? null,
      firstVisibleNumber: firstVisible,
      suspendedAt: this.place.suspendedAt,
    };
  }

  /** How the viewer has arranged the conversation. */
  #arranged() {
    const { level, mutedUntil, archivedAt, pinnedAt, readPrivately } = this.place;
    return {
      notifications: level,
      mutedUntil: mutedUntil && new Date(mutedUntil).toISOString(),
      muted: isMuted(this.place),
      archivedAt: archivedAt && timeAt(archivedAt),
      pinnedAt: pinnedAt && timeAt(pinnedAt),
      readPrivately,
    };
  }

  /** What the stream and the head say of the conversation. */
  #told() {
    const { id } = this;
    const { title, description, messages } = this.seen;
    const { length } = messages;
    const told = { id, name: title, title, description, avatar: null, data: {}, key: null };
    return { ...told, lastNumber: length, participantCount: this.#present().length };
  }

  showPins() {
    const { firstVisible } = this.place;
    const pins = [...this.seen.pins].filter(([number]) => number >= firstVisible);
    return pins
      .sort(([, a], [, b]) => b - a)
      .map(([number, at]) => ({
        message: { ...this.#quote(number), sentAt: this.showMessage(number).sentAt },
        pinnedBy: { id: globalId("User", VIEWER), name: NAMES[VIEWER] },
        pinnedAt: timeAt(at),
      }));
  }

  /** A message outside its thread. @param {number} number */
  showFound(number) {
    const { sentAt, sender } = this.showMessage(number);
    const { id, name, avatar } = this.#told();
    const others = this.#others();
    const conversation = { id, kind: "GROUP", name, avatar, others };
    return { ...this.#quote(number), sentAt, sender, conversation };
  }

  showDraft() {
    const { body, replyTo, version } = this.place.draft;
    const draft = body ? { body, replyTo, version, savedAt: timeAt(0) } : null;
    return { draft, draftVersion: version };
  }

  showHead() {
    const { status, suspendedAt, role, key, markedAt } = this.place;
    const may = status === "ACTIVE" && !suspendedAt;
    return {
      ...this.#told(),
      kind: "GROUP",
      startedAt: timeAt(0),
      revision: this.seen.revision,
      viewerCan: may ? ["SEND", "LEAVE", ...(role === "MEMBER" ? [] : ["RENAME"])] : [],
      others: this.#others(),
      viewerParticipation: {
        id: globalId("Participation", key),
        ...this.#own(),
        leftAt: status === "ACTIVE" ? null : timeAt(1),
        markedUnreadAt: markedAt && timeAt(markedAt),
        ...this.#arranged(),
        invitedBy: null,
      },
      upgradedFrom: null,
    };
  }

  showRow() {
    const { key, activeAt, markedAt, firstVisible } = this.place;
    const { description, data, key: _, ...told } = this.#told();
    const last = this.seen.messages.length;
    const latest = last >= firstVisible ? this.showMessage(last) : null;
    return {
      id: globalId("Participation", key),
      ...this.#own(),
      lastActivityAt: timeAt(activeAt),
      unreadMentionCount: 0,
      markedUnreadAt: markedAt && timeAt(markedAt),
      ...this.#arranged(),
      ...this.showDraft(),
      invitedBy: null,
      conversation: {
        ...told,
        kind: "GROUP",
        revision: this.seen.revision,
        others: this.#others(),
        latestMessage: latest && {
          ...this.#quote(last),
          announced: false,
          sentAt: latest.sentAt,
          subject: null,
        },
      },
    };
  }

  /** @param {number} revision */
  showChange(revision) {
    const { kind, actor, number, ...event } = this.events[revision - 1];
    const isUntold = kind === "CONVERSATION_READ" && !this.#isTold(actor);
    const person = isUntold ? null : event.person;
    return {
      revision,
      kind,
      at: timeAt(revision),
      actor: isUntold ? null : { id: globalId("User", actor), name: NAMES[actor] },
      messageEdge:
        number !== null && number >= this.place.firstVisible ? this.showEdge(number) : null,
      participation:
        person === null || (this.seen !== this && person !== VIEWER)
          ? null
          : this.showMember(person),
      conversation: this.#told(),
    };
  }

  /** @param {any} variables of `Conversation.messages`. */
  showPage({ first, last, after, before, around }) {
    const low = this.place.firstVisible;
    const high = this.seen.messages.length;
    let [from, to] = [low, high];
    if (after) from = Math.max(Number(after.slice(1)) + 1, low);
    if (before) to = Math.min(Number(before.slice(1)) - 1, high);
    if (around) {
      const unread = this.unread()[0]?.number;
      const middle = "number" in around ? around.number : (unread ?? high);
      from = Math.max(low, Math.min(middle - Math.floor(first / 2), high - first + 1));
    }
    if (first !== undefined) to = Math.min(to, from + first - 1);
    else from = Math.max(from, to - last + 1);
    const edges = [];
    for (let number = from; number <= to; number += 1) edges.push(this.showEdge(number));
    return {
      edges,
      pageInfo: {
        hasPreviousPage: from > low,
        hasNextPage: to < high,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }

  /** @param {any} variables of `Conversation.participants`. */
  showMembers({ first, after }) {
    const people = this.#present().filter((person) => !after || person > Number(after));
    const page = people.slice(0, first);
    return {
      edges: page.map((person) => ({ node: this.showMember(person) })),
      pageInfo: { hasNextPage: people.length > first, endCursor: String(page.at(-1) ?? after) },
    };
  }
}

/** @param {any} file @param {number} hour */
export function showFile({ state, ...file }, hour) {
  const isReady = state === "READY";
  const address = (/** @type {string} */ variant) =>
    isReady ? `/files/${file.id}${variant}?hour=${hour}` : null;
  return {
    ...file,
    state,
    url: address(""),
    thumbnailUrl: address("/thumbnail"),
    previewUrl: address("/preview"),
    width: isReady ? 400 : null,
    height: isReady ? 300 : null,
    placeholder: isReady ? "data:image/webp;base64,AA==" : null,
  };
}
