/** The objects of the schema and their fields. Written by `python -m tests.client.generated`. */

/** Names that have no prefix. */
export const SHARED = [
  "Boolean",
  "DateTime",
  "Float",
  "ID",
  "Int",
  "Mutation",
  "Node",
  "PageInfo",
  "Query",
  "String",
  "Subscription",
  "UUID"
];

/** @type {Record<string, Record<string, string>>} */
export const OBJECT_TYPES = {
  "AcceptInvitationPayload": {
    "participation": "Participation!"
  },
  "AccessToken": {
    "id": "ID!",
    "name": "String!",
    "prefix": "String!",
    "createdAt": "DateTime!",
    "expiresAt": "DateTime",
    "lastUsedAt": "DateTime"
  },
  "BlockUserPayload": {
    "user": "User!"
  },
  "ChangeRolePayload": {
    "participation": "Participation!"
  },
  "ClearConversationPayload": {
    "participation": "Participation!"
  },
  "Conversation": {
    "id": "ID!",
    "kind": "ConversationKind!",
    "startedAt": "DateTime!",
    "title": "String!",
    "name": "String!",
    "others": "[User!]!",
    "lastNumber": "Int!",
    "revision": "Int!",
    "latestMessage": "Message",
    "viewerCan": "[ConversationCapability!]!",
    "viewerParticipation": "Participation!",
    "upgradedFrom": "Conversation",
    "upgradedTo": "[Conversation!]!",
    "participantCount": "Int!",
    "participants": "ParticipantConnection!",
    "messages": "MessageConnection!"
  },
  "ConversationChange": {
    "revision": "Int!",
    "at": "DateTime!",
    "actor": "User",
    "conversation": "Conversation!",
    "message": "Message",
    "messageEdge": "MessageEdge",
    "kind": "ConversationChangeKind!",
    "participation": "Participation"
  },
  "CreateTokenPayload": {
    "token": "AccessToken!",
    "secret": "String!"
  },
  "DeclineInvitationPayload": {
    "participation": "Participation!"
  },
  "Edit": {
    "body": "String!",
    "until": "DateTime!"
  },
  "EditConnection": {
    "edges": "[EditEdge!]!",
    "pageInfo": "PageInfo!"
  },
  "EditEdge": {
    "cursor": "String!",
    "node": "Edit!"
  },
  "EditMessagePayload": {
    "edited": "Message!"
  },
  "InboxChange": {
    "cursor": "String!",
    "participation": "Participation!",
    "unreadTotal": "Int!"
  },
  "InvitationConnection": {
    "pageInfo": "PageInfo!",
    "edges": "[ParticipationEdge!]!",
    "totalCount": "Int!"
  },
  "InviteParticipantsPayload": {
    "conversation": "Conversation!",
    "upgraded": "Boolean!"
  },
  "LeaveConversationPayload": {
    "conversation": "Conversation!"
  },
  "Limits": {
    "bodyLength": "Int!",
    "titleLength": "Int!",
    "reasonLength": "Int!",
    "participants": "Int!",
    "mentions": "Int!",
    "reactions": "Int!",
    "editSeconds": "Float",
    "retractSeconds": "Float",
    "reactionEmoji": "[String!]",
    "defaultPageSize": "Int!",
    "pageSize": "Int!",
    "presenceUsers": "Int!",
    "typingSeconds": "Int!",
    "typingEverySeconds": "Int!"
  },
  "MarkReadPayload": {
    "participation": "Participation!"
  },
  "MarkUnreadPayload": {
    "participation": "Participation!"
  },
  "MentionConnection": {
    "edges": "[MentionEdge!]!",
    "pageInfo": "PageInfo!"
  },
  "MentionEdge": {
    "cursor": "String!",
    "node": "Message!"
  },
  "Message": {
    "id": "ID!",
    "number": "Int!",
    "kind": "MessageKind!",
    "sentAt": "DateTime!",
    "root": "Int",
    "sender": "User",
    "subject": "User",
    "body": "String!",
    "removal": "MessageRemoval",
    "revision": "Int!",
    "editedAt": "DateTime",
    "edits": "EditConnection!",
    "hidden": "Boolean!",
    "announced": "Boolean!",
    "clientId": "UUID",
    "mentions": "[User!]!",
    "mentionsAll": "Boolean!",
    "mentionsViewer": "Boolean!",
    "replyTo": "Message",
    "replyCount": "Int!",
    "replies": "MessageConnection!",
    "reactions": "[Reaction!]!",
    "viewerCan": "[MessageCapability!]!",
    "conversation": "Conversation!"
  },
  "MessageConnection": {
    "pageInfo": "PageInfo!",
    "edges": "[MessageEdge!]!"
  },
  "MessageEdge": {
    "cursor": "String!",
    "node": "Message!"
  },
  "Mutation": {
    "sendMessage": "SendMessageResult!",
    "startConversation": "StartConversationResult!",
    "editMessage": "EditMessageResult!",
    "retractMessage": "RetractMessageResult!",
    "removeMessage": "RemoveMessageResult!",
    "react": "ReactResult!",
    "unreact": "UnreactResult!",
    "inviteParticipants": "InviteParticipantsResult!",
    "acceptInvitation": "AcceptInvitationResult!",
    "declineInvitation": "DeclineInvitationResult!",
    "leaveConversation": "LeaveConversationResult!",
    "removeParticipant": "RemoveParticipantResult!",
    "reinstateParticipant": "ReinstateParticipantResult!",
    "changeRole": "ChangeRoleResult!",
    "renameConversation": "RenameConversationResult!",
    "markRead": "MarkReadResult!",
    "markUnread": "MarkUnreadResult!",
    "clearConversation": "ClearConversationResult!",
    "setTyping": "SetTypingResult!",
    "blockUser": "BlockUserResult!",
    "unblockUser": "UnblockUserResult!",
    "reportMessage": "ReportMessageResult!",
    "reportTitle": "ReportTitleResult!",
    "reportUser": "ReportUserResult!",
    "createToken": "CreateTokenResult!",
    "revokeToken": "RevokeTokenResult!"
  },
  "PageInfo": {
    "hasNextPage": "Boolean!",
    "hasPreviousPage": "Boolean!",
    "startCursor": "String",
    "endCursor": "String"
  },
  "ParticipantConnection": {
    "pageInfo": "PageInfo!",
    "edges": "[ParticipantEdge!]!"
  },
  "ParticipantEdge": {
    "cursor": "String!",
    "node": "Participation!"
  },
  "Participation": {
    "id": "ID!",
    "user": "User!",
    "role": "ParticipationRole!",
    "status": "ParticipationStatus!",
    "joinedAt": "DateTime!",
    "leftAt": "DateTime",
    "leftAtNumber": "Int",
    "suspendedAt": "DateTime",
    "lastActivityAt": "DateTime!",
    "conversation": "Conversation!",
    "lastReadNumber": "Int",
    "unreadCount": "Int",
    "unreadMentionCount": "Int",
    "firstUnreadNumber": "Int",
    "firstVisibleNumber": "Int",
    "invitedBy": "User",
    "markedUnreadAt": "DateTime"
  },
  "ParticipationConnection": {
    "pageInfo": "PageInfo!",
    "edges": "[ParticipationEdge!]!",
    "totalCount": "Int!",
    "changesCursor": "String!"
  },
  "ParticipationEdge": {
    "cursor": "String!",
    "node": "Participation!"
  },
  "Presence": {
    "users": "[User!]!"
  },
  "Query": {
    "viewer": "User!",
    "inbox": "ParticipationConnection!",
    "invitations": "InvitationConnection!",
    "unreadTotal": "Int!",
    "mentions": "MentionConnection!",
    "conversation": "Conversation",
    "node": "Node",
    "users": "UserConnection!",
    "blockedUsers": "UserConnection!",
    "limits": "Limits!",
    "accessTokens": "[AccessToken!]!"
  },
  "ReactPayload": {
    "reacted": "Message!"
  },
  "Reaction": {
    "emoji": "String!",
    "count": "Int!",
    "viewerReacted": "Boolean!",
    "users": "[User!]!"
  },
  "Refusal": {
    "code": "RefusalCode!",
    "message": "String!",
    "path": "[String!]!"
  },
  "ReinstateParticipantPayload": {
    "participation": "Participation!"
  },
  "RemoveMessagePayload": {
    "removed": "Message!"
  },
  "RemoveParticipantPayload": {
    "participation": "Participation!"
  },
  "RenameConversationPayload": {
    "conversation": "Conversation!"
  },
  "ReportMessagePayload": {
    "reported": "Message!"
  },
  "ReportTitlePayload": {
    "conversation": "Conversation!"
  },
  "ReportUserPayload": {
    "user": "User!"
  },
  "RetractMessagePayload": {
    "retracted": "Message!"
  },
  "RevokeTokenPayload": {
    "token": "AccessToken!"
  },
  "SendMessagePayload": {
    "sent": "Message!",
    "conversation": "Conversation!",
    "upgraded": "Boolean!"
  },
  "SetTypingPayload": {
    "typing": "Boolean!"
  },
  "StartConversationPayload": {
    "conversation": "Conversation!"
  },
  "Subscription": {
    "conversationChanges": "ConversationChange!",
    "inboxChanges": "InboxChange!",
    "typing": "Typing!",
    "presence": "Presence!"
  },
  "Typing": {
    "users": "[User!]!"
  },
  "UnblockUserPayload": {
    "user": "User!"
  },
  "UnreactPayload": {
    "unreacted": "Message!"
  },
  "User": {
    "id": "ID!",
    "username": "String",
    "name": "String!",
    "avatar": "String",
    "blocked": "Boolean!"
  },
  "UserConnection": {
    "pageInfo": "PageInfo!",
    "edges": "[UserEdge!]!",
    "totalCount": "Int!"
  },
  "UserEdge": {
    "cursor": "String!",
    "node": "User!"
  }
};
