/** What the documents ask of each type. */

export const USER = "id name avatar blocked";
/** What a quote shows. */
export const QUOTED = `id number revision kind body removal hidden sender { id name }
  attachments(first: 3) { id filename contentType }`;
export const ATTACHMENT = "id filename contentType size state url thumbnailUrl previewUrl width height placeholder";
/** What a row of a thread shows. */
export const ROW = `
  id number revision kind sentAt body removal hidden announced clientId editedAt root
  attachments { ${ATTACHMENT} }
  sender { ${USER} }
  subject { id name }
  replyTo { ${QUOTED} }
  replyCount
  mentions { id name }
  mentionsAll
  mentionsViewer
  reactions { emoji count viewerReacted }
  linkPreview { url title description siteName }
  pinnedAt
  viewerSaved
  viewerCan`;
/** What a message shows outside its thread. */
export const FOUND = `
  ${QUOTED.replace("sender { id name }", `sender { ${USER} }`)} sentAt
  conversation { id kind name avatar others(first: 3) { ${USER} } }`;
export const DRAFT = "draft { body replyTo version savedAt } draftVersion";
export const SCHEDULED =
  "scheduledMessages { clientId body at replyTo mentions { id name } mentionsAll refusal }";
/** What a row of the inbox shows. */
export const INBOX_ROW = `
  id status role lastActivityAt lastReadNumber unreadCount unreadMentionCount firstUnreadNumber
  firstVisibleNumber markedUnreadAt suspendedAt notifications mutedUntil muted archivedAt pinnedAt
  readPrivately
  ${DRAFT}
  invitedBy { id name }
  conversation {
    id kind name title avatar revision lastNumber participantCount
    others(first: 3) { ${USER} }
    latestMessage {
      id number revision kind body removal hidden announced sentAt
      sender { id name } subject { id name }
      attachments(first: 3) { id filename contentType }
    }
  }`;
export const MEMBER = `id role status joinedAt suspendedAt lastReadNumber user { ${USER} }`;
export const CONVERSATION = `
  id kind name title description avatar data key startedAt revision lastNumber participantCount
  viewerCan
  others(first: 3) { ${USER} }
  viewerParticipation {
    id status role lastReadNumber unreadCount firstUnreadNumber firstVisibleNumber suspendedAt leftAt
    markedUnreadAt readPrivately notifications mutedUntil muted archivedAt pinnedAt
    invitedBy { id name }
  }
  upgradedFrom { id name }`;
