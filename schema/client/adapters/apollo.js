/** Apollo Client on Talk: policies for its cache, a link, and functions that apply changes. */

import { ApolloLink, Observable } from "@apollo/client";
import { print } from "graphql";

import { follow } from "./resuming.js";

/** @import {Connection} from "../types.js" */

export { applyConversationChange, applyInboxChange } from "./apollo-changes.js";
export { typePolicies } from "./apollo-policies.js";
export { possibleTypes } from "./possible-types.js";

/**
 * A link that ends a chain: it sends all operations over the connection of this package. Its
 * subscriptions go on by themselves after a cut.
 * @param {Pick<Connection, "query" | "subscribe">} connection as `connect` or `createTalk` make it.
 */
export function talkLink(connection) {
  return new ApolloLink(({ query: document, variables, operationType }) => {
    const text = print(document);
    return new Observable((observer) => {
      const tell = {
        next: (/** @type {any} */ data) => observer.next({ data }),
        error: (/** @type {Error} */ error) => observer.error(error),
        complete: () => observer.complete(),
      };
      if (operationType === "subscription") {
        return follow(connection, { document, text, variables }, tell);
      }
      const running = new AbortController();
      connection.query(text, variables, { signal: running.signal }).then((data) => {
        tell.next(data);
        tell.complete();
      }, tell.error);
      return () => running.abort();
    });
  });
}
