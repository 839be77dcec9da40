/** What the viewer can do with a message: its menu, and the dialogs behind it. */

import { confirm, openDialog } from "../dialog.js";
import { openMenu } from "../menu.js";
import { h } from "../nodes.js";
import { report } from "../report.js";
import { quoteOf } from "./message.js";
import { toggle } from "./reactions.js";
import { nodesOf } from "./text.js";

/** @import {IconName} from "../icons.js" */
/** @import {MenuItem} from "../menu.js" */
/** @import {WordKey} from "../words.js" */
/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Row} Row */
/** @typedef {import("../../types.js").Message} Message */

const COMMON = ["👍", "❤️", "😂", "😮", "😢", "🎉", "🙏", "🔥", "👏", "✅", "👀", "💯"];

/**
 * Open the menu of a message.
 * @param {View} view
 * @param {HTMLElement} anchor
 * @param {Row} row
 * @param {{x: number, y: number}} [point]
 */
export function openActions(view, anchor, row, point) {
  const { message } = row;
  const actions = message ? actionsOf(view, anchor, row, message) : unsentActions(view, row);
  const items = actions.filter((item) => item !== false);
  if (items.length) openMenu(view.element, anchor, items, point);
}

/**
 * @param {View} view
 * @param {HTMLElement} anchor
 * @param {Row} row
 * @param {Message} message
 * @returns {(MenuItem | false)[]}
 */
function actionsOf(view, anchor, row, message) {
  const can = (/** @type {import("../../types.js").MessageCapability} */ what) =>
    message.viewerCan.includes(what);
  const { id } = message;
  const name = view.nameOf(row);
  const reportMessage = (/** @type {string} */ why) =>
    view.talk.reportMessage({ message: id, why });
  const text = (view.rows.revealed.get(row.key) ?? message).body;
  return [
    can("REPLY") && {
      label: view.t("reply"),
      icon: "reply",
      act: () => view.composer.reply(message),
    },
    can("REACT") && {
      label: view.t("react"),
      icon: "smile",
      // The row may have been made anew since the menu was opened.
      act: () => openPicker(view, view.partOf(row.key, "more") ?? anchor, message),
    },
    copyOf(view, message.removal ? "" : text),
    can("PIN") &&
      toggling(view, "pin", message.pinnedAt ? "unpin" : "pin", () =>
        (message.pinnedAt ? view.talk.unpinMessage : view.talk.pinMessage)({ message: id }),
      ),
    can("SAVE") &&
      toggling(view, "saved", message.viewerSaved ? "unsave" : "saveMessage", () =>
        (message.viewerSaved ? view.talk.unsaveMessage : view.talk.saveMessage)({ message: id }),
      ),
    !view.isOwn(row) &&
      view.snapshot.conversation?.viewerParticipation.status === "ACTIVE" &&
      toggling(view, "bell", "markUnreadFrom", () =>
        view.talk.markUnread({ conversationId: view.store.id, from: message.number }),
      ),
    can("EDIT") && { label: view.t("edit"), icon: "edit", act: () => view.composer.edit(row) },
    can("RETRACT") && {
      label: view.t("retract"),
      icon: "trash",
      isDanger: true,
      act: () =>
        confirm(view.element, view.t("retract"), view.t("retractText"), () =>
          view.store.retract(row),
        ),
    },
    can("REMOVE") && {
      label: view.t("removeMessage"),
      icon: "trash",
      isDanger: true,
      act: () =>
        confirm(view.element, view.t("removeMessage"), view.t("removeMessageText", { name }), () =>
          view.talk.removeMessage({ message: id }),
        ),
    },
    can("REPORT") && {
      label: view.t("report"),
      icon: "flag",
      act: () => report(view.element, view.talk, "reportMessageTitle", reportMessage, view.screen),
    },
  ];
}

/**
 * @param {View} view
 * @param {IconName} sign
 * @param {WordKey} key
 * @param {() => Promise<unknown>} act
 * @returns {MenuItem}
 */
function toggling(view, sign, key, act) {
  return { label: view.t(key), icon: sign, act: () => view.try(act) };
}

/**
 * Let the viewer choose an emoji.
 * @param {View} view
 * @param {HTMLElement} anchor
 * @param {Message} message
 */
export function openPicker(view, anchor, message) {
  const emoji = view.limits?.reactionEmoji ?? COMMON;
  const items = emoji.map((label) => ({ label, act: () => toggle(view, message, label) }));
  openMenu(view.element, anchor, items, undefined, "picker");
}

/** @param {View} view @param {Row} row @returns {(MenuItem | false)[]} */
function unsentActions(view, row) {
  const { unsent } = row;
  if (!unsent) return [];
  const retry = () => view.talk.outbox.retry(unsent.clientId);
  return [
    unsent.state === "refused" && {
      label: view.t("sendAgain"),
      icon: "send",
      act: () => view.try(retry),
    },
    copyOf(view, unsent.body),
    { label: view.t("edit"), icon: "edit", act: () => view.composer.edit(row) },
    {
      label: view.t("discard"),
      icon: "trash",
      isDanger: true,
      act: () => view.try(() => view.store.retract(row)),
    },
  ];
}

/** @param {View} view @param {string} text @returns {MenuItem | false} */
function copyOf(view, text) {
  // A page without encryption has no clipboard.
  if (!text || !navigator.clipboard) return false;
  const act = () => view.try(() => navigator.clipboard.writeText(text));
  return { label: view.t("copy"), icon: "copy", act };
}

/**
 * Show what a message said before.
 * @param {View} view
 * @param {Message} message
 */
export function showEdits(view, message) {
  return view.try(async () => {
    const edits = (await view.talk.edits(message.id)) ?? [];
    /** @param {string} body @param {string} when */
    const item = (body, when) =>
      h(
        "li",
        {},
        h("p", { class: "muted" }, when),
        h("p", { class: "body", dir: "auto" }, ...nodesOf(body)),
      );
    const until = edits.map(({ body, until: moment }) =>
      item(body, view.t("until", { time: view.language.date(moment, "full") })),
    );
    const list = h("ol", { class: "edits" }, item(message.body, view.t("now")), ...until);
    openDialog(view.element, { title: view.t("editsTitle"), body: [list] });
  });
}

/**
 * Show the branch that a message began. Each reply leads to its place in the thread.
 * @param {View} view
 * @param {Message} message
 */
export function showReplies(view, message) {
  return view.try(async () => {
    const replies = await view.talk.replies(message.id);
    const list = h("ul", { class: "branch", role: "list" });
    list.append(...[message, ...replies].map((one) => h("li", {}, quoteOf(view, one))));
    const title = view.t("replies", { count: message.replyCount });
    const dialog = openDialog(view.element, { title, body: [list] });
    // The dialog goes before the thread moves: it would give the focus back to where it was.
    list.addEventListener("click", () => dialog.close(), { capture: true });
  });
}
