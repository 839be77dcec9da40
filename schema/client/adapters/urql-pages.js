/** Resolvers for Graphcache: pages of messages and of the inbox, with what the streams told. */

/** @import {Cache, Resolver} from "@urql/exchange-graphcache" */
/** @typedef {{__typename: any, edges: any[], pageInfo: Record<string, any>}} Page */

/** Fields of the cache alone: messages that any page had or the stream told, and changed rows. */
export const KEPT = { messages: "keptMessages", inbox: "changedParticipations" };

/**
 * The page that is asked for, with all messages that touch it by their numbers.
 * @type {Resolver<any, any>}
 */
export function messages(_parent, args, cache, { parentKey, fieldName }) {
  const pages = pagesOf(cache, parentKey, fieldName);
  const own = pageAt(cache, parentKey, cache.keyOfField(fieldName, args));
  if (!own) return undefined;
  const numberOf = (/** @type {any} */ edge) => Number(field(cache, edge, "node", "number"));
  const kept = [...linksOf(cache, parentKey, KEPT.messages), ...own.edges];
  const byNumber = new Map(kept.map((edge) => [numberOf(edge), edge]));
  // A page without messages was asked for before the first one was sent.
  let [first, last] = own.edges.length
    ? [own.edges[0], own.edges[own.edges.length - 1]].map(numberOf)
    : [Math.max(...byNumber.keys()) + 1, Math.max(...byNumber.keys())];
  while (byNumber.has(first - 1)) first -= 1;
  while (byNumber.has(last + 1)) last += 1;
  if (!byNumber.has(last)) return own;
  const [before, after] = [
    pages.find((page) => page.edges.length && numberOf(page.edges[0]) === first),
    pages.find((page) => page.edges.length && numberOf(page.edges.at(-1)) === last),
  ];
  const joined = [...byNumber].filter(([number]) => first <= number && number <= last);
  return {
    ...own,
    edges: joined.sort(([a], [b]) => a - b).map(([, edge]) => edge),
    pageInfo: {
      ...own.pageInfo,
      hasPreviousPage: before ? before.pageInfo.hasPreviousPage : first > 1,
      startCursor: cache.resolve(byNumber.get(first), "cursor"),
      hasNextPage: after ? after.pageInfo.hasNextPage : Math.max(...byNumber.keys()) > last,
      endCursor: cache.resolve(byNumber.get(last), "cursor"),
    },
  };
}

/**
 * All pages of an inbox that follow each other, the newest activity first. Without a filter, what
 * the stream told comes, goes and moves.
 * @param {string} __typename of its edges.
 * @returns {Resolver<any, any>}
 */
export function inboxOf(__typename) {
  return (_parent, args, cache, { parentKey, fieldName }) => {
    const own = pageAt(cache, parentKey, cache.keyOfField(fieldName, args));
    if (!own) return undefined;
    const told = args.filter ? [] : linksOf(cache, parentKey, KEPT.inbox);
    const pages = chainOf(cache, parentKey, fieldName, args.filter);
    const last = pages.at(-1) ?? own;
    const timeOf = (/** @type {any} */ node) =>
      Date.parse(String(cache.resolve(node, "lastActivityAt")));
    const edges = pages.flatMap((page) => page.edges);
    const byNode = new Map(edges.map((edge) => [cache.resolve(edge, "node"), edge]));
    const oldest = Math.min(...[...byNode.keys()].map(timeOf));
    for (const node of told) {
      // What is older than the last row comes with a later page.
      const isLater = last.pageInfo.hasNextPage && timeOf(node) < oldest;
      const isArchived = Boolean(cache.resolve(node, "archivedAt"));
      if (cache.resolve(node, "status") !== "ACTIVE" || isArchived) byNode.delete(node);
      else if (!byNode.has(node) && !isLater) byNode.set(node, { __typename, cursor: "", node });
    }
    const rows = [...byNode].sort(([a], [b]) => (told.length ? timeOf(b) - timeOf(a) : 0));
    return { ...own, edges: rows.map(([, edge]) => edge), pageInfo: last.pageInfo };
  };
}

/**
 * The first page of an inbox, and those that were asked for after it.
 * @param {Cache} cache
 * @param {string} parent
 * @param {string} name
 * @param {any} filter
 */
function chainOf(cache, parent, name, filter) {
  const textOf = (/** @type {any} */ value) => JSON.stringify(value ?? null);
  const fields = cache.inspectFields(parent).filter(
    (each) => each.fieldName === name && textOf(each.arguments?.filter) === textOf(filter),
  );
  const pages = [];
  for (let next = fields.find(({ arguments: given }) => given?.after == null); next; ) {
    const page = pageAt(cache, parent, next.fieldKey);
    if (!page) break;
    pages.push(page);
    const end = page.pageInfo.endCursor;
    next = fields.find(({ arguments: given }) => end && given?.after === end);
  }
  return pages;
}

/**
 * @param {Cache} cache
 * @param {string} parent
 * @param {string} name
 */
function pagesOf(cache, parent, name) {
  const fields = cache.inspectFields(parent).filter(({ fieldName }) => fieldName === name);
  const pages = fields.map(({ fieldKey }) => pageAt(cache, parent, fieldKey));
  return pages.filter((page) => page !== null);
}

/**
 * @param {Cache} cache
 * @param {string} parent
 * @param {string | null} fieldKey
 * @returns {Page | null}
 */
function pageAt(cache, parent, fieldKey) {
  const page = fieldKey && cache.resolve(parent, fieldKey);
  if (typeof page !== "string") return null;
  const names = ["__typename", "hasPreviousPage", "hasNextPage", "startCursor", "endCursor"];
  const pageInfo = names.map((name) => [name, field(cache, page, "pageInfo", name)]);
  return {
    __typename: cache.resolve(page, "__typename"),
    edges: linksOf(cache, page, "edges"),
    pageInfo: Object.fromEntries(pageInfo),
  };
}

/**
 * @param {Cache} cache
 * @param {any} entity
 * @param {string} link
 * @param {string} name
 */
function field(cache, entity, link, name) {
  return cache.resolve(/** @type {any} */ (cache.resolve(entity, link)), name);
}

/**
 * @param {Cache} cache
 * @param {string} entity
 * @param {string} name
 * @returns {any[]}
 */
function linksOf(cache, entity, name) {
  return /** @type {any[]} */ (cache.resolve(entity, name) ?? []);
}
