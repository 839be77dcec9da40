/** Keeps what somebody has begun to write, for each conversation, while the page lives. */

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Named} Named */
/** @typedef {{text: string, replyTo: import("../../types.js").Message | null, mentions: Named[]}} Draft */

/** @type {Draft} */
const NOTHING = { text: "", replyTo: null, mentions: [] };

/**
 * @param {View} view
 * @returns {Draft}
 */
export function readDraft(view) {
  try {
    return { ...NOTHING, ...JSON.parse(sessionStorage.getItem(keyOf(view)) ?? "{}") };
  } catch {
    return NOTHING;
  }
}

/**
 * @param {View} view
 * @param {Draft} draft
 */
export function writeDraft(view, draft) {
  try {
    if (draft.text.trim() || draft.replyTo)
      sessionStorage.setItem(keyOf(view), JSON.stringify(draft));
    else sessionStorage.removeItem(keyOf(view));
  } catch {
    // A browser may forbid storage, or have no room. The text is in the box all the same.
  }
}

/** @param {View} view */
function keyOf({ viewerId, store }) {
  return `talk draft ${viewerId} ${store.id}`;
}
