/** What is scheduled, in a line above the box, and the button "Send later". Loaded after the first messages. */

import { icon } from "../icons.js";
import { h, place } from "../nodes.js";
import { notice } from "../notice.js";
import { sheet } from "../theme.js";
import "../words/later.js";

/** @import {View} from "./view.js" */

const style = sheet(`
.scheduled {
  display: flex; align-items: center; gap: .5em; width: fit-content; max-width: calc(100% - 24px);
  margin: 0 max(12px, 50% - 30rem) 4px; padding: .3em .8em .3em .6em; border: 0; border-radius: 99px;
  background: var(--_hover); font-size: .85em; text-align: start; cursor: pointer;
}
.scheduled:hover { background: color-mix(in srgb, var(--_text) 11%, transparent) }
.scheduled .icon-clock { color: var(--_muted) }
.later { align-self: flex-end; margin-block: 0 1.5px }
.later:not(:has(+ .attach:not([hidden]))) { margin-inline-end: .25em }
.box:placeholder-shown ~ .later, .tray:not([hidden]) ~ form .later,
.banner:not([hidden]):has(.icon-edit) ~ form .later { display: none }
`);

/** @param {View} view */
export function showScheduled(view) {
  const { element, talk, store, foot } = view;
  element.adopt(style);
  const open = () =>
    view.try(async () => (await import("./scheduled-list.js")).showScheduledList(view));
  const button = { type: "button", "aria-haspopup": "dialog", onclick: open };
  const line = h("button", { ...button, class: "scheduled", hidden: true });
  foot.node.before(line);
  element.follow(talk.scheduled(store.id), ({ rows }) => {
    const refused = rows.filter(({ refusal }) => refusal).length;
    const waiting = rows.length - refused;
    const words = [
      waiting && view.t("scheduled", { count: waiting }),
      refused && view.t("notSent", { count: refused }),
    ];
    line.hidden = !rows.length;
    line.classList.toggle("refusal", refused > 0);
    const said = h("span", { dir: "auto" }, words.filter(Boolean).join(" · "));
    place(line, [icon(refused ? "warning" : "clock"), said]);
  });
  offerLater(view);
}

/** Let the viewer send later: by a button, by Alt and Enter, or by a long press on "Send". @param {View} view */
function offerLater(view) {
  const { composer, element, screen } = view;
  const { box, button: send, left } = composer;
  const open = () => {
    if (view.files?.tray.files.length) return notice(element, view.t("filesNotLater"), screen);
    if (send.disabled) return;
    view.try(async () => (await import("./send-later.js")).openLater(view, later));
  };
  const label = { "aria-label": view.t("sendLater"), "aria-haspopup": "menu" };
  const button = { type: "button", class: "round later", ...label, title: view.t("sendLater") };
  const later = h("button", { ...button, onclick: open }, icon("clock"));
  left.after(later);
  send.addEventListener("contextmenu", (event) => {
    if (composer.edited) return;
    event.preventDefault();
    open();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.altKey || event.isComposing || composer.edited) return;
    event.preventDefault();
    open();
  });
}
