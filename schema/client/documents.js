/** The operations that the client sends, as GraphQL documents. */

import { ATTACHMENT, CONVERSATION, DRAFT, FOUND, INBOX_ROW, MEMBER } from "./selections.js";
import { QUOTED, ROW, SCHEDULED, USER } from "./selections.js";

/** The payloads of the mutations, by their names. */
const PAYLOADS = {
  sendMessage: "sent { ...Row } conversation { id kind name } upgraded",
  startUpload: `attachment { ${ATTACHMENT} } url method headers { name value } expiresAt`,
  startConversation: "conversation { id kind name }",
  editMessage: "edited { ...Row }",
  retractMessage: "retracted { ...Row }",
  removeMessage: "removed { ...Row }",
  react: "reacted { ...Row }",
  unreact: "unreacted { ...Row }",
  pinMessage: "pinned { ...Row }",
  unpinMessage: "unpinned { ...Row }",
  saveMessage: "saved { ...Row }",
  unsaveMessage: "unsaved { ...Row }",
  saveDraft: `participation { id ${DRAFT} }`,
  scheduleMessage: `participation { id ${SCHEDULED} }`,
  cancelScheduledMessage: `participation { id ${SCHEDULED} }`,
  inviteParticipants: "conversation { id kind name } upgraded",
  acceptInvitation: "participation { ...InboxRow }",
  declineInvitation: "participation { id status }",
  leaveConversation: "conversation { id }",
  removeParticipant: "participation { ...Member }",
  reinstateParticipant: "participation { ...Member }",
  changeRole: "participation { ...Member }",
  renameConversation: "conversation { id name title }",
  updateConversation: "conversation { id description avatar data }",
  markRead: "participation { id lastReadNumber unreadCount }",
  markUnread: "participation { id markedUnreadAt }",
  setNotifications: "participation { id notifications mutedUntil muted }",
  archiveConversation: "participation { id archivedAt pinnedAt }",
  unarchiveConversation: "participation { id archivedAt pinnedAt }",
  pinConversation: "participation { id archivedAt pinnedAt }",
  unpinConversation: "participation { id archivedAt pinnedAt }",
  clearConversation: "participation { id firstVisibleNumber }",
  setTyping: "typing",
  blockUser: `user { ${USER} }`,
  unblockUser: `user { ${USER} }`,
  reportMessage: "reported { id }",
  reportTitle: "conversation { id }",
  reportUser: "user { id }",
  createToken: "token { id name prefix createdAt expiresAt } secret",
  revokeToken: "token { id name }",
};

/**
 * The documents for a server.
 * @param {string} prefix what the names of its types begin with: its option `TYPE_PREFIX`.
 */
export function documentsFor(prefix = "") {
  const row = `fragment Row on ${prefix}Message {${ROW}\n}`;
  const inboxRow = `fragment InboxRow on ${prefix}Participation {${INBOX_ROW}\n}`;
  const member = `fragment Member on ${prefix}Participation { ${MEMBER} }`;
  const fragments = { Row: row, InboxRow: inboxRow, Member: member };
  /** @param {string} text */
  const withFragments = (text) =>
    Object.entries(fragments).reduce(
      (whole, [name, fragment]) => (text.includes(`...${name} `) ? `${whole}\n${fragment}` : whole),
      text,
    );
  const page = "edges { cursor node { ...Row } } pageInfo { hasPreviousPage hasNextPage startCursor endCursor }";

  return {
    viewer: withFragments(`query Viewer {
  viewer { id username name avatar }
  limits {
    bodyLength titleLength reasonLength participants mentions reactions reactionEmoji editSeconds
    retractSeconds pageSize presenceUsers typingSeconds typingEverySeconds typingConversations
    pinnedConversations pins descriptionLength dataBytes receiptsUpTo queryLength
    uploadSize uploadTypes attachments
  }
}`),
    conversations: withFragments(`query Conversations($search: String!, $first: Int!) {
  inbox(first: $first, filter: { titleContains: $search, archived: null }) { edges { node { ...InboxRow } } }
}`),
    // `changesCursor` is the place in the stream after which all that follows is asked for.
    inboxStart: withFragments(`query InboxStart($first: Int!) {
  inbox(first: $first) {
    changesCursor
    blocksVersion
    edges { node { ...InboxRow } }
    pageInfo { hasNextPage endCursor }
  }
  pinned: inbox(first: 20, filter: { pinned: true }) { edges { node { ...InboxRow } } }
  invitations(first: 50) { edges { node { ...InboxRow } } }
  unreadTotal
}`),
    inbox: withFragments(`query Inbox($first: Int!, $after: String, $filter: ${prefix}InboxFilter) {
  inbox(first: $first, after: $after, filter: $filter) {
    edges { node { ...InboxRow } }
    pageInfo { hasNextPage endCursor }
  }
}`),
    unreadTotal: "query UnreadTotal { unreadTotal }",
    inboxChanges: withFragments(`subscription InboxChanges($after: String) {
  inboxChanges(after: $after) { cursor blocksVersion participation { ...InboxRow } unreadTotal }
}`),
    conversation: withFragments(`query Thread($id: ID!, $first: Int, $last: Int, $around: ${prefix}MessagesAround) {
  conversation(id: $id) {${CONVERSATION}
    messages(first: $first, last: $last, around: $around) { ${page} }
  }
}`),
    messages: withFragments(`query Messages($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
  conversation(id: $id) {
    revision
    messages(first: $first, last: $last, after: $after, before: $before) { ${page} }
  }
}`),
    conversationHead: `query ConversationHead($id: ID!) {
  conversation(id: $id) {${CONVERSATION}
  }
}`,
    conversationChanges: withFragments(`subscription ConversationChanges($id: ID!, $after: Int) {
  conversationChanges(id: $id, after: $after) {
    revision kind at
    actor { id name }
    messageEdge { cursor node { ...Row } }
    participation { ...Member }
    conversation { id name title description avatar data key lastNumber participantCount }
  }
}`),
    message: withFragments(`query Message($id: ID!) { node(id: $id) { ... on ${prefix}Message { ...Row } } }`),
    pins: `query Pins($id: ID!) {
  conversation(id: $id) {
    pins(first: 50) {
      edges { node { message { ${QUOTED} sentAt } pinnedBy { id name } pinnedAt } }
    }
  }
}`,
    draft: `query Draft($id: ID!) { conversation(id: $id) { viewerParticipation { id ${DRAFT} } } }`,
    scheduledMessages: `query ScheduledMessages($id: ID!) {
  conversation(id: $id) { viewerParticipation { id ${SCHEDULED} } }
}`,
    searchMessages: `query SearchMessages($query: String!, $in: ID, $from: ID, $since: DateTime, $first: Int, $after: String) {
  searchMessages(query: $query, in: $in, from: $from, since: $since, first: $first, after: $after) {
    edges { node {${FOUND} } }
    pageInfo { hasNextPage endCursor }
  }
}`,
    files: `query Files($id: ID!, $last: Int!, $before: String) {
  conversation(id: $id) {
    messages(last: $last, before: $before, withAttachments: true) {
      edges { node { id number sentAt attachments { ${ATTACHMENT} } sender { id name } } }
      pageInfo { hasPreviousPage startCursor }
    }
  }
}`,
    savedMessages: `query SavedMessages($first: Int, $after: String) {
  savedMessages(first: $first, after: $after) {
    edges { savedAt node {${FOUND} } }
    pageInfo { hasNextPage endCursor }
  }
}`,
    edits: `query Edits($id: ID!) {
  node(id: $id) { ... on ${prefix}Message { edits(first: 50) { edges { node { body until } } } } }
}`,
    replies: `query Replies($id: ID!) {
  node(id: $id) { ... on ${prefix}Message { replies(first: 50) { edges { node { ${QUOTED} } } } } }
}`,
    hiddenMessage: `query HiddenMessage($id: ID!) {
  node(id: $id) {
    ... on ${prefix}Message { body(unhide: true) attachments(unhide: true) { ${ATTACHMENT} } }
  }
}`,
    reactors: `query Reactors($id: ID!) {
  node(id: $id) { ... on ${prefix}Message { reactions { emoji count users(first: 20) { id name } } } }
}`,
    participants: withFragments(`query Participants($id: ID!, $first: Int!, $after: String, $search: String, $status: ${prefix}ParticipationStatus!) {
  conversation(id: $id) {
    participants(first: $first, after: $after, search: $search, status: $status) {
      edges { node { ...Member } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`),
    people: `query People($search: String!, $first: Int!) {
  users(search: $search, first: $first) { edges { node { ${USER} } } }
}`,
    blockedUsers: `query BlockedUsers {
  blockedUsers(first: 100) { edges { node { ${USER} } } }
}`,
    typing: `subscription TypingPeople($id: ID!) {
  typing(conversationId: $id) { users { id name } }
}`,
    inboxTyping: `subscription InboxTyping($conversationIds: [ID!]!) {
  inboxTyping(conversationIds: $conversationIds) { conversationId users { id name } }
}`,
    presence: `subscription PresentPeople($users: [ID!]!, $visible: Boolean!) {
  presence(users: $users, visible: $visible) { users { id } }
}`,
    /**
     * The document of a mutation.
     * @param {keyof typeof PAYLOADS} name
     */
    mutation(name) {
      const type = name[0].toUpperCase() + name.slice(1);
      return withFragments(`mutation ${type}($input: ${prefix}${type}Input!) {
  ${name}(input: $input) {
    ... on ${prefix}${type}Payload { ${PAYLOADS[name]} }
    ... on ${prefix}Refusal { code message path retryAfter }
  }
}`);
    },
  };
}

/** @typedef {ReturnType<typeof documentsFor>} Documents */

/** The names of all mutations. */
export const MUTATIONS = /** @type {(keyof typeof PAYLOADS)[]} */ (Object.keys(PAYLOADS));
