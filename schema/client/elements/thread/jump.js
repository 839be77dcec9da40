/** Goes to a message of the thread, wherever it is. */

import { notice } from "../notice.js";
import "../words/later.js";

/** @import {View} from "./view.js" */

/** For how many milliseconds the message stands out. */
const FLASH = 1_600;

/**
 * @param {View} view
 * @param {number} number
 */
export async function jumpTo(view, number) {
  if (!view.messageOf(number)) await view.store.jumpTo({ number });
  const row = view.snapshot.rows.find(({ message }) => message?.number === number);
  if (!row) return notice(view.element, view.t("messageGone"), view.screen);
  view.list.jump(row.key);
  view.list.focus(row.key);
  const node = view.list.row(row.key);
  node?.classList.add("flash");
  setTimeout(() => node?.classList.remove("flash"), FLASH);
}
