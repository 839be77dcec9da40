/**
 * The client of Talk: `createTalk`, the errors that it throws, and the types of what it answers.
 * `connect` is its connection alone, for those who have a cache of their own.
 */

export { connect } from "./connection/index.js";
export { Refusal, TalkError } from "./errors.js";
export { createTalk } from "./talk.js";

/** @typedef {import("./types.js").Around} Around */
/** @typedef {import("./types.js").Attachment} Attachment */
/** @typedef {import("./types.js").AttachmentState} AttachmentState */
/** @typedef {import("./types.js").Connection} Connection */
/** @typedef {import("./types.js").ConnectionState} ConnectionState */
/** @typedef {import("./types.js").Conversation} Conversation */
/** @typedef {import("./types.js").ConversationCapability} ConversationCapability */
/** @typedef {import("./types.js").ConversationKind} ConversationKind */
/** @typedef {import("./types.js").ConversationSnapshot} ConversationSnapshot */
/** @typedef {import("./types.js").ConversationStore} ConversationStore */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./types.js").DraftSnapshot} DraftSnapshot */
/** @typedef {import("./types.js").DraftStorage} DraftStorage */
/** @typedef {import("./types.js").DraftStore} DraftStore */
/** @typedef {import("./types.js").FileName} FileName */
/** @typedef {import("./types.js").FileStorage} FileStorage */
/** @typedef {import("./types.js").FilesStore} FilesStore */
/** @typedef {import("./types.js").Found} Found */
/** @typedef {import("./types.js").InboxRow} InboxRow */
/** @typedef {import("./types.js").InboxSnapshot} InboxSnapshot */
/** @typedef {import("./types.js").InboxStore} InboxStore */
/** @typedef {import("./types.js").Latest} Latest */
/** @typedef {import("./types.js").Limits} Limits */
/** @typedef {import("./types.js").LoadState} LoadState */
/** @typedef {import("./types.js").Member} Member */
/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").MessageCapability} MessageCapability */
/** @typedef {import("./types.js").MessageKind} MessageKind */
/** @typedef {import("./types.js").Named} Named */
/** @typedef {import("./types.js").NotificationLevel} NotificationLevel */
/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {import("./types.js").Outbox} Outbox */
/** @typedef {import("./types.js").OutboxStorage} OutboxStorage */
/** @typedef {import("./types.js").Pin} Pin */
/** @typedef {import("./types.js").Quoted} Quoted */
/** @typedef {import("./types.js").Reaction} Reaction */
/** @typedef {import("./types.js").Removal} Removal */
/** @typedef {import("./types.js").Role} Role */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Saved} Saved */
/** @typedef {import("./types.js").SavedStore} SavedStore */
/** @typedef {import("./types.js").ScheduledMessage} ScheduledMessage */
/** @typedef {import("./types.js").ScheduledStore} ScheduledStore */
/** @typedef {import("./types.js").SearchOptions} SearchOptions */
/** @typedef {import("./types.js").SearchSnapshot} SearchSnapshot */
/** @typedef {import("./types.js").SearchStore} SearchStore */
/** @typedef {import("./types.js").Seen} Seen */
/** @typedef {import("./types.js").SendOptions} SendOptions */
/** @typedef {import("./types.js").Sink} Sink */
/** @typedef {import("./types.js").Status} Status */
/** @typedef {import("./types.js").StoredDraft} StoredDraft */
/** @typedef {import("./types.js").StoredFile} StoredFile */
/** @typedef {import("./types.js").StoredUnsent} StoredUnsent */
/** @typedef {import("./types.js").Talk} Talk */
/** @typedef {import("./types.js").TalkOptions} TalkOptions */
/** @typedef {import("./types.js").Unsent} Unsent */
/** @typedef {import("./types.js").UnsentFile} UnsentFile */
/** @typedef {import("./types.js").UnsentState} UnsentState */
/** @typedef {import("./types.js").UploadOptions} UploadOptions */
/** @typedef {import("./types.js").User} User */
/** @typedef {import("./types.js").Viewer} Viewer */
/** @typedef {import("./types.js").WithFiles} WithFiles */
/** @typedef {import("./types.js").Written} Written */
/** @template T @typedef {import("./types.js").ListSnapshot<T>} ListSnapshot */
/** @template T @typedef {import("./store.js").Store<T>} Store */
/** @typedef {import("./verbs.js").Verbs} Verbs */
