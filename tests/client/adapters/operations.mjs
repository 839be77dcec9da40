/** Operations of an app that keeps its own cache. */

export const ROW = `fragment Row on Message {
  id number revision kind body removal editedAt
  sender { id name }
  replyTo { id number revision body }
  reactions { emoji count viewerReacted }
}`;

export const PAGE = `query Page(
  $id: ID!, $first: Int, $last: Int, $before: String, $after: String
) {
  conversation(id: $id) {
    id revision name
    messages(first: $first, last: $last, before: $before, after: $after) {
      edges { cursor node { ...Row } }
      pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
    }
  }
}
${ROW}`;

export const CHANGES = `subscription Changes($id: ID!, $after: Int) {
  conversationChanges(id: $id, after: $after) {
    revision
    conversation { id }
    messageEdge { cursor node { ...Row } }
  }
}
${ROW}`;

const PLACE = `id status archivedAt unreadCount lastActivityAt
  conversation { id name latestMessage { id revision body } }`;

export const INBOX = `query Inbox($first: Int!, $after: String) {
  inbox(first: $first, after: $after) {
    changesCursor
    edges { cursor node { ${PLACE} } }
    pageInfo { hasNextPage endCursor }
  }
  unreadTotal
}`;

export const INBOX_CHANGES = `subscription InboxChanges($after: String) {
  inboxChanges(after: $after) { cursor participation { ${PLACE} } unreadTotal }
}`;

export const EDIT = `mutation Edit($input: EditMessageInput!) {
  editMessage(input: $input) {
    ... on EditMessagePayload { edited { ...Row } }
    ... on Refusal { code message path }
  }
}
${ROW}`;
