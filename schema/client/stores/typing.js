/** Who is typing in a conversation. */

import { Lingering } from "./lingering.js";
import { unlessSame } from "./same.js";

/** @import {Connection, Named} from "../types.js" */
/** @import {Documents} from "../documents.js" */
/** @import {InboxFeed} from "./inbox.js" */

/** @type {readonly Named[]} */
const NOBODY = [];

/**
 * @param {string} id the conversation's.
 * @param {{connection: Connection, documents: Documents, feed: InboxFeed}} shared
 * @returns {Lingering<readonly Named[]>}
 */
export function typingStore(id, { connection, documents, feed }) {
  const store = new Lingering(NOBODY, () => {
    /** @type {(() => void) | null} */
    let unsubscribe = null;
    const subscribe = () => {
      unsubscribe ??= connection.subscribe(documents.typing, () => ({ id }), {
        next: ({ typing }) => {
          const users = typing.users.length ? typing.users : NOBODY;
          store.set(unlessSame(store.getSnapshot(), users));
        },
        end: () => {
          unsubscribe = null;
          store.set(NOBODY);
        },
      });
    };
    subscribe();
    const ends = [
      // The viewer may come back to a conversation that they left.
      feed.follow(({ conversation, status }) => {
        if (conversation.id === id && status === "ACTIVE") subscribe();
      }),
      // It may have failed.
      connection.whenBack(subscribe),
      // Nobody tells who stops typing then.
      connection.state.subscribe(() => {
        if (connection.state.getSnapshot() !== "live") store.set(NOBODY);
      }),
    ];
    return () => {
      for (const end of ends) end();
      unsubscribe?.();
      store.set(NOBODY);
    };
  });
  return store;
}
