/** The objects of the schema and their fields. Written by `python -m tests.client.generated`. */

/** Names that have no prefix. */
export const SHARED = [
  "Boolean",
  "DateTime",
  "Float",
  "ID",
  "Int",
  "JSON",
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
  AcceptInvitationPayload: fields(`
    participation:Participation!
  `),
  AccessToken: fields(`
    id:ID! name:String! prefix:String! createdAt:DateTime! expiresAt:DateTime lastUsedAt:DateTime
  `),
  ArchiveConversationPayload: fields(`
    participation:Participation!
  `),
  Attachment: fields(`
    filename:String! contentType:String! size:Int! state:AttachmentState! width:Int height:Int
    id:ID! url:String thumbnailUrl:String previewUrl:String placeholder:String
  `),
  BlockUserPayload: fields(`
    user:User!
  `),
  CancelScheduledMessagePayload: fields(`
    participation:Participation!
  `),
  ChangeRolePayload: fields(`
    participation:Participation!
  `),
  ClearConversationPayload: fields(`
    participation:Participation!
  `),
  Conversation: fields(`
    id:ID! kind:ConversationKind! key:String startedAt:DateTime! title:String! description:String!
    avatar:String data:JSON! name:String! others:[User!]! lastNumber:Int! revision:Int!
    latestMessage:Message viewerCan:[ConversationCapability!]! viewerParticipation:Participation!
    upgradedFrom:Conversation upgradedTo:[Conversation!]! participantCount:Int!
    participants:ParticipantConnection! messages:MessageConnection! pins:PinConnection!
  `),
  ConversationChange: fields(`
    revision:Int! at:DateTime! conversation:Conversation! actor:User message:Message
    messageEdge:MessageEdge kind:ConversationChangeKind! participation:Participation
  `),
  ConversationTyping: fields(`
    conversationId:ID! users:[User!]!
  `),
  CreateTokenPayload: fields(`
    token:AccessToken! secret:String!
  `),
  DeclineInvitationPayload: fields(`
    participation:Participation!
  `),
  Draft: fields(`
    body:String! replyTo:Int version:Int! savedAt:DateTime!
  `),
  Edit: fields(`
    body:String! until:DateTime!
  `),
  EditConnection: fields(`
    edges:[EditEdge!]! pageInfo:PageInfo!
  `),
  EditEdge: fields(`
    cursor:String! node:Edit!
  `),
  EditMessagePayload: fields(`
    edited:Message!
  `),
  InboxChange: fields(`
    cursor:String! participation:Participation! blocksVersion:String! unreadTotal:Int!
  `),
  InvitationConnection: fields(`
    pageInfo:PageInfo! edges:[ParticipationEdge!]! totalCount:Int!
  `),
  InviteParticipantsPayload: fields(`
    conversation:Conversation! upgraded:Boolean!
  `),
  LeaveConversationPayload: fields(`
    conversation:Conversation!
  `),
  Limits: fields(`
    bodyLength:Int! titleLength:Int! descriptionLength:Int! dataBytes:Int! reasonLength:Int!
    participants:Int! mentions:Int! reactions:Int! attachments:Int! uploadSize:Int!
    uploadTypes:[String!] pins:Int! scheduledMessages:Int! pinnedConversations:Int!
    receiptsUpTo:Int! editSeconds:Float retractSeconds:Float reactionEmoji:[String!]
    queryLength:Int! defaultPageSize:Int! pageSize:Int! presenceUsers:Int! typingConversations:Int!
    typingSeconds:Int! typingEverySeconds:Int!
  `),
  LinkPreview: fields(`
    url:String! title:String! description:String! siteName:String!
  `),
  MarkReadPayload: fields(`
    participation:Participation!
  `),
  MarkUnreadPayload: fields(`
    participation:Participation!
  `),
  MentionConnection: fields(`
    edges:[MentionEdge!]! pageInfo:PageInfo!
  `),
  MentionEdge: fields(`
    cursor:String! node:Message!
  `),
  Message: fields(`
    id:ID! number:Int! kind:MessageKind! sentAt:DateTime! root:Int sender:User subject:User
    body:String! removal:MessageRemoval revision:Int! editedAt:DateTime edits:EditConnection!
    hidden:Boolean! announced:Boolean! clientId:UUID mentions:[User!]! mentionsAll:Boolean!
    mentionsViewer:Boolean! replyTo:Message replyCount:Int! replies:MessageConnection!
    reactions:[Reaction!]! attachments:[Attachment!]! linkPreview:LinkPreview pinnedAt:DateTime
    viewerSaved:Boolean! seenCount:Int seenBy:ParticipantConnection! viewerCan:[MessageCapability!]!
    conversation:Conversation!
  `),
  MessageConnection: fields(`
    pageInfo:PageInfo! edges:[MessageEdge!]!
  `),
  MessageEdge: fields(`
    cursor:String! node:Message!
  `),
  Mutation: fields(`
    sendMessage:SendMessageResult! startConversation:StartConversationResult!
    editMessage:EditMessageResult! retractMessage:RetractMessageResult!
    removeMessage:RemoveMessageResult! react:ReactResult! unreact:UnreactResult!
    pinMessage:PinMessageResult! unpinMessage:UnpinMessageResult! saveMessage:SaveMessageResult!
    unsaveMessage:UnsaveMessageResult! startUpload:StartUploadResult!
    inviteParticipants:InviteParticipantsResult! acceptInvitation:AcceptInvitationResult!
    declineInvitation:DeclineInvitationResult! leaveConversation:LeaveConversationResult!
    removeParticipant:RemoveParticipantResult! reinstateParticipant:ReinstateParticipantResult!
    changeRole:ChangeRoleResult! renameConversation:RenameConversationResult!
    updateConversation:UpdateConversationResult! saveDraft:SaveDraftResult!
    scheduleMessage:ScheduleMessageResult! cancelScheduledMessage:CancelScheduledMessageResult!
    markRead:MarkReadResult! markUnread:MarkUnreadResult! clearConversation:ClearConversationResult!
    setTyping:SetTypingResult! setNotifications:SetNotificationsResult!
    archiveConversation:ArchiveConversationResult!
    unarchiveConversation:UnarchiveConversationResult! pinConversation:PinConversationResult!
    unpinConversation:UnpinConversationResult! blockUser:BlockUserResult!
    unblockUser:UnblockUserResult! reportMessage:ReportMessageResult! reportTitle:ReportTitleResult!
    reportUser:ReportUserResult! createToken:CreateTokenResult! revokeToken:RevokeTokenResult!
  `),
  PageInfo: fields(`
    hasNextPage:Boolean! hasPreviousPage:Boolean! startCursor:String endCursor:String
  `),
  ParticipantConnection: fields(`
    pageInfo:PageInfo! edges:[ParticipantEdge!]!
  `),
  ParticipantEdge: fields(`
    cursor:String! node:Participation!
  `),
  Participation: fields(`
    id:ID! user:User! role:ParticipationRole! status:ParticipationStatus! joinedAt:DateTime!
    leftAt:DateTime leftAtNumber:Int suspendedAt:DateTime lastActivityAt:DateTime!
    joinedAtNumber:Int! conversation:Conversation! lastReadNumber:Int readPrivately:Boolean
    unreadCount:Int unreadMentionCount:Int firstUnreadNumber:Int firstVisibleNumber:Int
    invitedBy:User notifications:NotificationLevel mutedUntil:DateTime muted:Boolean
    archivedAt:DateTime pinnedAt:DateTime markedUnreadAt:DateTime draft:Draft draftVersion:Int
    scheduledMessages:[ScheduledMessage!]
  `),
  ParticipationConnection: fields(`
    pageInfo:PageInfo! edges:[ParticipationEdge!]! totalCount:Int! changesCursor:String!
    blocksVersion:String!
  `),
  ParticipationEdge: fields(`
    cursor:String! node:Participation!
  `),
  Pin: fields(`
    message:Message! pinnedBy:User pinnedAt:DateTime!
  `),
  PinConnection: fields(`
    edges:[PinEdge!]! pageInfo:PageInfo!
  `),
  PinConversationPayload: fields(`
    participation:Participation!
  `),
  PinEdge: fields(`
    cursor:String! node:Pin!
  `),
  PinMessagePayload: fields(`
    pinned:Message!
  `),
  Presence: fields(`
    users:[User!]!
  `),
  Query: fields(`
    viewer:User! inbox:ParticipationConnection! invitations:InvitationConnection! unreadTotal:Int!
    mentions:MentionConnection! savedMessages:SavedMessageConnection!
    searchMessages:SearchConnection! conversation:Conversation conversationByKey:Conversation
    node:Node users:UserConnection! blockedUsers:UserConnection! limits:Limits!
    accessTokens:[AccessToken!]!
  `),
  ReactPayload: fields(`
    reacted:Message!
  `),
  Reaction: fields(`
    emoji:String! count:Int! viewerReacted:Boolean! users:[User!]!
  `),
  Refusal: fields(`
    code:RefusalCode! message:String! path:[String!]! retryAfter:Int
  `),
  ReinstateParticipantPayload: fields(`
    participation:Participation!
  `),
  RemoveMessagePayload: fields(`
    removed:Message!
  `),
  RemoveParticipantPayload: fields(`
    participation:Participation!
  `),
  RenameConversationPayload: fields(`
    conversation:Conversation!
  `),
  ReportMessagePayload: fields(`
    reported:Message!
  `),
  ReportTitlePayload: fields(`
    conversation:Conversation!
  `),
  ReportUserPayload: fields(`
    user:User!
  `),
  RetractMessagePayload: fields(`
    retracted:Message!
  `),
  RevokeTokenPayload: fields(`
    token:AccessToken!
  `),
  SaveDraftPayload: fields(`
    participation:Participation!
  `),
  SaveMessagePayload: fields(`
    saved:Message!
  `),
  SavedMessageConnection: fields(`
    edges:[SavedMessageEdge!]! pageInfo:PageInfo!
  `),
  SavedMessageEdge: fields(`
    cursor:String! savedAt:DateTime! node:Message!
  `),
  ScheduleMessagePayload: fields(`
    participation:Participation!
  `),
  ScheduledMessage: fields(`
    clientId:UUID! body:String! at:DateTime! replyTo:Int mentionsAll:Boolean! refusal:RefusalCode
    mentions:[User!]
  `),
  SearchConnection: fields(`
    edges:[SearchEdge!]! pageInfo:PageInfo!
  `),
  SearchEdge: fields(`
    cursor:String! node:Message!
  `),
  SendMessagePayload: fields(`
    sent:Message! conversation:Conversation! upgraded:Boolean!
  `),
  SetNotificationsPayload: fields(`
    participation:Participation!
  `),
  SetTypingPayload: fields(`
    typing:Boolean!
  `),
  StartConversationPayload: fields(`
    conversation:Conversation!
  `),
  StartUploadPayload: fields(`
    attachment:Attachment! url:String! method:String! headers:[UploadHeader!]! expiresAt:DateTime!
  `),
  Subscription: fields(`
    conversationChanges:ConversationChange! inboxChanges:InboxChange! typing:Typing!
    inboxTyping:ConversationTyping! presence:Presence!
  `),
  Typing: fields(`
    users:[User!]!
  `),
  UnarchiveConversationPayload: fields(`
    participation:Participation!
  `),
  UnblockUserPayload: fields(`
    user:User!
  `),
  UnpinConversationPayload: fields(`
    participation:Participation!
  `),
  UnpinMessagePayload: fields(`
    unpinned:Message!
  `),
  UnreactPayload: fields(`
    unreacted:Message!
  `),
  UnsaveMessagePayload: fields(`
    unsaved:Message!
  `),
  UpdateConversationPayload: fields(`
    conversation:Conversation!
  `),
  UploadHeader: fields(`
    name:String! value:String!
  `),
  User: fields(`
    id:ID! username:String name:String! avatar:String blocked:Boolean!
  `),
  UserConnection: fields(`
    pageInfo:PageInfo! edges:[UserEdge!]! totalCount:Int!
  `),
  UserEdge: fields(`
    cursor:String! node:User!
  `),
};

/** @param {string} text */
function fields(text) {
  return Object.fromEntries(text.trim().split(/\s+/).map((field) => field.split(":")));
}
