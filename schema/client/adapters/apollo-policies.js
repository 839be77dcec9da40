/** How Apollo's cache keeps what Talk answers. */

import { relayStylePagination } from "@apollo/client/utilities";

import { joined } from "./pages.js";

/** @import {FieldMergeFunction, FieldPolicy, TypePolicies, TypePolicy} from "@apollo/client" */
/** @typedef {Extract<TypePolicy["keyFields"], (...given: any) => any>} KeyFieldsFunction */

/**
 * The policies for a server.
 * @param {string} [typePrefix] what the names of its types begin with: its option `TYPE_PREFIX`.
 * @returns {TypePolicies}
 */
export function typePolicies(typePrefix = "") {
  /** @type {TypePolicies} */
  const policies = {
    Message: {
      keyFields: newestOnly,
      fields: {
        edits: relayStylePagination(),
        reactions: { merge: false },
        replies: relayStylePagination(),
        seenBy: relayStylePagination(),
      },
    },
    // Parts of their message, which have no id.
    Reaction: { keyFields: false },
    Edit: { keyFields: false },
    LinkPreview: { keyFields: false },
    // Parts of their participation and their conversation.
    Draft: { keyFields: false },
    Pin: { keyFields: false },
    Conversation: {
      fields: {
        messages: { keyArgs: false, merge: mergeMessages },
        participants: relayStylePagination(["status", "search"]),
        pins: relayStylePagination(),
        // The host's own object, as a whole.
        data: { merge: false },
        // Only a change that was applied moves it on: what else is in the cache may be older than
        // an answer. Whoever follows from an earlier revision hears more than they need, and
        // misses nothing.
        revision: { merge: lowest },
      },
    },
  };
  const prefixed = Object.entries(policies).map(([name, policy]) => [typePrefix + name, policy]);
  return { ...Object.fromEntries(prefixed), Query: { fields: queries() } };
}

function queries() {
  return {
    blockedUsers: relayStylePagination(),
    inbox: fromFirstCursor(relayStylePagination(["filter"])),
    invitations: relayStylePagination(),
    mentions: relayStylePagination(),
    savedMessages: relayStylePagination(),
    searchMessages: relayStylePagination(["query", "in", "from", "since"]),
    users: relayStylePagination(["search"]),
  };
}

/**
 * The key under which the cache keeps a message. Of a copy that is older than the cache's own, it
 * leaves nothing to be written but what the cache does not have. Policies for fields can't do that:
 * they don't know of which revision a value is.
 * @type {KeyFieldsFunction}
 */
function newestOnly(message, { selectionSet, storeObject, readField }) {
  const { __typename, id } = message;
  if (id === undefined) return undefined;
  const key = `${__typename}:${id}`;
  // Without a selection, somebody only asks for the id.
  if (!selectionSet) return key;
  const ours = { __ref: key };
  const isOlder = Number(storeObject.revision) < Number(readField("revision", ours));
  if (!isOlder) return key;
  for (const name of Object.keys(storeObject)) {
    if (readField(name, ours) !== undefined) delete storeObject[name];
  }
  return key;
}

/** @type {FieldMergeFunction<any>} */
function mergeMessages(existing, incoming, { args, existingData, readField }) {
  // When a query is repeated, `existing` is left out. What the stream told meanwhile has to stay.
  const known = /** @type {any} */ (existingData ?? existing);
  return joined(known, incoming, args, ({ node }) => readField("number", node));
}

/** @type {FieldMergeFunction<number>} */
function lowest(existing, incoming, { existingData }) {
  const known = existingData ?? existing;
  return typeof known === "number" ? Math.min(known, incoming) : incoming;
}

/**
 * Pages of the inbox, with the `changesCursor` of the first one: only applied changes move it on.
 * @param {FieldPolicy} pages
 * @returns {FieldPolicy}
 */
function fromFirstCursor({ merge, ...policy }) {
  return {
    ...policy,
    merge(existing, incoming, options) {
      const page = /** @type {FieldMergeFunction} */ (merge)(existing, incoming, options);
      const changesCursor = (options.args?.after && existing?.changesCursor) || page.changesCursor;
      return { ...page, changesCursor };
    },
  };
}
