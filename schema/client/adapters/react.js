/** Hooks for React that follow the stores of a client. React is a peer of this file alone. */

import { createContext, createElement, useContext, useMemo, useSyncExternalStore } from "react";
import { EMPTY_CONVERSATION } from "../stores/conversation/empty.js";
import { EMPTY_DRAFT } from "../stores/drafts/draft.js";
import { EMPTY_INBOX } from "../stores/inbox-list.js";
import { EMPTY_LIST } from "../stores/list.js";
import { EMPTY_SEARCH } from "../stores/search.js";
import { NOBODY as NOWHERE } from "../stores/typing-in.js";

/** @import {Context, ReactNode} from "react" */
/**
 * @import {ConnectionState, ConversationSnapshot, ConversationStore, DraftSnapshot, DraftStore,
 *   FilesStore, InboxSnapshot, InboxStore, Limits, ListSnapshot, Named, Saved, SavedStore,
 *   ScheduledMessage, ScheduledStore, SearchSnapshot, SearchStore, Store, Talk, Unsent, Viewer,
 *   WithFiles} from "../types.js"
 */

/** @type {readonly never[]} */
const NOTHING = [];
/** @type {ReadonlySet<string>} */
const NOBODY = new Set();

/** @type {Context<Talk | null>} */
const TalkContext = createContext(/** @type {Talk | null} */ (null));

/**
 * Gives a client to the hooks below it. Close the client when its page or viewer goes.
 * @param {{talk: Talk, children?: ReactNode}} props
 */
export function TalkProvider({ talk, children }) {
  return createElement(TalkContext.Provider, { value: talk }, children);
}

/** The client that the nearest `TalkProvider` gives. */
export function useTalk() {
  const talk = useContext(TalkContext);
  if (!talk) throw new Error("Hooks of talk-client need a <TalkProvider talk={…}> above them.");
  return talk;
}

/**
 * The value of a store: `useStore(talk.viewer, null)`.
 * @template T
 * @param {Store<T>} store
 * @param {T} atFirst what a server renders, and a page at first that takes over from a server.
 * @returns {T}
 */
export function useStore(store, atFirst) {
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => atFirst);
}

/**
 * The inbox as it is now, and its store.
 * @returns {[InboxSnapshot, InboxStore]}
 */
export function useInbox() {
  const talk = useTalk();
  const store = useMemo(() => talk.inbox(), [talk]);
  return [useStore(store, EMPTY_INBOX), store];
}

/**
 * What the viewer has archived, and its store.
 * @returns {[InboxSnapshot, InboxStore]}
 */
export function useArchive() {
  const talk = useTalk();
  const store = useMemo(() => talk.inbox({ archived: true }), [talk]);
  return [useStore(store, EMPTY_INBOX), store];
}

/**
 * A conversation as it is now, and its store, whose methods send, edit and load more.
 * @param {string} id
 * @returns {[ConversationSnapshot, ConversationStore]}
 */
export function useConversation(id) {
  const talk = useTalk();
  const store = useMemo(() => talk.conversation(id), [talk, id]);
  return [useStore(store, EMPTY_CONVERSATION), store];
}

/**
 * What somebody has begun to write in a conversation, and its store, whose `write` keeps it.
 * @param {string} conversationId
 * @returns {[DraftSnapshot, DraftStore]}
 */
export function useDraft(conversationId) {
  const talk = useTalk();
  const store = useMemo(() => talk.draft(conversationId), [talk, conversationId]);
  return [useStore(store, EMPTY_DRAFT), store];
}

/**
 * What a search found, and its store, whose `ask` begins it. Each component has a search of its own.
 * @returns {[SearchSnapshot, SearchStore]}
 */
export function useSearch() {
  const talk = useTalk();
  const store = useMemo(() => talk.search(), [talk]);
  return [useStore(store, EMPTY_SEARCH), store];
}

/**
 * The messages that the viewer saved, and their store.
 * @returns {[ListSnapshot<Saved>, SavedStore]}
 */
export function useSaved() {
  const talk = useTalk();
  const store = useMemo(() => talk.saved(), [talk]);
  return [useStore(store, EMPTY_LIST), store];
}

/**
 * The messages with files of a conversation, and their store.
 * @param {string} conversationId
 * @returns {[ListSnapshot<WithFiles>, FilesStore]}
 */
export function useFiles(conversationId) {
  const talk = useTalk();
  const store = useMemo(() => talk.files(conversationId), [talk, conversationId]);
  return [useStore(store, EMPTY_LIST), store];
}

/**
 * What the viewer has scheduled in a conversation, and its store.
 * @param {string} conversationId
 * @returns {[ListSnapshot<ScheduledMessage>, ScheduledStore]}
 */
export function useScheduled(conversationId) {
  const talk = useTalk();
  const store = useMemo(() => talk.scheduled(conversationId), [talk, conversationId]);
  return [useStore(store, EMPTY_LIST), store];
}

/**
 * The people who are typing in a conversation.
 * @param {string} conversationId
 * @returns {readonly Named[]}
 */
export function useTyping(conversationId) {
  const talk = useTalk();
  const store = useMemo(() => talk.typing(conversationId), [talk, conversationId]);
  return useStore(store, NOTHING);
}

/**
 * Who is typing in these conversations, by their ids. Conversations where nobody is are left out.
 * @param {readonly string[]} conversationIds may be a new array each time.
 * @returns {ReadonlyMap<string, readonly Named[]>}
 */
export function useTypingIn(conversationIds) {
  const talk = useTalk();
  const names = JSON.stringify([...new Set(conversationIds)].sort());
  const store = useMemo(() => talk.typingIn(JSON.parse(names)), [talk, names]);
  return useStore(store, NOWHERE);
}

/**
 * Which of these people are online, by their ids.
 * @param {readonly string[]} userIds may be a new array each time.
 * @returns {ReadonlySet<string>}
 */
export function usePresence(userIds) {
  const talk = useTalk();
  const names = JSON.stringify([...new Set(userIds)].sort());
  const store = useMemo(() => talk.presence(JSON.parse(names)), [talk, names]);
  return useStore(store, NOBODY);
}

/** How many messages of all conversations are unread, for a badge: 100 means 100 or more. */
export function useUnreadTotal() {
  return useStore(useTalk().unreadTotal, 0);
}

/**
 * Who the viewer is, once that is known.
 * @returns {Viewer | null}
 */
export function useViewer() {
  return useStore(useTalk().viewer, null);
}

/**
 * The limits of the server, such as the length of a message, once they are known.
 * @returns {Limits | null}
 */
export function useLimits() {
  return useStore(useTalk().limits, null);
}

/**
 * Whether changes arrive.
 * @returns {ConnectionState}
 */
export function useConnectionState() {
  return useStore(useTalk().state, /** @type {ConnectionState} */ ("connecting"));
}

/**
 * What was not sent yet, in the order in which it is sent. `useTalk().outbox` has methods for it.
 * @returns {readonly Unsent[]}
 */
export function useOutbox() {
  return useStore(useTalk().outbox, NOTHING);
}
