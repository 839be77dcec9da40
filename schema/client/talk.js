/** Makes a client of one server for one viewer: the connection, the stores, the outbox, the verbs. */

import { connect } from "./connection/index.js";
import { addressOf } from "./connection/page.js";
import { documentsFor } from "./documents.js";
import { Refusal } from "./errors.js";
import { findersFor } from "./finders.js";
import { createOutbox } from "./outbox/index.js";
import { ConversationStore } from "./stores/conversation.js";
import { Drafts } from "./stores/drafts/index.js";
import { FilesOf } from "./stores/files.js";
import { InboxFeed } from "./stores/inbox.js";
import { Kept } from "./stores/kept.js";
import { Presence } from "./stores/presence.js";
import { SavedMessages } from "./stores/saved.js";
import { ScheduledIn } from "./stores/scheduled.js";
import { Search } from "./stores/search.js";
import { TypingIn } from "./stores/typing-in.js";
import { typingStore } from "./stores/typing.js";
import { ViewerFeed } from "./stores/viewer.js";
import { avatarSetter } from "./uploads/avatar.js";
import { Uploads } from "./uploads/index.js";
import { verbsFor } from "./verbs.js";

/** @import {Connection, Message, Talk, TalkOptions} from "./types.js" */
/** @import {Verbs} from "./verbs.js" */

/** The fields of payloads that are messages of a conversation that is known. */
const MESSAGES = [
  ...["edited", "retracted", "removed", "reacted", "unreacted"],
  ...["pinned", "unpinned", "saved", "unsaved"],
];

/** The verbs by which the viewer saves messages, and those that change what the saved ones show. */
const SAVES = ["saveMessage", "unsaveMessage"];
const CHANGES_SAVED = [
  ...SAVES,
  ...["retractMessage", "removeMessage", "clearConversation", "blockUser", "unblockUser"],
];

/**
 * Make a client. Ask it for a store and listen to that; `close` it when it is not needed any more.
 * @param {TalkOptions} [options]
 * @returns {Talk}
 */
export function createTalk(options = {}) {
  return talkOver(connect(options), options);
}

/**
 * A client over a connection.
 * @param {Connection} connection
 * @param {TalkOptions} [options]
 * @returns {Talk}
 */
export function talkOver(
  connection,
  {
    url,
    typePrefix,
    visible = false,
    readsPrivately = () => false,
    storage,
    fileStorage,
    draftStorage,
    fetch,
  } = {},
) {
  const documents = documentsFor(typePrefix);
  const blocksChanged = () => {
    for (const each of [...conversations, ...saved]) each.again();
  };
  const feed = new InboxFeed(connection, documents, blocksChanged);
  const viewerFeed = new ViewerFeed(connection, documents, () => {
    feed.reset();
    for (const each of [...conversations, ...saved, ...files, ...scheduled]) each.reset();
  });
  const { viewer, limits } = viewerFeed;
  const verbs = withStores(verbsFor(connection, documents), {
    answered: (message, askedAt) => {
      for (const each of conversations) each.offer(message, askedAt);
    },
    refused: (input) => {
      for (const each of conversations) each.refused(input);
    },
    doubted: (id) => {
      for (const each of conversations) each.doubt(id);
    },
    blocksChanged,
    savedChanged: () => {
      for (const each of saved) each.again();
    },
    scheduledChanged: () => {
      for (const each of scheduled) each.again();
    },
  });
  const server = addressOf(url).href;
  const uploads = new Uploads(connection, verbs, server, fetch);
  const outbox = createOutbox({
    verbs,
    uploads,
    viewer,
    whenBack: (listener) => connection.whenBack(listener),
    sent: (conversationId, message) => {
      for (const each of conversations) if (each.id === conversationId) each.arrive(message);
    },
    server,
    storage,
    fileStorage,
  });
  const shared = { connection, documents, feed };
  const drafts = new Drafts({ ...shared, verbs, outbox, viewer, server, draftStorage });
  const surroundings = {
    ...shared,
    verbs,
    outbox,
    drafts,
    viewer,
    limits,
    readsPrivately,
    arrived: (/** @type {Message} */ message) => outbox.arrived(message),
  };
  const conversations = new Kept((id) => new ConversationStore(id, surroundings));
  const typing = new Kept((id) => typingStore(id, shared));
  const typingIn = new TypingIn(connection, documents, limits, feed);
  const presence = new Presence(connection, documents, limits, visible);
  const saved = new Kept(() => new SavedMessages(connection, documents));
  const files = new Kept((id) => new FilesOf(id, shared));
  const scheduled = new Kept((id) => new ScheduledIn(id, shared));
  const stores = [conversations, typing, typingIn, presence, saved, files, scheduled, drafts];

  return {
    ...verbs,
    ...findersFor(connection, documents),
    state: connection.state,
    viewer,
    limits,
    unreadTotal: feed.unreadTotal,
    outbox,
    inbox: ({ archived = false } = {}) => (archived ? feed.archive : feed.inbox),
    conversation: (id) => conversations.get(id),
    draft: (id) => drafts.get(id),
    search: () => new Search(connection, documents),
    saved: () => saved.get(""),
    files: (id) => files.get(id),
    scheduled: (id) => scheduled.get(id),
    upload: uploads.upload,
    setAvatar: avatarSetter(connection, uploads, verbs),
    now: () => connection.now(),
    // Everything but a path is an address already. It may be one that `URL` can't read.
    addressOf: (url) => (/^\/(?!\/)/.test(url) ? new URL(url, server).href : url),
    typing: (id) => typing.get(id),
    typingIn: (ids) => typingIn.of(ids),
    presence: (userIds) => presence.of(userIds),
    query: (...given) => connection.query(...given),
    subscribe: (...given) => connection.subscribe(...given),
    close() {
      for (const each of [...stores, feed, viewerFeed, uploads, outbox]) each.close();
      connection.close();
    },
  };
}

/**
 * The verbs, of whose answers the stores are told.
 * @param {Verbs} verbs
 * @param {{
 *   answered: (message: Message, askedAt: number) => void,
 *   refused: (input: {conversationId?: string, message?: string}) => void,
 *   doubted: (id: string) => void,
 *   blocksChanged: () => void,
 *   savedChanged: () => void,
 *   scheduledChanged: () => void,
 * }} stores
 * @returns {Verbs}
 */
function withStores(verbs, stores) {
  const { answered, refused, doubted, blocksChanged, savedChanged, scheduledChanged } = stores;
  /**
   * @param {string} name
   * @param {(input: any) => Promise<any>} verb
   */
  const told = (name, verb) => async (/** @type {any} */ input) => {
    const askedAt = performance.now();
    try {
      const payload = await verb(input);
      for (const field of MESSAGES) if (payload[field]) answered(payload[field], askedAt);
      if (name === "blockUser" || name === "unblockUser") blocksChanged();
      if (CHANGES_SAVED.includes(name)) savedChanged();
      return payload;
    } catch (error) {
      if (error instanceof Refusal) {
        // What may succeed later says nothing about what the viewer may do.
        if (error.retryAfter === null) refused(input);
      } else if (SAVES.includes(name)) {
        // It may be done all the same, and no change tells of it.
        doubted(input.message);
        savedChanged();
      }
      throw error;
    } finally {
      // Without an answer, too, it may be so.
      if (name === "scheduleMessage" || name === "cancelScheduledMessage") scheduledChanged();
    }
  };
  const entries = Object.entries(verbs).map(([name, verb]) => [name, told(name, verb)]);
  return /** @type {Verbs} */ (Object.fromEntries(entries));
}
