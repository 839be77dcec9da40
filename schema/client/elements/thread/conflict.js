/** A draft that was changed on two devices at the same time: both texts, and what becomes of them. */

import { h } from "../nodes.js";
import { sheet } from "../theme.js";
import "../words/later.js";

/** @import {WordKey} from "../words.js" */
/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").DraftStore} DraftStore */

const style = sheet(`
.conflict {
  display: grid; gap: .5rem; margin: 0 .6rem .5rem; padding: .7rem .9rem; border-radius: 12px;
  background: var(--_warning);
}
.conflict blockquote {
  max-height: 6em; margin: 0; overflow: auto; white-space: pre-wrap; font-size: .93em;
}
.conflict .choices { display: flex; flex-wrap: wrap; gap: .5rem }
`);

/**
 * Ask which of both is kept. The box below has this device's own text.
 * @param {View} view
 * @param {DraftStore} draft
 * @param {HTMLElement} composer what it stands above.
 */
export function showConflict(view, draft, composer) {
  const { conflict } = draft.getSnapshot();
  const before = composer.querySelector(".conflict");
  if (before?.matches(":focus-within")) view.composer.box.focus();
  if (!conflict) return before?.remove();
  view.element.adopt(style);
  /** @param {"mine" | "theirs" | "both"} what @param {WordKey} key */
  const choice = (what, key) =>
    h("button", { type: "button", class: "button", onclick: () => choose(what) }, view.t(key));
  const node = h(
    "section",
    { class: "conflict", role: "alert" },
    h("p", {}, view.t(conflict.body ? "draftConflict" : "draftGone")),
    conflict.body && h("blockquote", { dir: "auto" }, conflict.body),
    h(
      "div",
      { class: "choices" },
      choice("mine", "keepMine"),
      choice("theirs", conflict.body ? "keepTheirs" : "discard"),
      conflict.body && choice("both", "keepBoth"),
    ),
  );
  if (before) before.replaceWith(node);
  else composer.prepend(node);

  /** @param {"mine" | "theirs" | "both"} what */
  function choose(what) {
    node.remove();
    draft.resolve(what);
    view.composer.box.focus();
  }
}
