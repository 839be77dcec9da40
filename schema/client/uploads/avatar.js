/** Gives a group a picture: uploads the file, and sets it as soon as the server has checked it. */

import { Refusal, TalkError } from "../errors.js";
import { askUntilAnswered } from "../stores/asking.js";

/** @import {Connection, Talk} from "../types.js" */
/** @import {Verbs} from "../verbs.js" */
/** @import {Uploads} from "./index.js" */

/** How often it is asked whether a file is checked: for about a minute. A check may wait for a worker. */
const MOST = 8;

/**
 * @param {Pick<Connection, "whenBack">} connection
 * @param {Pick<Uploads, "upload">} uploads
 * @param {Pick<Verbs, "updateConversation">} verbs
 * @returns {Talk["setAvatar"]}
 */
export function avatarSetter(connection, uploads, { updateConversation }) {
  return async (conversationId, file, options = {}) => {
    const { signal = new AbortController().signal } = options;
    const { id } = await uploads.upload(file, options);
    let asked = 0;
    const ask = async () => {
      try {
        return await updateConversation({ conversationId, avatarFile: id });
      } catch (error) {
        const isEarly = error instanceof Refusal && error.retryAfter !== null;
        asked += Number(isEarly);
        if (!isEarly || asked === MOST) throw error;
        const { code, message, retryAfter } = error;
        throw new TalkError(code, message, { retryable: true, retryAfter: retryAfter ?? 0 });
      }
    };
    try {
      return (await askUntilAnswered(connection, ask, signal)).conversation;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
}
