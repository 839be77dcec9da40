/** A sentence that appears for a while: what went wrong, or what was done. */

import { h } from "./nodes.js";
import { sheet } from "./theme.js";

/** @import {TalkElement} from "./base.js" */

/** How long a notice stays, in milliseconds. */
const WHILE = 6_000;

const style = sheet(`
.notice {
  position: absolute; inset-inline: 1rem; bottom: 1rem; z-index: 3; width: fit-content;
  margin-inline: auto;
  padding: .65em 1.1em; border-radius: 12px; background: var(--_text); color: var(--_background);
  box-shadow: var(--_shadow); animation: rise .16s ease-out;
}
.undo {
  margin-inline-start: 1em; padding: 0; border: 0; background: none; font-weight: 650;
  text-decoration: underline; cursor: pointer;
}
`);

/**
 * Say something at the lower edge of an element, or of a dialog in it.
 * @param {TalkElement} element
 * @param {string} text
 * @param {ParentNode & Node} [where]
 * @param {() => unknown} [undo] what takes it back again.
 */
export function notice(element, text, where = element.root, undo) {
  element.adopt(style);
  where.querySelector(".notice")?.remove();
  const button =
    undo && h("button", { type: "button", class: "undo", onclick: undo }, element.t("undo"));
  const node = h("p", { class: "notice", role: "alert" }, text, button);
  where.append(node);
  const timer = setTimeout(() => end(), WHILE);
  const end = element.until(() => {
    clearTimeout(timer);
    const hadFocus = node.matches(":focus-within");
    node.remove();
    if (hadFocus) element.refocus(node);
  });
  node.addEventListener("click", end);
}

/**
 * Do something, and say what went wrong where it was asked for.
 * @param {TalkElement} element
 * @param {() => Promise<unknown>} act
 * @param {ParentNode & Node} [where]
 */
export async function attempt(element, act, where) {
  try {
    await act();
    return true;
  } catch (error) {
    if (element.isConnected) notice(element, element.sentence(error), where);
    return false;
  }
}
