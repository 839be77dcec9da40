/** The shapes of what the client answers. This module has types alone, and no code. */

/** @template T @typedef {import("./store.js").Store<T>} Store */
/** @typedef {import("./errors.js").Refusal} Refusal */
/** @typedef {import("./errors.js").TalkError} TalkError */
/** @import {Verbs} from "./verbs.js" */

/**
 * Whether changes arrive: `connecting` at first, `live` while they do, `away` while the server or the
 * network is not there and the client tries again, `signed out` when the server refuses the
 * credentials, and no others can be had. While nothing is subscribed to, it is `connecting`, too, or
 * `away` if the last request had no answer.
 *
 * The client leaves `signed out` when a query succeeds. Subscriptions go on then, unless they are
 * stopped as soon as the query is answered: the viewer may be somebody else.
 * @typedef {"connecting" | "live" | "away" | "signed out"} ConnectionState
 */

/** @typedef {{id: string, name: string, avatar: string | null, blocked: boolean}} User */
/** @typedef {{id: string, name: string}} Named */
/** @typedef {{id: string, username: string | null, name: string, avatar: string | null}} Viewer */
/** @typedef {"PRIVATE" | "GROUP"} ConversationKind */
/** @typedef {"OWNER" | "ADMIN" | "MEMBER"} Role */
/** @typedef {"EVERYTHING" | "MENTIONS" | "NOTHING"} NotificationLevel */
/** @typedef {"ACTIVE" | "LEFT" | "REMOVED" | "INVITED" | "DECLINED"} Status */
/** @typedef {"TEXT" | "JOINED" | "LEFT" | "REMOVED" | "REINSTATED" | "RENAMED" | "UPGRADED"} MessageKind */
/** @typedef {"MODERATED" | "ERASED" | "EXPIRED" | "RETRACTED" | "REMOVED" | "CHANGED_SINCE"} Removal */
/**
 * @typedef {"REPLY" | "REACT" | "PIN" | "SAVE" | "EDIT" | "RETRACT" | "REMOVE" | "REPORT"
 *   } MessageCapability
 */
/**
 * @typedef {"SEND" | "REACT" | "PIN" | "MENTION_ALL" | "INVITE" | "REMOVE_MEMBERS" | "CHANGE_ROLES"
 *   | "RENAME" | "DESCRIBE" | "LEAVE" | "ANSWER_INVITATION"} ConversationCapability
 */
/** @typedef {{emoji: string, count: number, viewerReacted: boolean}} Reaction */
/** @typedef {{url: string, title: string, description: string, siteName: string}} LinkPreview */
/** @typedef {{body: string, replyTo: number | null, version: number, savedAt: string}} Draft */
/**
 * A message that the viewer has scheduled.
 * @typedef {{
 *   clientId: string, body: string, at: string, replyTo: number | null, mentions: Named[] | null,
 *   mentionsAll: boolean, refusal: string | null,
 * }} ScheduledMessage refusal: the code of why it was not sent at its time, such as `SUSPENDED`.
 */

/**
 * The limits of the server: `Query.limits` of the schema.
 * @typedef {{
 *   bodyLength: number, titleLength: number, reasonLength: number, participants: number,
 *   mentions: number, reactions: number, reactionEmoji: string[] | null, editSeconds: number | null,
 *   retractSeconds: number | null, pageSize: number, presenceUsers: number, typingSeconds: number,
 *   typingEverySeconds: number, typingConversations: number, pinnedConversations: number,
 *   pins: number, descriptionLength: number, dataBytes: number, receiptsUpTo: number,
 *   queryLength: number, uploadSize: number, uploadTypes: string[] | null, attachments: number,
 * }} Limits
 */

/** @typedef {"UPLOADING" | "CHECKING" | "READY" | "REFUSED"} AttachmentState */

/**
 * A file of a message. The addresses are null until it is ready, and after half a day they are others:
 * `refresh` of the conversation gets them. They are relative to the server: `talk.addressOf(url)`.
 * @typedef {{
 *   id: string, filename: string, contentType: string, size: number, state: AttachmentState,
 *   url: string | null, thumbnailUrl: string | null, previewUrl: string | null,
 *   width: number | null, height: number | null, placeholder: string | null,
 * }} Attachment
 */
/** @typedef {Pick<Attachment, "id" | "filename" | "contentType">} FileName */
/** What somebody wrote whom the viewer blocked. @typedef {{body: string, attachments: Attachment[]}} Hidden */

/**
 * A message as another one quotes it, or as a row of the inbox shows it.
 * @typedef {{
 *   id: string, number: number, revision: number, kind: MessageKind, body: string,
 *   removal: Removal | null, hidden: boolean, sender: Named | null, attachments: FileName[],
 * }} Quoted
 */
/** @typedef {Quoted & {announced: boolean, sentAt: string, subject: Named | null}} Latest */

/**
 * A message as the server has it.
 * @typedef {{
 *   id: string, number: number, revision: number, kind: MessageKind, sentAt: string, body: string,
 *   removal: Removal | null, hidden: boolean, announced: boolean, clientId: string | null,
 *   editedAt: string | null, root: number | null, sender: User | null, subject: Named | null,
 *   replyTo: Quoted | null, replyCount: number, mentions: Named[], mentionsAll: boolean,
 *   mentionsViewer: boolean, reactions: Reaction[], linkPreview: LinkPreview | null,
 *   pinnedAt: string | null, viewerSaved: boolean, viewerCan: MessageCapability[],
 *   attachments: Attachment[],
 * }} Message
 */

/**
 * A message outside its thread: as a search finds it, or as it is kept.
 * @typedef {Omit<Quoted, "sender"> & {
 *   sentAt: string, sender: User | null,
 *   conversation: {
 *     id: string, kind: ConversationKind, name: string, avatar: string | null, others: User[],
 *   },
 * }} Found
 */
/** @typedef {{message: Found, savedAt: string}} Saved */
/**
 * A message with files, as the list of a conversation's files has it.
 * @typedef {{
 *   id: string, number: number, sentAt: string, sender: Named | null, attachments: Attachment[],
 * }} WithFiles
 */
/** @typedef {{message: Quoted & {sentAt: string}, pinnedBy: Named | null, pinnedAt: string}} Pin */

/**
 * What is done with a message that the viewer sends: it is `waiting` for its turn, the network or the
 * server, its files are `uploading`, it is `sending`, or was `refused` and is kept until it is sent anew
 * or discarded.
 * @typedef {"waiting" | "uploading" | "sending" | "refused"} UnsentState
 */

/**
 * A file of a message that the server does not have yet.
 * @typedef {{
 *   id: string, filename: string, contentType: string, size: number, blob: Blob | null,
 *   url: string | null, attachment: string | null, error: Refusal | TalkError | null,
 *   progress: Store<number>,
 * }} UnsentFile
 *   blob: null if the browser has lost it. url: where this page finds a picture; null for other files.
 *   attachment: its id once it is uploaded. error: why it can't be. progress: from 0 to 1.
 */

/**
 * A message that the server does not have yet.
 * @typedef {{
 *   clientId: string, conversationId: string, body: string, replyTo: number | null,
 *   mentions: Named[] | null, mentionAll: boolean, draft: number | null, createdAt: string,
 *   files: readonly UnsentFile[], state: UnsentState, error: Refusal | TalkError | null,
 * }} Unsent draft: the version of the draft that it has become.
 */

/**
 * A row of a thread. `key` stays the same from the moment at which the viewer sends a message. Just one
 * of `message` and `unsent` is there.
 * @typedef {{key: string, message: Message, unsent: null} | {key: string, message: null, unsent: Unsent}} Row
 */

/**
 * Somebody's place in a conversation.
 * @typedef {{
 *   id: string, role: Role, status: Status, joinedAt: string, suspendedAt: string | null,
 *   lastReadNumber: number | null, user: User,
 * }} Member
 */

/**
 * A row of the inbox.
 * @typedef {{
 *   id: string, status: Status, role: Role, lastActivityAt: string, lastReadNumber: number | null,
 *   unreadCount: number, unreadMentionCount: number, firstUnreadNumber: number | null,
 *   firstVisibleNumber: number, markedUnreadAt: string | null, suspendedAt: string | null,
 *   notifications: NotificationLevel, mutedUntil: string | null, muted: boolean,
 *   archivedAt: string | null, pinnedAt: string | null, readPrivately: boolean,
 *   draft: Draft | null, draftVersion: number, invitedBy: Named | null,
 *   conversation: {
 *     id: string, kind: ConversationKind, name: string, title: string, avatar: string | null,
 *     revision: number, lastNumber: number, participantCount: number, others: User[],
 *     latestMessage: Latest | null,
 *   },
 * }} InboxRow
 */

/**
 * A conversation, as the head of a thread shows it.
 * @typedef {{
 *   id: string, kind: ConversationKind, name: string, title: string, description: string,
 *   avatar: string | null, data: Record<string, unknown>, key: string | null, startedAt: string,
 *   revision: number, lastNumber: number, participantCount: number,
 *   viewerCan: ConversationCapability[], others: User[],
 *   viewerParticipation: {
 *     id: string, status: Status, role: Role, lastReadNumber: number | null,
 *     unreadCount: number, firstUnreadNumber: number | null, firstVisibleNumber: number,
 *     suspendedAt: string | null, leftAt: string | null, markedUnreadAt: string | null,
 *     readPrivately: boolean, notifications: NotificationLevel, mutedUntil: string | null,
 *     muted: boolean, archivedAt: string | null, pinnedAt: string | null, invitedBy: Named | null,
 *   },
 *   upgradedFrom: Named | null,
 * }} Conversation
 */

/**
 * Whether a store has its first page: `missing` if there is no such conversation for the viewer,
 * `failed` if the request failed and is not tried again before the connection is back. Beside it, `error`
 * says why the last request had no answer; null once there is one.
 * @typedef {"loading" | "ready" | "missing" | "failed"} LoadState
 */

/**
 * @typedef {{
 *   state: LoadState, error: TalkError | null, rows: InboxRow[], invitations: InboxRow[], hasMore: boolean,
 *   isLoadingMore: boolean,
 * }} InboxSnapshot rows: what the viewer pinned, the last one first; then the newest activity first.
 *   Those of the archive are in the order of their activity alone, and it has no invitations.
 */

/**
 * @typedef {{
 *   state: LoadState, error: TalkError | null, conversation: Conversation | null, rows: Row[],
 *   hasEarlier: boolean, hasLater: boolean, isLoading: boolean, firstUnreadNumber: number | null,
 *   members: Member[], hasMoreMembers: boolean, pins: Pin[], seen: Seen | null,
 * }} ConversationSnapshot rows: in the order of the thread, what is unsent at its end.
 *   `firstUnreadNumber`: where the line "new" stands; it stays until the thread is opened again.
 *   `isLoading`: a page of messages is on its way. `members`: empty until `loadMembers()`.
 *   `pins`: the newest first; empty until `loadPins()`. `seen`: null until `loadSeen()`.
 */

/**
 * Who has seen the newest message that the viewer sent, as far as members are loaded.
 * @typedef {{number: number, count: number | null, members: Member[]}} Seen
 *   count: null if nobody can know it: the viewer reads privately, or the group is too large.
 */

/**
 * The inbox: `talk.inbox()`; what is archived: `talk.inbox({ archived: true })`. It is asked for and followed while somebody listens to it.
 * @typedef {Store<InboxSnapshot> & {loadMore: () => Promise<void>}} InboxStore
 */

/** @typedef {{number: number} | {firstUnread: true} | {time: string}} Around */

/**
 * @typedef {{
 *   replyTo?: number | null, mentions?: Named[] | null, mentionAll?: boolean, endsDraft?: boolean,
 *   files?: readonly Blob[],
 * }} SendOptions
 *   mentions: whom the text names, as people to show; null: nobody but the author of `replyTo`.
 *   files: what is uploaded before the message is sent. With files, it may have no words.
 *   endsDraft: whether this is what `talk.draft(id)` has become, which is empty from then on.
 */

/**
 * A conversation: `talk.conversation(id)`. It is asked for and followed while somebody listens to it.
 * @typedef {Store<ConversationSnapshot> & {
 *   id: string,
 *   loadEarlier: () => Promise<void>,
 *   loadLater: () => Promise<void>,
 *   jumpTo: (around: Around) => Promise<void>,
 *   jumpToNewest: () => Promise<void>,
 *   loadMembers: () => Promise<void>,
 *   loadPins: () => Promise<void>,
 *   loadSeen: () => Promise<void>,
 *   send: (body: string, options?: SendOptions) => Promise<string>,
 *   edit: (
 *     row: Row, body: string, mentions?: Named[] | null, files?: string[] | null,
 *   ) => Promise<void>,
 *   retract: (row: Row) => Promise<void>,
 *   react: (message: Message, emoji: string) => Promise<void>,
 *   unreact: (message: Message, emoji: string) => Promise<void>,
 *   refresh: (message: Pick<Message, "id">) => Promise<void>,
 *   shown: (number: number) => void,
 *   setTyping: (isTyping: boolean) => void,
 * }} ConversationStore
 *   `jumpTo` and `jumpToNewest` replace the rows, unless those that are asked for are there already.
 *   `send` puts the message into the outbox and answers its `clientId`, which is the `key` of its row.
 *   `edit` and `retract` change the outbox while the row is unsent, and the server's message otherwise.
 *   `files`: the ids of those that the message keeps; null: all.
 *   `react` and `unreact` show at once what the server is asked for.
 *   `refresh` asks for a message anew, such as when the addresses of its files are too old.
 *   `shown` says that the viewer has seen all messages up to this number; the server is told a moment
 *   later. `setTyping` may be called at each key that is pressed.
 */

/**
 * What somebody has begun to write. `mentions` are kept in this browser alone.
 * @typedef {{body: string, replyTo: number | null, mentions: Named[]}} Written
 */

/**
 * @typedef {Written & {
 *   state: "loading" | "ready", isSaved: boolean, error: Refusal | TalkError | null,
 *   conflict: {body: string, replyTo: number | null} | null,
 * }} DraftSnapshot
 *   state: `loading` until it is known what this browser has kept. What is written before counts.
 *   isSaved: whether the server has it as it is here. error: why the server does not take it.
 *   conflict: what another device has written meanwhile. Both are kept until `resolve`. If it has no
 *   words, what is written here may have been sent or discarded there.
 */

/**
 * The draft of a conversation: `talk.draft(id)`. What is written is kept in this browser at once, and
 * goes to the server every two seconds, at `flush`, and when nobody listens any more.
 * @typedef {Store<DraftSnapshot> & {
 *   write: (written: {body: string, replyTo?: number | null, mentions?: Named[]}) => void,
 *   flush: () => void,
 *   discard: () => void,
 *   resolve: (version: "mine" | "theirs" | "both") => void,
 * }} DraftStore
 *   `resolve` ends a conflict: with what was written here, there, or one after the other.
 */

/**
 * A list that is asked for page by page.
 * @template T
 * @typedef {{
 *   state: "idle" | "loading" | "ready" | "failed", error: TalkError | null, rows: readonly T[],
 *   hasMore: boolean, isLoadingMore: boolean,
 * }} ListSnapshot
 */

/** @typedef {ListSnapshot<Found> & {words: string}} SearchSnapshot idle: without words. */

/** @typedef {{in?: string | null, from?: string | null, since?: string | null}} SearchOptions */

/**
 * A search in messages: `talk.search()`, one for each place where words can be given.
 * @typedef {Store<SearchSnapshot> & {
 *   ask: (words: string, options?: SearchOptions) => void,
 *   loadMore: () => Promise<void>,
 * }} SearchStore
 *   `ask` may be called at each key that is pressed: the server is asked after a moment of rest, and
 *   what was asked before has no answer any more. `error.code` says which words it does not take, such
 *   as `QUERY_TOO_SHORT` or `TOO_BROAD`.
 */

/**
 * The messages that the viewer saved: `talk.saved()`. They are asked for when somebody begins to listen.
 * @typedef {Store<ListSnapshot<Saved>> & {
 *   loadMore: () => Promise<void>, refresh: () => Promise<void>,
 * }} SavedStore
 */

/**
 * The messages with files of a conversation, the newest first: `talk.files(id)`. They are asked for when
 * somebody begins to listen.
 * @typedef {Store<ListSnapshot<WithFiles>> & {
 *   loadMore: () => Promise<void>, refresh: () => Promise<void>,
 * }} FilesStore
 */

/**
 * What the viewer has scheduled in a conversation, the earliest first: `talk.scheduled(id)`. It is asked
 * for when somebody begins to listen, and anew when one was scheduled, cancelled, sent or refused.
 * @typedef {Store<ListSnapshot<ScheduledMessage>> & {refresh: () => Promise<void>}} ScheduledStore
 */

/**
 * `onProgress` is told which part of the file is on its way, from 0 to 1. `signal` ends an upload.
 * @typedef {{onProgress?: (part: number) => void, signal?: AbortSignal}} UploadOptions
 */

/**
 * What was not sent yet, in the order in which it is sent: `talk.outbox`.
 * @typedef {Store<readonly Unsent[]> & {
 *   send: (
 *     conversationId: string, body: string, options?: SendOptions & {draft?: number | null},
 *   ) => Promise<string>,
 *   edit: (clientId: string, body: string, mentions?: Named[] | null) => Promise<boolean>,
 *   retry: (clientId: string) => Promise<void>,
 *   discard: (clientId: string) => Promise<boolean>,
 *   removeFile: (clientId: string, fileId: string) => Promise<boolean>,
 *   sentFile: (attachmentId: string) => UnsentFile | null,
 * }} Outbox
 *   `send` rejects with a `TalkError` if there are too many unsent messages.
 *   `edit` answers false if the message is not in the outbox any more. A message that may have
 *   reached the server is sent as it was, and then edited there. A refused one is sent anew.
 *   Without `mentions` they stay.
 *   `retry` sends what was refused anew, after all others, and anything else at once.
 *   `discard` answers false if the message is on its way, or was sent meanwhile. An edit that still
 *   waits is discarded then. A message that was sent without an answer, and has arrived, is in the
 *   thread as any other.
 *   `removeFile` sends a message without one of its files, and removes it if nothing else is in it. It
 *   answers false if the message is on its way, or may have arrived.
 *   `sentFile` knows the last files that this page sent, so that it need not load them.
 */

/**
 * Where the outbox is kept: by default in IndexedDB, or in memory where there is none.
 * @typedef {{
 *   load: () => Promise<StoredUnsent[]>,
 *   put: (entry: StoredUnsent) => Promise<void>,
 *   remove: (clientId: string) => Promise<void>,
 *   close: () => void,
 * }} OutboxStorage
 */
/**
 * An entry of the outbox, as it is kept. `tab` names the tab that sends it. `tried` is what went to
 * the server under this `clientId` and may have arrived. `messageId` is that of the message, if it did
 * arrive and is still to be edited.
 * @typedef {Omit<Unsent, "error" | "files"> & {
 *   position: number, tab: string, tried: {body: string, mentions: Named[] | null} | null,
 *   messageId: string | null, error: StoredError | null,
 *   files: (Omit<UnsentFile, "error" | "blob" | "url" | "progress"> & {error: StoredError | null})[],
 * }} StoredUnsent
 */
/** @typedef {{name: "Refusal" | "TalkError", code: string, message: string, path: string[]}} StoredError */

/**
 * Where the bytes of files are kept that are not sent yet: by default in IndexedDB. A page with an outbox
 * storage of its own keeps them in memory, if it gives no storage for them.
 * @typedef {{
 *   load: () => Promise<StoredFile[]>,
 *   put: (file: StoredFile) => Promise<void>,
 *   remove: (id: string) => Promise<void>,
 *   close: () => void,
 * }} FileStorage
 */
/** @typedef {{id: string, blob: Blob}} StoredFile */

/**
 * Where drafts are kept: by default in IndexedDB, or in memory where there is none.
 * @typedef {{
 *   load: () => Promise<StoredDraft[]>,
 *   put: (entry: StoredDraft) => Promise<void>,
 *   remove: (key: string) => Promise<void>,
 *   close: () => void,
 * }} DraftStorage
 */
/**
 * A draft, as it is kept. `tab` names the tab in which it is written. `base` is the version of the server
 * on which it is based, and `theirs` a later one that is not resolved yet. `asked` is what the server was
 * given after the base, and may have taken; `spent` is what became a message meanwhile.
 * @typedef {{
 *   key: string, tab: string, conversationId: string, written: Written,
 *   base: {body: string, replyTo: number | null, version: number},
 *   theirs: {body: string, replyTo: number | null, version: number} | null,
 *   asked: {body: string, replyTo: number | null}[], spent: {body: string, replyTo: number | null}[],
 * }} StoredDraft
 */

/** @typedef {{kind: "query" | "mutation" | "subscription", name: string, query: string, variables: object}} Operation */

/**
 * @typedef {object} TalkOptions
 * @property {string | URL} [url] the address of the server, relative to the page: `/graphql`.
 * @property {string | (() => string | null | Promise<string | null>)} [token] a bearer token, or what
 *   gets one, or null if nobody is signed in. It is asked again, once, each time the server refuses the
 *   token. If the new one is another person's, nothing of the person before is sent or shown any more.
 *   If it throws, there is no token for the moment, and the client tries again later. Without
 *   it, the session of the page counts.
 * @property {string | (() => string)} [csrfToken] with a session: Django's token against forged
 *   requests; by default the value of the cookie `csrftoken`.
 * @property {string} [typePrefix] the server's option `TYPE_PREFIX`.
 * @property {(conversationId: string) => boolean} [readsPrivately] whether the others are not told what
 *   the viewer reads in a conversation. Then the viewer is not told what they read, either.
 * @property {boolean} [visible] whether other people see that the viewer is online, while somebody
 *   listens to a `presence`.
 * @property {(operation: Operation) => void} [onOperation] is told of each operation that is sent.
 * @property {(viewerId: string) => OutboxStorage} [storage] where the viewer's unsent messages are kept.
 * @property {(viewerId: string) => FileStorage} [fileStorage] where the files of the viewer's unsent
 *   messages are kept.
 * @property {(viewerId: string) => DraftStorage} [draftStorage] where the viewer's drafts are kept.
 * @property {typeof globalThis.fetch} [fetch] instead of the page's own. It also uploads files then, and
 *   does not tell how far it is before it is done.
 * @property {typeof globalThis.WebSocket} [WebSocket] instead of the page's own.
 */

/**
 * A client of one server for one viewer: what `createTalk` answers.
 * @typedef {{
 *   state: Store<ConnectionState>,
 *   viewer: Store<Viewer | null>,
 *   limits: Store<Limits | null>,
 *   unreadTotal: Store<number>,
 *   outbox: Outbox,
 *   inbox: (which?: {archived?: boolean}) => InboxStore,
 *   conversation: (id: string) => ConversationStore,
 *   draft: (conversationId: string) => DraftStore,
 *   search: () => SearchStore,
 *   saved: () => SavedStore,
 *   files: (conversationId: string) => FilesStore,
 *   scheduled: (conversationId: string) => ScheduledStore,
 *   upload: (file: Blob, options?: UploadOptions) => Promise<Attachment>,
 *   setAvatar: (conversationId: string, file: Blob, options?: UploadOptions) => Promise<{
 *     id: string, description: string, avatar: string | null, data: Record<string, unknown>,
 *   }>,
 *   now: () => number,
 *   addressOf: (url: string) => string,
 *   typing: (conversationId: string) => Store<readonly Named[]>,
 *   typingIn: (conversationIds: readonly string[]) => Store<ReadonlyMap<string, readonly Named[]>>,
 *   presence: (userIds: readonly string[]) => Store<ReadonlySet<string>>,
 *   query: Connection["query"],
 *   subscribe: Connection["subscribe"],
 *   findPeople: (search: string) => Promise<User[]>,
 *   findConversations: (search: string) => Promise<InboxRow[]>,
 *   findMembers: (conversationId: string, search: string) => Promise<Member[]>,
 *   formerMembers: (conversationId: string) => Promise<Member[]>,
 *   blockedUsers: () => Promise<User[]>,
 *   edits: (messageId: string) => Promise<{body: string, until: string}[]>,
 *   replies: (messageId: string) => Promise<Quoted[]>,
 *   reactors: (messageId: string) => Promise<{emoji: string, count: number, users: Named[]}[]>,
 *   hiddenBody: (messageId: string) => Promise<string>,
 *   hiddenMessage: (messageId: string) => Promise<Hidden>,
 *   scheduledMessages: (conversationId: string) => Promise<ScheduledMessage[]>,
 *   messageAt: (conversationId: string, number: number) => Promise<Message>,
 *   close: () => void,
 * } & Verbs} Talk
 *   Methods answer the same store again if they are asked for it with the same id, while it is used.
 *   `upload` tries until there is an answer, and throws a `Refusal` if the server does not take the file.
 *   What it answers is how the upload began: its id is for `sendMessage`, within a day. `setAvatar` uploads
 *   the picture of a group, and waits until the server has checked it.
 *   `now`: the time of the server in milliseconds, as far as it is known.
 *   `addressOf`: the absolute address of a file, or of the picture of a group.
 *   `findConversations` looks for words in titles. `formerMembers`: people who left or were removed, whom
 *   `reinstateParticipant` can bring back. `replies`: the first 50 of the branch that a message began.
 */

/**
 * What a subscription tells: each result, and its end. `error` null: the server completed it. A
 * subscription that is cut begins again by itself, with the variables as they are then. After
 * `close()` nothing is told any more; what is subscribed to later ends with `CLOSED`.
 * @typedef {{next: (data: any) => void, end: (error: TalkError | null) => void}} Sink
 */

/**
 * The connection to the server: queries over HTTP, subscriptions over one socket.
 * @typedef {{
 *   state: Store<ConnectionState>,
 *   query: (document: string, variables?: object, options?: {signal?: AbortSignal}) => Promise<any>,
 *   subscribe: (document: string, variables: () => object, sink: Sink) => () => void,
 *   tell: (document: string, variables: object) => void,
 *   whenBack: (listener: () => void) => () => void,
 *   whenRenewed?: (
 *     check: (ask: (document: string) => Promise<any>) => Promise<(() => void) | null>) => void,
 *   now: () => number,
 *   close: () => void,
 * }} Connection
 *   `query` throws a `TalkError`; it gets a fresh token and tries again once at `UNAUTHENTICATED`, and
 *   otherwise does not repeat itself. `subscribe` opens the socket while anything is subscribed to.
 *   `tell` sends a mutation over the socket if it is open, and drops it otherwise: for what is of the
 *   moment. `whenBack` calls each time the connection becomes live, the page is online or shown again,
 *   or a query succeeds after one without an answer: what failed for want of a network may succeed now.
 *   `whenRenewed` has each further token checked before it is used: `ask` asks with that token. The check
 *   answers null if it is the same person's, or else what makes the client the other person's.
 *   `now` is the time of the server in milliseconds, as the header `Date` of its last answer told it;
 *   that of the page, if none did.
 */

export {};
