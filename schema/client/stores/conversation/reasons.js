/** Decides after which changes the client asks for a conversation anew. */

/** @import {InboxRow} from "../../types.js" */
/** @import {Change, Head, Place} from "./head.js" */

/**
 * What of a row its person alone changes, and what no block changes.
 * @type {(keyof InboxRow)[]}
 */
const OWN = [
  "markedUnreadAt",
  "firstVisibleNumber",
  "lastReadNumber",
  "readPrivately",
  "notifications",
  "mutedUntil",
  "muted",
  "archivedAt",
  "pinnedAt",
  "draftVersion",
];

/**
 * Whether a change is one of the people: who takes part, and what they may do.
 * @param {string} kind
 */
export function isOfPeople(kind) {
  return kind.startsWith("PARTICIPANT_");
}

/**
 * Whether the viewer may do something else with the messages after a change.
 * @param {Change} change
 * @param {Place | undefined} place of the viewer.
 */
export function changesRights({ kind, participation }, place) {
  if (!participation || !isOfPeople(kind)) return false;
  // When the viewer leaves, the stream ends, and all is asked for anew by that.
  if (participation.id === place?.id) return participation.status === "ACTIVE";
  // An admin may remove the messages of those who are no admins.
  return place?.role === "ADMIN";
}

/**
 * Whether a change of the conversation is the reason for a change of the inbox, or what the row itself
 * says. If not, the viewer has blocked somebody, or does so no longer.
 * @param {InboxRow} row
 * @param {InboxRow | undefined} before what was known of the row.
 * @param {Head} head
 */
export function isExplained(row, before, head) {
  const place = head.value?.viewerParticipation;
  // Without a stream of changes, nothing else tells of them.
  if (place?.status !== "ACTIVE") return false;
  if (row.conversation.revision > (before?.conversation.revision ?? head.openedAt)) return true;
  if (!before) {
    return row.markedUnreadAt !== null || row.firstVisibleNumber !== place.firstVisibleNumber;
  }
  // What was marked as unread again is read again.
  const isReread = (before.firstUnreadNumber ?? Infinity) <= (before.lastReadNumber ?? 0);
  return isReread || OWN.some((name) => row[name] !== before[name]);
}
