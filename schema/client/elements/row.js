/** A row of the inbox: who, what was said last, when, and how much is unread. */

import { icon } from "./icons.js";
import { h } from "./nodes.js";
import { avatarOfConversation } from "./people.js";
import { sentenceOf } from "./sentences.js";
import { sheet } from "./theme.js";

/** @import {TalkElement} from "./base.js" */
/** @typedef {import("../types.js").InboxRow} InboxRow */
/** @typedef {{viewerId: string | undefined, isOnline: boolean, isCurrent: boolean}} Look */

export const rowStyle = sheet(`
.row {
  position: absolute; inset-inline: 0; top: 0; height: var(--_row); padding: 2px 8px;
  transition: transform .22s ease-out;
}
.open {
  display: grid; grid-template: 1fr 1fr / auto minmax(0, 1fr) auto; column-gap: 12px;
  align-items: center;
  width: 100%; height: 100%; padding: .55em .75em; border: 0; border-radius: 12px; background: none;
  text-align: start; cursor: pointer;
}
.open:hover, .row:has(.more[aria-expanded="true"]) .open { background: var(--_hover) }
.open[aria-current="true"] { background: var(--_tint) }
.open:focus-visible { outline-offset: -2px }
.open > :is(.avatar, .pair) { grid-row: 1 / -1 }
.open .name, .open .preview { overflow: hidden; white-space: nowrap; text-overflow: ellipsis }
.open .name { align-self: end; font-weight: 500 }
.open .time { place-self: end; font-size: .8em; color: var(--_muted) }
.open .preview { align-self: start; font-size: .93em; color: var(--_muted) }
.open .placeholder { font-style: italic }
.open[aria-current="true"] :is(.time, .preview) { color: var(--_text) }
.unread .name { font-weight: 700 }
.unread .preview { color: var(--_text) }
.unread .time { color: var(--_accent); font-weight: 600 }
.marks { display: flex; align-self: start; gap: 4px; justify-content: flex-end; min-height: 1.4em }
.mark {
  min-width: 1.6em; padding: .1em .45em; border-radius: 1em; background: var(--_accent);
  color: var(--_on-accent);
  font-size: .78em; font-weight: 650; line-height: 1.4; text-align: center;
}
.dot { width: 11px; min-width: 0; height: 11px; padding: 0; margin-block: .3em }
.more {
  position: absolute; inset-inline-end: 14px; bottom: 8px; width: 2em; height: 2em; opacity: 0;
  background: var(--_raised); box-shadow: 0 0 0 1px var(--_line);
}
.row:hover .more, .more:focus-visible, .more[aria-expanded="true"] { opacity: 1 }
@media (hover: none) {
  .open { padding-inline-end: 2.9em }
  .more {
    inset-block: 0; inset-inline-end: 8px; margin-block: auto; opacity: 1; background: none;
    box-shadow: none;
  }
}
`);

export class Row {
  /** @type {InboxRow | null} */
  #row = null;
  #look = "";
  #open = h("button", { type: "button", class: "open" });
  #more = h(
    "button",
    { type: "button", class: "round more", "aria-haspopup": "menu" },
    icon("more"),
  );
  node = h("li", { class: "row" }, this.#open, this.#more);

  /**
   * @param {TalkElement} element the inbox.
   * @param {{
   *   open: (row: InboxRow) => void,
   *   menu: (row: InboxRow, anchor: HTMLElement, point?: DOMPoint) => void,
   * }} acts
   */
  constructor(element, { open, menu }) {
    this.element = element;
    this.#open.addEventListener("click", () => open(this.row));
    this.#more.addEventListener("click", () => menu(this.row, this.#more));
    this.node.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      // A key of the keyboard asks at no point.
      const point = event.button === 2 ? new DOMPoint(event.clientX, event.clientY) : undefined;
      menu(this.row, this.#open, point);
    });
  }

  get row() {
    return /** @type {InboxRow} */ (this.#row);
  }

  /** Let this row be the one that the Tab key reaches, or not. @param {boolean} isReached */
  reach(isReached) {
    this.#open.tabIndex = this.#more.tabIndex = isReached ? 0 : -1;
  }

  focus() {
    this.#open.focus({ preventScroll: true });
  }

  /**
   * Show a row as it is now.
   * @param {InboxRow} row
   * @param {Look} look
   */
  update(row, look) {
    const { language } = this.element;
    const time = row.conversation.latestMessage?.sentAt ?? row.lastActivityAt;
    const when = language.short(time);
    const key = `${look.viewerId} ${look.isOnline} ${look.isCurrent} ${when}`;
    if (row === this.#row && key === this.#look) return;
    this.#row = row;
    this.#look = key;
    const { name } = row.conversation;
    const isUnread = row.unreadCount > 0 || row.markedUnreadAt !== null;
    this.node.classList.toggle("unread", isUnread);
    this.#open.setAttribute("aria-current", String(look.isCurrent));
    this.#more.setAttribute("aria-label", this.element.t("moreAbout", { name }));
    this.#open.replaceChildren(
      avatarOfConversation(row.conversation, { isOnline: look.isOnline }),
      h("span", { class: "name", dir: "auto" }, name),
      h("time", { class: "time", dateTime: time, title: language.date(time, "full") }, when),
      previewOf(row, language, look.viewerId),
      h("span", { class: "marks" }, ...this.#marks(row, look.isOnline)),
    );
  }

  /**
   * @param {InboxRow} row
   * @param {boolean} isOnline
   */
  #marks({ unreadCount, unreadMentionCount, markedUnreadAt }, isOnline) {
    const { element } = this;
    /** @param {string} text @param {string} words */
    const mark = (text, words) =>
      h("span", {}, h("span", { class: "mark", "aria-hidden": "true" }, text), spoken(words));
    return [
      isOnline && spoken(element.t("online")),
      unreadMentionCount > 0 && mark("@", element.t("mentioned", { count: unreadMentionCount })),
      unreadCount > 0 &&
        mark(
          unreadCount > 99 ? "99+" : `${unreadCount}`,
          element.t("unread", { count: unreadCount }),
        ),
      !unreadCount &&
        markedUnreadAt !== null &&
        h("span", { class: "mark dot" }, spoken(element.t("markedUnread"))),
    ];
  }
}

/** @param {string} words */
function spoken(words) {
  return h("span", { class: "spoken" }, `, ${words}`);
}

/**
 * The line below the name: what was said last, and by whom.
 * @param {InboxRow} row
 * @param {TalkElement["language"]} language
 * @param {string | undefined} viewerId
 */
function previewOf({ conversation }, language, viewerId) {
  const { latestMessage: message, kind } = conversation;
  const placeholder = message
    ? sentenceOf(message, language, viewerId)
    : language.say("nothingYet");
  if (!message || placeholder !== null) {
    return h("span", { class: "preview placeholder", dir: "auto" }, placeholder);
  }
  const { sender, body } = message;
  const isViewer = sender !== null && sender.id === viewerId;
  const name = isViewer ? language.say("you") : kind === "GROUP" ? sender?.name : null;
  // One line: what comes behind the first few words is not seen.
  const text = body.slice(0, 200).replace(/\s+/g, " ");
  return h("span", { class: "preview", dir: "auto" }, name ? `${name}: ${text}` : text);
}
