/** What an edit does to the mentions of a message. Loaded when somebody edits. */

import { names } from "./text.js";

/** @typedef {import("../../types.js").Named} Named */

/**
 * The people whom a message mentions after an edit. Null leaves them as they are.
 * @param {{body: string, mentions: Named[] | null}} before
 * @param {string} body the new text.
 * @param {Iterable<Named>} chosen the people whose names were chosen while it was written.
 */
export function mentionsAfter({ body: text, mentions }, body, chosen) {
  const old = mentions ?? [];
  // Who was mentioned without a name in the text, as the author of what is answered, stays.
  const kept = old.filter(({ name }) => !names(text, name) || names(body, name));
  const added = [...chosen].filter(
    ({ id, name }) => names(body, name) && !old.some((one) => one.id === id),
  );
  return kept.length === old.length && !added.length ? null : [...kept, ...added];
}
