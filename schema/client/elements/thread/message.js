/** Makes the bubble of a message, and what stands around it. */

import { icon } from "../icons.js";
import { h } from "../nodes.js";
import { avatarOf } from "../people.js";
import { sentenceOf, textOf } from "../sentences.js";
import { reactionsOf } from "./reactions.js";
import { isEmojiOnly, nodesOf } from "./text.js";

/** @import {Actions, View} from "./view.js" */
/** @import {Revealed} from "./rows.js" */
/** @typedef {import("../../types.js").Row} Row */
/** @typedef {import("../../types.js").Message} Message */
/** @typedef {import("../../types.js").Unsent} Unsent */
/** @typedef {{sentence: string | null, starts: boolean, ends: boolean, revealed?: Revealed}} Look */

/** Two lines of a quote are seen, and no more letters than this. */
const QUOTED = 300;

/**
 * When a message was sent, or written.
 * @param {Row} row
 */
export function timeOf({ message, unsent }) {
  return message ? message.sentAt : unsent.createdAt;
}

/**
 * @param {View} view
 * @param {Row} row
 * @param {Look} look
 */
export function lineOf(view, row, look) {
  const { message } = row;
  const isOwn = view.isOwn(row);
  const isNamed =
    !isOwn && look.starts && (message?.announced || view.snapshot.conversation?.kind === "GROUP");
  return h(
    "div",
    { class: "line" },
    !isOwn && h("div", { class: "side" }, look.starts && message && pictureOf(message)),
    h(
      "div",
      { class: "stack" },
      isNamed && h("p", { class: "name", dir: "auto" }, view.nameOf(row)),
      h("div", { class: "beside" }, bubbleOf(view, row, look), toolsOf(view, row)),
      !look.sentence && view.files?.linkOf(message),
      message && reactionsOf(view, message),
      message && message.replyCount > 0 && repliesOf(view, message),
      row.unsent && stateOf(view, row),
      message && view.snapshot.seen?.number === message.number && seenOf(view),
    ),
  );
}

/** @param {Message} message */
function pictureOf({ announced, sender }) {
  const size = 32;
  return announced ? h("span", { class: "avatar" }, icon("bell")) : avatarOf(sender, { size });
}

/** @param {View} view @param {Row} row @param {Look} look */
function bubbleOf(view, row, { sentence, revealed }) {
  const { message, unsent } = row;
  const text = (revealed ?? message ?? unsent).body;
  const isGone = sentence !== null && revealed === undefined;
  const mentions = (message ?? unsent).mentions ?? [];
  const quoted = message ? message.replyTo : view.messageOf(unsent.replyTo);
  const files = !isGone && view.files?.nodeOf(row);
  const isBig = !isGone && !quoted && !files && isEmojiOnly(text);
  const body = isGone ? [sentence] : nodesOf(text, mentions, view.viewerId);
  return h(
    "div",
    { class: `bubble ${isGone ? "gone" : ""} ${isBig ? "big" : ""}` },
    quoted && quoteOf(view, quoted),
    files,
    (text || !files) && h("p", { class: "body", dir: "auto" }, ...body),
    message?.hidden &&
      revealed === undefined &&
      h(
        "button",
        { type: "button", class: "link", "data-part": "show", onclick: () => view.reveal(message) },
        view.t("showHidden"),
      ),
    h("span", { class: "meta" }, ...metaOf(view, row)),
  );
}

/** @param {View} view @param {Row} row */
function metaOf(view, row) {
  const { message, unsent } = row;
  const { language } = view;
  const time = timeOf(row);
  const edited = { type: "button", class: "link", "data-part": "edits" };
  return [
    message?.editedAt &&
      h(
        "button",
        { ...edited, onclick: () => view.act(({ showEdits }) => showEdits(view, message)) },
        view.t("edited"),
      ),
    h("time", { dateTime: time, title: language.date(time, "full") }, language.date(time, "time")),
    unsent && icon(unsent.state === "refused" ? "warning" : "clock"),
  ];
}

/**
 * A message in short, as a button that leads to it.
 * @param {View} view
 * @param {import("../../types.js").Quoted} quoted
 */
export function quoteOf(view, quoted) {
  const sentence = sentenceOf(quoted, view.language, view.viewerId);
  return h(
    "button",
    {
      type: "button",
      class: "quote",
      "data-part": "quote",
      onclick: () => view.jumpTo(quoted.number),
    },
    h("span", { class: "name", dir: "auto" }, quoted.sender?.name ?? view.t("someone")),
    h(
      "span",
      { class: sentence ? "words gone" : "words", dir: "auto" },
      sentence ?? textOf(quoted).slice(0, QUOTED),
    ),
  );
}

/** @param {View} view @param {Row} row */
function toolsOf(view, row) {
  const { message } = row;
  /**
   * @param {"pick" | "more"} part
   * @param {string} label
   * @param {(actions: Actions, anchor: HTMLElement) => void} use
   */
  const tool = (part, label, use) =>
    h(
      "button",
      {
        type: "button",
        class: `round ${part}`,
        "data-part": part,
        "aria-label": label,
        "aria-haspopup": "menu",
        onclick: (/** @type {Event} */ { currentTarget }) =>
          view.act((actions) => use(actions, /** @type {HTMLElement} */ (currentTarget))),
      },
      icon(part === "pick" ? "smile" : "more"),
    );
  return h(
    "div",
    { class: "tools" },
    message?.viewerCan.includes("REACT") &&
      tool("pick", view.t("react"), ({ openPicker }, anchor) => openPicker(view, anchor, message)),
    tool("more", view.t("messageMenu"), ({ openActions }, anchor) =>
      openActions(view, anchor, row),
    ),
  );
}

/** Who has seen the viewer's last message. @param {View} view */
function seenOf(view) {
  const { conversation, seen } = view.snapshot;
  const count = seen?.count ?? 0;
  if (!count) return false;
  if (conversation?.kind === "PRIVATE") return h("p", { class: "seen" }, view.t("seen"));
  const open = () => view.try(async () => (await import("./seen-by.js")).showSeenBy(view));
  const button = { type: "button", class: "seen link", "data-part": "seen", onclick: open };
  return h("button", button, view.t("seenBy", { count }));
}

/** @param {View} view @param {Message} message */
function repliesOf(view, message) {
  const onclick = () => view.act(({ showReplies }) => showReplies(view, message));
  return h(
    "button",
    {
      type: "button",
      class: "replies",
      "data-part": "replies",
      "aria-haspopup": "dialog",
      onclick,
    },
    icon("reply"),
    h("bdi", {}, view.t("replies", { count: message.replyCount })),
  );
}

/**
 * What is done with a message that was not sent yet.
 * @param {View} view
 * @param {Row} row
 */
function stateOf(view, row) {
  const { state, error, clientId } = /** @type {Unsent} */ (row.unsent);
  if (state !== "refused") {
    return h("p", { class: "spoken" }, view.t(state === "waiting" ? "waiting" : "sending"));
  }
  /** @param {string} part @param {string} label @param {() => unknown} act */
  const button = (part, label, act) =>
    h("button", { type: "button", class: "link", "data-part": part, onclick: act }, label);
  return h(
    "div",
    { class: "state" },
    h("p", { class: "refusal" }, icon("warning"), view.element.sentence(error)),
    button("retry", view.t("sendAgain"), () => view.try(() => view.talk.outbox.retry(clientId))),
    button("edit", view.t("edit"), () => view.composer.edit(row)),
    button("discard", view.t("discard"), () => view.try(() => view.store.retract(row))),
  );
}
