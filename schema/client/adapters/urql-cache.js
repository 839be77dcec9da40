/** How Graphcache keeps what Talk answers. */

import { gql } from "@urql/core";

import { EMBEDDED, introspectionOf } from "./introspection.js";
import { inboxOf, messages, KEPT } from "./urql-pages.js";

/** @import {Cache, CacheExchangeOpts, KeyGenerator} from "@urql/exchange-graphcache" */
/** @import {UpdateResolver} from "@urql/exchange-graphcache" */

const TOTAL = gql`
  query UnreadTotal {
    unreadTotal
  }
`;

/**
 * Options for `cacheExchange`, to be spread into it. A server with more fields than Talk's has a
 * `schema` of its own to be given after them.
 * @param {string} [typePrefix] what names of types begin with: the option `TYPE_PREFIX`.
 * @returns {Required<Pick<CacheExchangeOpts, "keys" | "resolvers" | "schema" | "updates">>}
 */
export function cacheOptions(typePrefix = "") {
  /** @type {Record<string, KeyGenerator>} */
  const keys = Object.fromEntries(EMBEDDED.map((name) => [typePrefix + name, () => null]));
  const conversation = `${typePrefix}Conversation`;
  // A message has the same cursor on all pages.
  keys[`${typePrefix}MessageEdge`] = ({ node }) => /** @type {any} */ (node)?.id ?? null;
  return {
    keys,
    schema: introspectionOf(typePrefix),
    resolvers: {
      Query: { inbox: inboxOf(`${typePrefix}ParticipationEdge`) },
      [conversation]: { messages },
    },
    updates: {
      Subscription: { inboxChanges, conversationChanges: changesOf(conversation) },
      [conversation]: { messages: keepPage },
    },
  };
}

/**
 * Keeps each message that the stream tells, with its place on the pages.
 * @param {string} type
 * @returns {UpdateResolver<any, any>}
 */
function changesOf(type) {
  return ({ conversationChanges: { messageEdge } }, { id }, cache) => {
    const conversation = cache.keyOfEntity({ __typename: type, id });
    if (messageEdge) keep(cache, conversation, KEPT.messages, [messageEdge]);
  };
}

/** @type {UpdateResolver<any>} */
function keepPage({ messages }, _args, cache, { parentKey }) {
  keep(cache, parentKey, KEPT.messages, messages?.edges ?? []);
}

/** @type {UpdateResolver<any>} */
function inboxChanges({ inboxChanges: { participation, unreadTotal } }, _args, cache) {
  keep(cache, "Query", KEPT.inbox, [participation]);
  if (unreadTotal === undefined) return;
  cache.updateQuery({ query: TOTAL }, (known) => known && { ...known, unreadTotal });
}

/**
 * @param {Cache} cache
 * @param {string | null} parent
 * @param {string} field
 * @param {any[]} entities
 */
function keep(cache, parent, field, entities) {
  const known = new Set(/** @type {string[]} */ (cache.resolve(parent, field) ?? []));
  const size = known.size;
  for (const each of entities) {
    const key = cache.keyOfEntity(each);
    if (key) known.add(key);
  }
  if (known.size > size) cache.link(parent, field, [...known]);
}
