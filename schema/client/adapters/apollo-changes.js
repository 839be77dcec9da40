/** Applies changes that a stream told to the lists in Apollo's cache. */

/** @import {ApolloCache, Reference} from "@apollo/client" */
/** @typedef {{node: Reference, cursor?: string}} Edge */

/**
 * Apply a change that `conversationChanges` told. It has to have `revision`, `conversation { id }`
 * and `messageEdge { cursor node { id number … } }`. The cache has changed the messages that it
 * knows already. A new one is added to `Conversation.messages`, if these reach up to it.
 * @param {ApolloCache} cache
 * @param {{revision: number, conversation: any, messageEdge?: any}} change
 */
export function applyConversationChange(cache, { revision, conversation, messageEdge }) {
  cache.modify({
    id: cache.identify(conversation),
    fields: {
      revision: (known) => Math.max(known, revision),
      messages(page, { readField, toReference }) {
        const node = messageEdge && toReference(messageEdge.node);
        if (!node || page.pageInfo?.hasNextPage) return page;
        const { number } = messageEdge.node;
        const end = page.edges.at(-1);
        const last = end ? Number(readField("number", end.node)) : number - 1;
        if (number <= last) return page;
        // What lies between is not known, and can be asked for.
        if (number > last + 1) {
          return { ...page, pageInfo: { ...page.pageInfo, hasNextPage: true } };
        }
        const pageInfo = page.pageInfo && { ...page.pageInfo, endCursor: messageEdge.cursor };
        return { ...page, edges: [...page.edges, { ...messageEdge, node }], pageInfo };
      },
    },
  });
}

/**
 * Apply a change that `inboxChanges` told. It has to have `cursor` and `participation { id status
 * archivedAt lastActivityAt … }`. Its row moves to its place in the inbox, or out of it. Inboxes with a
 * filter stay as they are. `unreadTotal` without muted conversations follows if the change has it.
 * @param {ApolloCache} cache
 * @param {{cursor: string, participation: any, unreadTotal?: number}} change
 */
export function applyInboxChange(cache, { cursor, participation, unreadTotal }) {
  const { __typename, status, archivedAt = null, lastActivityAt } = participation;
  cache.modify({
    id: "ROOT_QUERY",
    fields: {
      unreadTotal: (known, { storeFieldName }) =>
        storeFieldName.includes('"muted":true') ? known : (unreadTotal ?? known),
      inbox(page, { readField, storeFieldName, toReference }) {
        const node = toReference(participation);
        if (!node || storeFieldName.includes('"filter":{')) return page;
        const isIts = (/** @type {Edge} */ edge) => edge.node.__ref === node.__ref;
        const isOlder = (/** @type {Edge} */ edge) =>
          Date.parse(String(readField("lastActivityAt", edge.node))) < Date.parse(lastActivityAt);
        const edges = page.edges.filter((/** @type {Edge} */ edge) => !isIts(edge));
        const index = edges.findIndex(isOlder);
        const isThere = status === "ACTIVE" && archivedAt === null;
        if (isThere && (index >= 0 || !page.pageInfo?.hasNextPage)) {
          const known = page.edges.find(isIts);
          const edge = known ?? { __typename: `${__typename}Edge`, cursor: "", node };
          edges.splice(index < 0 ? edges.length : index, 0, edge);
        }
        return { ...page, edges, changesCursor: cursor };
      },
    },
  });
}
