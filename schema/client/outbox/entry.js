/** A message in the outbox: what is known of it, and what is kept of it. */

import { Refusal, TalkError } from "../errors.js";

/** @typedef {import("../types.js").Named} Named */
/** @typedef {import("../types.js").Unsent} Unsent */
/** @typedef {import("../types.js").StoredUnsent} StoredUnsent */
/** @typedef {{body: string, mentions: Named[] | null}} Content what an edit can change. */

/**
 * An entry never changes. A change makes a new one, so that entries can be compared by `===`.
 * @typedef {Unsent & Pick<StoredUnsent, "position" | "tab" | "tried" | "messageId">} Entry
 */

/**
 * A UUID. Pages that came over plain HTTP have no `crypto.randomUUID`.
 * @returns {string}
 */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * @param {string} conversationId
 * @param {string} body
 * @param {import("../types.js").SendOptions & {draft?: number | null}} options
 * @param {{position: number, tab: string}} place
 * @returns {Entry}
 */
export function newEntry(conversationId, body, options, { position, tab }) {
  const { replyTo = null, mentions = null, mentionAll = false, draft = null } = options;
  return {
    clientId: newId(),
    conversationId,
    body,
    replyTo,
    mentions: named(mentions),
    mentionAll,
    draft,
    createdAt: new Date().toISOString(),
    state: "waiting",
    error: null,
    position,
    tab,
    tried: null,
    messageId: null,
  };
}

/**
 * @param {Entry} entry
 * @returns {StoredUnsent}
 */
export function toStored(entry) {
  const { error } = entry;
  return {
    ...entry,
    // Nobody knows after a crash what became of the request.
    state: entry.state === "sending" ? "waiting" : entry.state,
    error: error && {
      name: error instanceof Refusal ? "Refusal" : "TalkError",
      code: error.code,
      message: error.message,
      path: error instanceof Refusal ? error.path : [],
    },
  };
}

/**
 * @param {StoredUnsent} stored
 * @param {string} tab the tab that sends it from now on.
 * @returns {Entry}
 */
export function fromStored({ error, ...stored }, tab) {
  const ofRule = error?.name === "Refusal";
  return {
    ...stored,
    // What an earlier version of this code kept has none.
    draft: stored.draft ?? null,
    tab,
    error: error && (ofRule ? new Refusal(error) : new TalkError(error.code, error.message)),
  };
}

/**
 * @param {Entry} entry
 * @returns {Content}
 */
export const contentOf = ({ body, mentions }) => ({ body, mentions });

/**
 * No more of people than what is kept of them: a storage can't keep everything.
 * @param {Named[] | null} people
 */
export const named = (people) => people && people.map(({ id, name }) => ({ id, name }));

/** @param {Named[] | null} people */
export const idsOf = (people) => people && people.map(({ id }) => id);

/**
 * @param {Content} one
 * @param {Content} other
 */
export function isSame(one, other) {
  return one.body === other.body && String(idsOf(one.mentions)) === String(idsOf(other.mentions));
}
