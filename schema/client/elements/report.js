/** Asks for a reason, and reports somebody or something. */

import { ask } from "./dialog.js";
import { notice } from "./notice.js";

/** @import {TalkElement} from "./base.js" */
/** @import {Talk} from "../types.js" */
/** @import {WordKey} from "./words.js" */

/**
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {WordKey} title
 * @param {(why: string) => Promise<unknown>} act
 * @param {ParentNode & Node} where what was done is said here.
 */
export async function report(element, talk, title, act, where) {
  const isDone = await ask(element, {
    title: element.t(title),
    text: element.t("reportHint"),
    action: element.t("report"),
    field: {
      label: element.t("reason"),
      isLong: true,
      maxLength: talk.limits.getSnapshot()?.reasonLength,
    },
    act,
  });
  if (isDone) notice(element, element.t("reported"), where);
}
