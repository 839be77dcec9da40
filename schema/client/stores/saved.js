/** The messages that the viewer saved. */

import { Listed } from "./listed.js";

/** @import {Connection, Saved} from "../types.js" */
/** @import {Documents} from "../documents.js" */

const PAGE = 30;

/** @extends {Listed<Saved>} */
export class SavedMessages extends Listed {
  /**
   * @param {Connection} connection
   * @param {Documents} documents
   */
  constructor(connection, documents) {
    super(connection, async (after, signal) => {
      const variables = { first: PAGE, after };
      const answer = await connection.query(documents.savedMessages, variables, { signal });
      const { edges, pageInfo } = answer.savedMessages;
      return { rows: edges.map(savedOf), pageInfo };
    });
  }
}

/** @param {{savedAt: string, node: Saved["message"]}} edge */
function savedOf({ savedAt, node }) {
  return { savedAt, message: node };
}
