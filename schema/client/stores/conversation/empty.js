/** What a conversation shows before anything is known of it. */

/** @import {ConversationSnapshot} from "../../types.js" */

/** @type {ConversationSnapshot} */
export const EMPTY_CONVERSATION = {
  state: "loading",
  error: null,
  conversation: null,
  rows: [],
  hasEarlier: false,
  hasLater: false,
  isLoading: true,
  firstUnreadNumber: null,
  members: [],
  hasMoreMembers: false,
  pins: [],
  seen: null,
};
