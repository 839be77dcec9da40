/** Sends another text for a message. Loaded when somebody edits. */

import { names } from "./text.js";

/** @import {ConversationStore, Named, Row} from "../../types.js" */

/**
 * @param {ConversationStore} store
 * @param {Row} row
 * @param {string} body
 * @param {Iterable<Named>} chosen the people whose names were chosen while it was written.
 */
export async function sendEdit(store, row, body, chosen) {
  const before = row.message ?? row.unsent;
  if (body !== before.body) await store.edit(row, body, mentionsAfter(before, body, chosen));
}

/**
 * The people whom a message mentions after an edit. Null leaves them as they are.
 * @param {{body: string, mentions: Named[] | null}} before
 * @param {string} body the new text.
 * @param {Iterable<Named>} chosen
 */
function mentionsAfter({ body: text, mentions }, body, chosen) {
  const old = mentions ?? [];
  // Who was mentioned without a name in the text, as the author of what is answered, stays.
  const kept = old.filter(({ name }) => !names(text, name) || names(body, name));
  const added = [...chosen].filter(
    ({ id, name }) => names(body, name) && !old.some((one) => one.id === id),
  );
  return kept.length === old.length && !added.length ? null : [...kept, ...added];
}
