/**
 * The mutations of the schema as functions: each answers its payload, or throws a `Refusal`.
 *
 * A `TalkError` says that there is no answer. If it is `retryable`, the caller may ask again:
 * - What says how something should be can be repeated as it is: `editMessage`, `retractMessage`,
 *   `removeMessage`, `react`, `unreact`, `pinMessage`, `unpinMessage`, `saveMessage`, `unsaveMessage`,
 *   `renameConversation`, `updateConversation`, `changeRole`, `markRead`, `markUnread`,
 *   `clearConversation`, `setNotifications`, `archiveConversation`, `unarchiveConversation`,
 *   `pinConversation`, `unpinConversation`, `cancelScheduledMessage`, `blockUser`, `unblockUser`.
 *   An attempt that had no answer may reach the server after a later one, and undoes it then. The
 *   streams tell which of them counts.
 * - `saveDraft` of the same words answers the draft that is there.
 * - `sendMessage` and `scheduleMessage` can be repeated with the same `clientId` and the very same
 *   input. A message that was sent since is refused as `TOO_LATE`.
 * - `startUpload` begins another upload. The one before counts for a day, and then is forgotten.
 * - `startConversation` of a private conversation answers the one that is there already.
 * - The others may have had their effect: `startConversation` would start a second group,
 *   `createToken` make a second token, and most others would be refused.
 */

import { Refusal, TalkError } from "./errors.js";
import { MUTATIONS } from "./documents.js";

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").NotificationLevel} NotificationLevel */
/** @typedef {import("./types.js").Member} Member */
/** @typedef {import("./types.js").InboxRow} InboxRow */
/** @typedef {import("./types.js").User} User */
/** @typedef {import("./types.js").Status} Status */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {{id: string, scheduledMessages: import("./types.js").ScheduledMessage[]}} Scheduled */
/** @typedef {{id: string, kind: import("./types.js").ConversationKind, name: string}} Found */
/** @typedef {{id: string, name: string, prefix: string, createdAt: string, expiresAt: string | null}} AccessToken */
/** @typedef {{id: string, archivedAt: string | null, pinnedAt: string | null}} Arranged */

/**
 * @template Input, Payload
 * @typedef {(input: Input) => Promise<Payload>} Verb
 */

/**
 * The inputs and payloads are those of the schema.
 * @typedef {{
 *   sendMessage: Verb<{
 *     body: string, conversationId?: string, to?: string[], invite?: string[], mentions?: string[] | null,
 *     mentionAll?: boolean, clientId?: string, replyTo?: number | null, draft?: number | null,
 *     attachments?: string[] | null,
 *   }, {sent: Message, conversation: Found, upgraded: boolean}>,
 *   startUpload: Verb<{filename: string, size: number, contentType?: string}, {
 *     attachment: import("./types.js").Attachment, url: string, method: string,
 *     headers: {name: string, value: string}[], expiresAt: string,
 *   }>,
 *   startConversation: Verb<
 *     {participants: string[], kind?: "PRIVATE" | "GROUP", title?: string}, {conversation: Found}>,
 *   editMessage: Verb<
 *     {message: string, body: string, mentions?: string[] | null, attachments?: string[] | null},
 *     {edited: Message}>,
 *   retractMessage: Verb<{message: string}, {retracted: Message}>,
 *   removeMessage: Verb<{message: string}, {removed: Message}>,
 *   react: Verb<{message: string, emoji: string}, {reacted: Message}>,
 *   unreact: Verb<{message: string, emoji: string}, {unreacted: Message}>,
 *   pinMessage: Verb<{message: string}, {pinned: Message}>,
 *   unpinMessage: Verb<{message: string}, {unpinned: Message}>,
 *   saveMessage: Verb<{message: string}, {saved: Message}>,
 *   unsaveMessage: Verb<{message: string}, {unsaved: Message}>,
 *   saveDraft: Verb<
 *     {conversationId: string, body: string, replyTo?: number | null, base: number},
 *     {participation: {id: string, draft: Draft | null, draftVersion: number}}>,
 *   scheduleMessage: Verb<{
 *     conversationId: string, body: string, at: string, clientId: string, replyTo?: number | null,
 *     mentions?: string[] | null, mentionAll?: boolean,
 *   }, {participation: Scheduled}>,
 *   cancelScheduledMessage: Verb<
 *     {conversationId: string, clientId: string}, {participation: Scheduled}>,
 *   inviteParticipants: Verb<
 *     {conversationId: string, participants: string[]}, {conversation: Found, upgraded: boolean}>,
 *   acceptInvitation: Verb<{conversationId: string}, {participation: InboxRow}>,
 *   declineInvitation: Verb<{conversationId: string}, {participation: {id: string, status: Status}}>,
 *   leaveConversation: Verb<{conversationId: string}, {conversation: {id: string}}>,
 *   removeParticipant: Verb<{conversationId: string, participant: string}, {participation: Member}>,
 *   reinstateParticipant: Verb<{conversationId: string, participant: string}, {participation: Member}>,
 *   changeRole: Verb<
 *     {conversationId: string, participant: string, role: import("./types.js").Role},
 *     {participation: Member}>,
 *   renameConversation: Verb<
 *     {conversationId: string, title: string}, {conversation: {id: string, name: string, title: string}}>,
 *   updateConversation: Verb<
 *     {
 *       conversationId: string, description?: string | null, avatar?: string | null,
 *       avatarFile?: string | null, data?: Record<string, unknown> | null,
 *     },
 *     {conversation: {
 *       id: string, description: string, avatar: string | null, data: Record<string, unknown>,
 *     }}>,
 *   markRead: Verb<
 *     {conversationId: string, number?: number | null, privately?: boolean},
 *     {participation: {id: string, lastReadNumber: number | null, unreadCount: number}}>,
 *   markUnread: Verb<
 *     {conversationId: string, from?: number | null},
 *     {participation: {id: string, markedUnreadAt: string | null}}>,
 *   setNotifications: Verb<
 *     {conversationId: string, level?: NotificationLevel, mutedUntil?: string | null},
 *     {participation: {
 *       id: string, notifications: NotificationLevel, mutedUntil: string | null, muted: boolean,
 *     }}>,
 *   archiveConversation: Verb<{conversationId: string}, {participation: Arranged}>,
 *   unarchiveConversation: Verb<{conversationId: string}, {participation: Arranged}>,
 *   pinConversation: Verb<{conversationId: string}, {participation: Arranged}>,
 *   unpinConversation: Verb<{conversationId: string}, {participation: Arranged}>,
 *   clearConversation: Verb<
 *     {conversationId: string}, {participation: {id: string, firstVisibleNumber: number}}>,
 *   setTyping: Verb<{conversationId: string, typing?: boolean}, {typing: boolean}>,
 *   blockUser: Verb<{user: string}, {user: User}>,
 *   unblockUser: Verb<{user: string}, {user: User}>,
 *   reportMessage: Verb<{message: string, why: string}, {reported: {id: string}}>,
 *   reportTitle: Verb<{conversationId: string, why: string}, {conversation: {id: string}}>,
 *   reportUser: Verb<{user: string, why: string}, {user: {id: string}}>,
 *   createToken: Verb<{name: string, expiresAt?: string | null}, {token: AccessToken, secret: string}>,
 *   revokeToken: Verb<{id: string}, {token: {id: string, name: string}}>,
 * }} Verbs
 */

/**
 * @param {Pick<import("./types.js").Connection, "query" | "tell">} connection
 * @param {ReturnType<typeof import("./documents.js").documentsFor>} documents
 * @returns {Verbs}
 */
export function verbsFor(connection, documents) {
  /** @param {typeof MUTATIONS[number]} name */
  const verb = (name) => async (/** @type {object} */ input) => {
    const data = await connection.query(documents.mutation(name), { input });
    const result = data[name];
    if (!result) throw new TalkError("INTERNAL", "The server sent no payload.");
    // No payload has a field `code`.
    if ("code" in result) throw new Refusal(result);
    return result;
  };
  const verbs = Object.fromEntries(MUTATIONS.map((name) => [name, verb(name)]));
  return /** @type {Verbs} */ ({
    ...verbs,
    // A sign of the moment: it goes over the socket if there is one, and nobody waits for an answer.
    async setTyping({ conversationId, typing = true }) {
      connection.tell(documents.mutation("setTyping"), { input: { conversationId, typing } });
      return { typing };
    },
  });
}
