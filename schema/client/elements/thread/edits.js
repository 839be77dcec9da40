/** Sends another text for a message. Loaded when somebody edits. */

import { names } from "./text.js";

/** @import {Named, Row} from "../../types.js" */
/** @import {View} from "./view.js" */

/**
 * @param {View} view
 * @param {Row} row
 * @param {string} body
 * @param {Iterable<Named>} chosen the people whose names were chosen while it was written.
 * @param {string[] | null} [files] the ids of the files that it keeps; null: all.
 */
export async function sendEdit({ store, files: shown }, row, body, chosen, files = null) {
  const before = row.message ?? row.unsent;
  if (body === before.body && !files) return;
  try {
    await store.edit(row, body, mentionsAfter(before, body, chosen), files);
  } catch (error) {
    shown?.tray.keep(row, files);
    throw error;
  }
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
