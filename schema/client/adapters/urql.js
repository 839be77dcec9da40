/** urql on Talk: an exchange, and the options of Graphcache. */

import { stringifyDocument, subscriptionExchange } from "@urql/core";

import { Newest } from "./newest.js";
import { follow } from "./resuming.js";

/** @import {Exchange, Operation} from "@urql/core" */
/** @import {DocumentNode} from "graphql" */
/** @import {Connection} from "../types.js" */
/** @import {Observer} from "./resuming.js" */

export { cacheOptions } from "./urql-cache.js";
export { possibleTypes } from "./possible-types.js";

/**
 * An exchange that ends a list: it sends all operations over the connection of this package. Its
 * subscriptions go on by themselves after a cut. A message of an answer that a change has overtaken
 * is asked for anew before it reaches a cache.
 * @param {Pick<Connection, "query" | "subscribe">} connection as `connect` or `createTalk` make it.
 * @returns {Exchange}
 */
export function talkExchange(connection) {
  const newest = new Newest((document, variables) =>
    connection.query(stringifyDocument(document), variables),
  );
  /** How far each conversation was followed. @type {Map<string, number>} */
  const followed = new Map();

  /**
   * @param {string} text
   * @param {Operation} operation
   * @param {Observer} observer
   */
  function run(text, { kind, query, variables: given }, observer) {
    const document = /** @type {DocumentNode} */ (query);
    const variables = given ?? {};
    if (kind === "subscription") {
      const next = (/** @type {any} */ data) => {
        newest.note(data, document);
        observer.next(data);
      };
      return follow(connection, { document, text, variables }, { ...observer, next }, followed);
    }
    const running = new AbortController();
    connection
      .query(text, variables, { signal: running.signal })
      .then((data) => newest.renewed(data, document, variables))
      .then((data) => {
        observer.next(data);
        observer.complete();
      })
      .catch(observer.error);
    return () => running.abort();
  }

  return subscriptionExchange({
    enableAllOperations: true,
    forwardSubscription: ({ query = "" }, operation) => ({
      subscribe: (observer) => {
        const stop = run(query, operation, {
          next: (data) => observer.next({ data }),
          error: (error) => observer.error(error),
          complete: () => observer.complete(),
        });
        return { unsubscribe: stop };
      },
    }),
  });
}
