/** The mutations of the schema as functions: each answers its payload, or throws a `Refusal`. */

/** @typedef {import("./types.js").Message} Message */
/** @typedef {import("./types.js").Member} Member */
/** @typedef {import("./types.js").InboxRow} InboxRow */
/** @typedef {import("./types.js").User} User */
/** @typedef {import("./types.js").Status} Status */
/** @typedef {{id: string, kind: import("./types.js").ConversationKind, name: string}} Found */
/** @typedef {{id: string, name: string, prefix: string, createdAt: string, expiresAt: string | null}} AccessToken */

/**
 * @template Input, Payload
 * @typedef {(input: Input) => Promise<Payload>} Verb
 */

/**
 * The inputs and payloads are those of the schema.
 * @typedef {{
 *   sendMessage: Verb<{
 *     body: string, conversationId?: string, to?: string[], invite?: string[], mentions?: string[] | null,
 *     mentionAll?: boolean, clientId?: string, replyTo?: number | null,
 *   }, {sent: Message, conversation: Found, upgraded: boolean}>,
 *   startConversation: Verb<
 *     {participants: string[], kind?: "PRIVATE" | "GROUP", title?: string}, {conversation: Found}>,
 *   editMessage: Verb<{message: string, body: string, mentions?: string[] | null}, {edited: Message}>,
 *   retractMessage: Verb<{message: string}, {retracted: Message}>,
 *   removeMessage: Verb<{message: string}, {removed: Message}>,
 *   react: Verb<{message: string, emoji: string}, {reacted: Message}>,
 *   unreact: Verb<{message: string, emoji: string}, {unreacted: Message}>,
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
 *   markRead: Verb<
 *     {conversationId: string, number?: number | null},
 *     {participation: {id: string, lastReadNumber: number | null, unreadCount: number}}>,
 *   markUnread: Verb<{conversationId: string}, {participation: {id: string, markedUnreadAt: string | null}}>,
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

export {};
