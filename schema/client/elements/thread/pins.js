/** The bar above a thread that shows what was pinned last. Loaded after the first messages. */

import { keepFocus } from "../found.js";
import { icon } from "../icons.js";
import { h, place } from "../nodes.js";
import { sentenceOf, textOf } from "../sentences.js";
import { sheet } from "../theme.js";
import "../words/later.js";

/** @import {View} from "./view.js" */

const style = sheet(`
.pins {
  display: flex; align-items: center; gap: .4rem; padding: .1rem .6rem .1rem 1rem;
  border-bottom: 1px solid var(--_line); background: var(--_surface);
}
.pins > .icon { color: var(--_accent) }
.pins .newest-pin {
  flex: 1; min-width: 0; padding: .45rem; border: 0; background: none; font-size: .9em;
  overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
  text-align: -webkit-match-parent; text-align: match-parent;
  cursor: pointer;
}
`);

/**
 * Show the bar as long as something is pinned.
 * @param {View} view
 */
export async function showPinBar(view) {
  const { element, store, talk, top } = view;
  element.adopt(style);
  /** @type {unknown} */
  let shown = null;
  element.follow(store, ({ pins }) => {
    if (pins === shown) return;
    shown = pins;
    keepFocus(top, () => place(top, pins.length ? [bar(pins)] : []), view);
  });
  await store.loadPins();

  /** @param {import("../../types.js").ConversationSnapshot["pins"]} pins */
  function bar(pins) {
    const [{ message }] = pins;
    const text = sentenceOf(message, view.language, view.viewerId) ?? textOf(message).slice(0, 200);
    const name = message.sender?.name ?? view.t("someone");
    const jump = {
      type: "button",
      class: "newest-pin",
      dir: "auto",
      onclick: () => view.jumpTo(message.number),
    };
    const all = {
      type: "button",
      class: "button",
      "aria-haspopup": "dialog",
      onclick: () =>
        view.try(async () => {
          const { showPins } = await import("../messages-dialog.js");
          await showPins(element, talk, store.id);
        }),
    };
    return h(
      "section",
      { class: "pins", "aria-label": view.t("pinnedMessages") },
      icon("pin"),
      h("button", jump, `${name}: `, h("bdi", {}, text)),
      pins.length > 1 && h("button", all, view.t("allPins", { count: pins.length })),
    );
  }
}
