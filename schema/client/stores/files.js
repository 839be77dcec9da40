/** The files of a conversation: the messages that have some, the newest first. */

import { TalkError } from "../errors.js";
import { Listed } from "./listed.js";

/** @import {Connection, WithFiles} from "../types.js" */
/** @import {Documents} from "../documents.js" */

const PAGE = 30;

/** @extends {Listed<WithFiles>} */
export class FilesOf extends Listed {
  /**
   * @param {string} id the conversation's.
   * @param {{connection: Connection, documents: Documents}} shared
   */
  constructor(id, { connection, documents }) {
    super(connection, async (before, signal) => {
      const variables = { id, last: PAGE, before };
      const { conversation } = await connection.query(documents.files, variables, { signal });
      if (!conversation) throw new TalkError("NOT_FOUND", "There is no such conversation.");
      return pageOf(conversation.messages);
    });
  }
}

/**
 * A page from the newest to the oldest.
 * @param {{
 *   edges: {node: WithFiles}[], pageInfo: {hasPreviousPage: boolean, startCursor: string | null},
 * }} page
 */
function pageOf({ edges, pageInfo: { hasPreviousPage, startCursor } }) {
  const rows = edges.map(({ node }) => node).reverse();
  return { rows, pageInfo: { hasNextPage: hasPreviousPage, endCursor: startCursor } };
}
