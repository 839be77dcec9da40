/** Which types an interface or union has. Written by `python -m tests.client.generated`. */

/** @type {Record<string, string[]>} */
const TYPES = {
  "AcceptInvitationResult": [
    "AcceptInvitationPayload",
    "Refusal"
  ],
  "ArchiveConversationResult": [
    "ArchiveConversationPayload",
    "Refusal"
  ],
  "BlockUserResult": [
    "BlockUserPayload",
    "Refusal"
  ],
  "CancelScheduledMessageResult": [
    "CancelScheduledMessagePayload",
    "Refusal"
  ],
  "ChangeRoleResult": [
    "ChangeRolePayload",
    "Refusal"
  ],
  "ClearConversationResult": [
    "ClearConversationPayload",
    "Refusal"
  ],
  "CreateTokenResult": [
    "CreateTokenPayload",
    "Refusal"
  ],
  "DeclineInvitationResult": [
    "DeclineInvitationPayload",
    "Refusal"
  ],
  "EditMessageResult": [
    "EditMessagePayload",
    "Refusal"
  ],
  "InviteParticipantsResult": [
    "InviteParticipantsPayload",
    "Refusal"
  ],
  "LeaveConversationResult": [
    "LeaveConversationPayload",
    "Refusal"
  ],
  "MarkReadResult": [
    "MarkReadPayload",
    "Refusal"
  ],
  "MarkUnreadResult": [
    "MarkUnreadPayload",
    "Refusal"
  ],
  "Node": [
    "AccessToken",
    "Conversation",
    "Message",
    "Participation",
    "User"
  ],
  "PinConversationResult": [
    "PinConversationPayload",
    "Refusal"
  ],
  "PinMessageResult": [
    "PinMessagePayload",
    "Refusal"
  ],
  "ReactResult": [
    "ReactPayload",
    "Refusal"
  ],
  "ReinstateParticipantResult": [
    "ReinstateParticipantPayload",
    "Refusal"
  ],
  "RemoveMessageResult": [
    "RemoveMessagePayload",
    "Refusal"
  ],
  "RemoveParticipantResult": [
    "RemoveParticipantPayload",
    "Refusal"
  ],
  "RenameConversationResult": [
    "RenameConversationPayload",
    "Refusal"
  ],
  "ReportMessageResult": [
    "ReportMessagePayload",
    "Refusal"
  ],
  "ReportTitleResult": [
    "ReportTitlePayload",
    "Refusal"
  ],
  "ReportUserResult": [
    "ReportUserPayload",
    "Refusal"
  ],
  "RetractMessageResult": [
    "RetractMessagePayload",
    "Refusal"
  ],
  "RevokeTokenResult": [
    "RevokeTokenPayload",
    "Refusal"
  ],
  "SaveDraftResult": [
    "SaveDraftPayload",
    "Refusal"
  ],
  "SaveMessageResult": [
    "SaveMessagePayload",
    "Refusal"
  ],
  "ScheduleMessageResult": [
    "ScheduleMessagePayload",
    "Refusal"
  ],
  "SendMessageResult": [
    "SendMessagePayload",
    "Refusal"
  ],
  "SetNotificationsResult": [
    "SetNotificationsPayload",
    "Refusal"
  ],
  "SetTypingResult": [
    "SetTypingPayload",
    "Refusal"
  ],
  "StartConversationResult": [
    "StartConversationPayload",
    "Refusal"
  ],
  "StartUploadResult": [
    "StartUploadPayload",
    "Refusal"
  ],
  "UnarchiveConversationResult": [
    "UnarchiveConversationPayload",
    "Refusal"
  ],
  "UnblockUserResult": [
    "UnblockUserPayload",
    "Refusal"
  ],
  "UnpinConversationResult": [
    "UnpinConversationPayload",
    "Refusal"
  ],
  "UnpinMessageResult": [
    "UnpinMessagePayload",
    "Refusal"
  ],
  "UnreactResult": [
    "UnreactPayload",
    "Refusal"
  ],
  "UnsaveMessageResult": [
    "UnsaveMessagePayload",
    "Refusal"
  ],
  "UpdateConversationResult": [
    "UpdateConversationPayload",
    "Refusal"
  ]
};

/**
 * The possible types, as caches of GraphQL clients want to know them.
 * @param {string} [typePrefix] what names of types begin with: the option `TYPE_PREFIX`.
 * @returns {Record<string, string[]>}
 */
export function possibleTypes(typePrefix = "") {
  const named = (/** @type {string} */ name) => (name === "Node" ? name : typePrefix + name);
  const entries = Object.entries(TYPES).map(([name, types]) => [named(name), types.map(named)]);
  return Object.fromEntries(entries);
}
