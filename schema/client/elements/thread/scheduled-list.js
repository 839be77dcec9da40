/** The dialog with what is scheduled in a conversation. Loaded when somebody opens it. */

import { confirm, openDialog } from "../dialog.js";
import { keepFocus } from "../found.js";
import { icon } from "../icons.js";
import { h, place } from "../nodes.js";
import { attempt } from "../notice.js";
import { sheet } from "../theme.js";

/** @import {View} from "./view.js" */
/** @import {WordKey} from "../words.js" */
/** @import {ScheduledMessage} from "../../types.js" */

const style = sheet(`
.later-list li { display: flex; align-items: start; gap: .6rem; padding-block: .7rem }
.later-list li + li { border-top: 1px solid var(--_line) }
.later-list li > div { flex: 1; min-width: 0 }
.later-list .text {
  display: -webkit-box; overflow: hidden; white-space: pre-wrap; -webkit-box-orient: vertical;
  -webkit-line-clamp: 4;
}
.later-list + :empty { display: none }
.later-list .when { display: flex; gap: .4em; padding-top: .2rem; font-size: .86em }
`);

/** Why a message was not sent, by the code of the refusal. @type {Record<string, WordKey>} */
const REASONS = {
  SUSPENDED: "cannotSuspended",
  NOT_REACHABLE: "cannotReach",
  UNKNOWN_USER: "cannotReach",
};

/** How much of a text names the button that cancels it. */
const NAME = 60;

/** @param {View} view */
export function showScheduledList(view) {
  const { composer, element, language, store, talk } = view;
  element.adopt(style);
  const title = view.t("scheduledMessages");
  const list = h("ul", { class: "later-list", role: "list", "aria-label": title });
  const below = h("div", { role: "status" });
  const scheduled = talk.scheduled(store.id);
  const dialog = openDialog(element, { title, body: [list, below], onclose: () => end() });
  const end = element.follow(scheduled, ({ rows, state, error }) => {
    const isNothing = state === "ready" && !rows.length;
    keepFocus(dialog, () => {
      place(list, rows.map(itemOf));
      place(below, [
        error && h("p", { class: "refusal" }, element.sentence(error)),
        isNothing && h("p", { class: "muted" }, view.t("nothingScheduled")),
      ]);
    });
  });
  // What another device does is told by the inbox. If that missed it, here it is.
  void scheduled.refresh();

  /** @param {ScheduledMessage} message */
  function itemOf(message) {
    const { body, at, refusal } = message;
    const label = view.t("unscheduleName", { text: body.slice(0, NAME) });
    const button = { type: "button", class: "round", "aria-label": label };
    return h(
      "li",
      {},
      h(
        "div",
        {},
        h("p", { class: "text", dir: "auto" }, body),
        refusal && h("p", { class: "when refusal" }, icon("warning"), reasonOf(refusal)),
        h("p", { class: "when muted" }, h("time", { dateTime: at }, language.date(at, "full"))),
      ),
      h("button", { ...button, onclick: () => cancel(message) }, icon("trash")),
    );
  }

  /** @param {string} refusal */
  function reasonOf(refusal) {
    return view.t(REASONS[refusal] ?? "cannotSend");
  }

  /** @param {ScheduledMessage} message */
  async function cancel({ clientId, body, replyTo, mentions }) {
    const act = () => talk.cancelScheduledMessage({ conversationId: store.id, clientId });
    const isFree = !composer.edited && composer.box.value === "";
    if (!isFree) return confirm(element, view.t("unschedule"), view.t("unscheduleSure"), act);
    if (!(await attempt(element, act, dialog))) return;
    composer.draft.write({ body, replyTo, mentions: mentions ?? [] });
    dialog.close();
    composer.box.focus();
  }
}
