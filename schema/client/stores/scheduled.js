/** The messages that the viewer has scheduled in a conversation, the earliest first. */

import { TalkError } from "../errors.js";
import { Listed } from "./listed.js";

/** @import {Connection, InboxRow, ScheduledMessage} from "../types.js" */
/** @import {Documents} from "../documents.js" */
/** @import {InboxFeed} from "./inbox.js" */

/** There is one page of them. */
const ALL = { hasNextPage: false, endCursor: null };
/** By how many milliseconds the clock of the server may be ahead of what is known of it. */
const SLACK = 5_000;

/** @extends {Listed<ScheduledMessage>} */
export class ScheduledIn extends Listed {
  #connection;

  /**
   * @param {string} id the conversation's.
   * @param {{connection: Connection, documents: Documents, feed: InboxFeed}} shared
   */
  constructor(id, { connection, documents, feed }) {
    const ask = async (/** @type {string | null} */ _, /** @type {AbortSignal} */ signal) => {
      const { conversation } = await connection.query(documents.scheduledMessages, { id }, { signal });
      if (!conversation) throw new TalkError("NOT_FOUND", "There is no such conversation.");
      return { rows: conversation.viewerParticipation.scheduledMessages, pageInfo: ALL };
    };
    super(connection, ask, () =>
      feed.follow(
        (row, before) => {
          if (row.conversation.id === id && this.#mayHaveChanged(row, before)) this.again();
        },
        () => this.again(),
      ),
    );
    this.#connection = connection;
  }

  /**
   * The inbox tells that a row has changed, and not what has. A scheduled message may have been sent
   * or refused when one is due. Another device may have scheduled or cancelled one when nothing
   * else explains the change, or when the draft is gone.
   * @param {InboxRow} row
   * @param {InboxRow | undefined} before
   */
  #mayHaveChanged(row, before) {
    const soon = this.#connection.now() + SLACK;
    const isDue = this.getSnapshot().rows.some(
      ({ at, refusal }) => refusal === null && Date.parse(at) <= soon,
    );
    return isDue || !before || (before.draft && !row.draft) || reasonOf(row) === reasonOf(before);
  }
}

/** What explains most changes of a row: other messages, what was read, and a draft. @param {InboxRow} row */
function reasonOf({ conversation, lastReadNumber, draftVersion }) {
  return `${conversation.revision} ${lastReadNumber} ${draftVersion}`;
}
