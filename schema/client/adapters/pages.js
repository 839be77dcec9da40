/** Joins pages of a conversation's messages by their numbers, which have no gaps. */

/**
 * @template Edge
 * @typedef {{edges: readonly Edge[], pageInfo?: Record<string, any>}} Page
 */

/**
 * What is known of the messages once `page` came, too. Pages that neither overlap nor touch are not
 * joined: then `page` alone is left.
 * @template {Page<any>} P
 * @param {P | undefined} known
 * @param {P} page
 * @param {Record<string, any> | null} asked the arguments that `page` was asked for with.
 * @param {(edge: P["edges"][number]) => number | undefined} numberOf
 * @returns {P}
 */
export function joined(known, page, asked, numberOf) {
  if (!known?.edges.length) return page;
  if (!page.edges.length) return { ...known, pageInfo: atEnd(known, page, asked) };
  const [old, fresh] = [known, page].map(({ edges }) => {
    const byNumber = new Map(edges.map((edge) => [numberOf(edge) ?? NaN, edge]));
    return { byNumber, first: Math.min(...byNumber.keys()), last: Math.max(...byNumber.keys()) };
  });
  const touches = fresh.first <= old.last + 1 && old.first <= fresh.last + 1;
  if (!touches) return page;
  const byNumber = [...new Map([...old.byNumber, ...fresh.byNumber])].sort(([a], [b]) => a - b);
  const { hasPreviousPage, startCursor } = (fresh.first <= old.first ? page : known).pageInfo ?? {};
  const { hasNextPage, endCursor } = (fresh.last >= old.last ? page : known).pageInfo ?? {};
  const ends = defined({ hasPreviousPage, startCursor, hasNextPage, endCursor });
  const pageInfo = { ...known.pageInfo, ...page.pageInfo, ...ends };
  return { ...known, ...page, edges: byNumber.map(([, edge]) => edge), pageInfo };
}

/**
 * An empty page says that there is nothing more on its side.
 * @param {Page<any>} known
 * @param {Page<any>} page
 * @param {Record<string, any> | null} asked
 */
function atEnd({ pageInfo }, page, asked) {
  const { hasPreviousPage, hasNextPage } = page.pageInfo ?? {};
  if (asked?.before) return { ...pageInfo, ...defined({ hasPreviousPage }) };
  return asked?.after ? { ...pageInfo, ...defined({ hasNextPage }) } : pageInfo;
}

/** @param {Record<string, any>} fields those that were selected. */
function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
