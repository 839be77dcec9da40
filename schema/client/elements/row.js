/** A row of the inbox: who, what was said last, when, and how much is unread. */

import { icon } from "./icons.js";
import { h } from "./nodes.js";
import { avatarOfConversation } from "./people.js";
import { sentenceOf, textOf } from "./sentences.js";
import { sheet } from "./theme.js";

/** @import {IconName} from "./icons.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {Child} from "./nodes.js" */
/** @import {WordKey} from "./words.js" */
/** @typedef {import("../types.js").InboxRow} InboxRow */
/** @typedef {import("../types.js").Talk} Talk */
/** @typedef {typeof import("./inbox-acts.js")} Acts */
/**
 * @typedef {{
 *   viewerId: string | undefined, isOnline: boolean, isCurrent: boolean, typing: string,
 * }} Look typing: the names of those who write at this moment.
 */

/** The key that archives the row with the focus, as in many mail programs. */
const ARCHIVE_KEY = "e";

export const rowStyle = sheet(`
.row {
  position: absolute; inset-inline: 0; top: 0; height: var(--_row); padding: 2px 8px;
  contain: layout style;
  transition: transform .22s ease-out; touch-action: pan-y;
}
.open {
  position: relative; display: grid; grid-template: 1fr 1fr / auto minmax(0, 1fr) auto;
  column-gap: 12px; align-items: center;
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
.open .typing { color: var(--_accent) }
.draft { color: var(--_danger) }
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
.quiet .mark { background: var(--_muted); color: var(--_surface) }
.quiet .time { color: var(--_muted) }
.marks .icon { width: 1.15em; color: var(--_muted) }
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
  #open = h("button", { type: "button", class: "open", "aria-keyshortcuts": ARCHIVE_KEY });
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
   *   use: (act: (acts: Acts, talk: Talk) => unknown, isQuiet?: boolean) => void,
   * }} options
   *   use: what menus, keys and fingers do, which is loaded when it is first needed. `isQuiet`: nobody is
   *   told if it can't be loaded, since a finger that touches a row may want something else.
   */
  constructor(element, { open, use }) {
    this.element = element;
    /** @param {HTMLElement} anchor @param {DOMPoint} [point] */
    const menu = (anchor, point) =>
      use((acts, talk) => acts.openRowMenu(element, talk, this.row, anchor, point));
    this.#open.addEventListener("click", () => open(this.row));
    this.#more.addEventListener("click", () => menu(this.#more));
    this.node.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      // A key of the keyboard asks at no point.
      menu(this.#open, event.button === 2 ? new DOMPoint(event.clientX, event.clientY) : undefined);
    });
    this.node.addEventListener("keydown", ({ key, repeat, ctrlKey, metaKey, altKey }) => {
      // A key that is held down would archive one row after the other.
      if (key !== ARCHIVE_KEY || repeat || ctrlKey || metaKey || altKey) return;
      use((acts, talk) => acts.archive(element, talk, this.row));
    });
    this.node.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch") return;
      use((acts, talk) => acts.swipe(element, talk, this.row, this.#open, event), true);
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
    const key = [...Object.values(look), when].join(" ");
    if (row === this.#row && key === this.#look) return;
    this.#row = row;
    this.#look = key;
    const { name } = row.conversation;
    const isUnread = row.unreadCount > 0 || row.markedUnreadAt !== null;
    this.node.classList.toggle("unread", isUnread);
    this.node.classList.toggle("quiet", row.muted);
    this.#open.setAttribute("aria-current", String(look.isCurrent));
    this.#more.setAttribute("aria-label", this.element.t("moreAbout", { name }));
    this.#open.replaceChildren(
      avatarOfConversation(row.conversation, { isOnline: look.isOnline, talk: this.element.talk }),
      h("span", { class: "name", dir: "auto" }, name),
      h("time", { class: "time", dateTime: time, title: language.date(time, "full") }, when),
      previewOf(row, language, look),
      h("span", { class: "marks" }, ...this.#marks(row, look.isOnline)),
    );
  }

  /**
   * @param {InboxRow} row
   * @param {boolean} isOnline
   */
  #marks({ unreadCount, unreadMentionCount, markedUnreadAt, muted, pinnedAt }, isOnline) {
    const { element } = this;
    /** @param {IconName} name @param {WordKey} words */
    const sign = (name, words) => h("span", {}, icon(name), spoken(element.t(words)));
    /** @param {string} text @param {string} words */
    const mark = (text, words) =>
      h("span", {}, h("span", { class: "mark", "aria-hidden": "true" }, text), spoken(words));
    return [
      isOnline && spoken(element.t("online")),
      muted && sign("mute", "muted"),
      pinnedAt !== null && sign("pin", "pinned"),
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
 * The line below the name: who types, what the viewer has begun to write, or what was said last.
 * @param {InboxRow} row
 * @param {TalkElement["language"]} language
 * @param {Look} look
 */
function previewOf({ conversation, draft, unreadCount }, language, look) {
  const { latestMessage: message, kind } = conversation;
  const { viewerId, isCurrent, typing } = look;
  if (typing) return preview("typing", typing);
  // What is new comes first.
  if (draft && !isCurrent && !unreadCount) {
    const label = h("span", { class: "draft" }, `${language.say("draft")}: `);
    return preview("", label, oneLine(draft.body));
  }
  const placeholder = message
    ? sentenceOf(message, language, viewerId)
    : language.say("nothingYet");
  if (!message || placeholder !== null) return preview("placeholder", placeholder);
  const { sender } = message;
  const text = oneLine(textOf(message));
  const isViewer = sender !== null && sender.id === viewerId;
  const name = isViewer ? language.say("you") : kind === "GROUP" ? sender?.name : null;
  return preview("", name ? `${name}: ${text}` : text);
}

/**
 * @param {string} look
 * @param {...Child} children
 */
function preview(look, ...children) {
  return h("span", { class: `preview ${look}`, dir: "auto" }, ...children);
}

/** What is seen of a text: what comes behind the first few words is not. @param {string} text */
function oneLine(text) {
  return text.slice(0, 200).replace(/\s+/g, " ");
}
