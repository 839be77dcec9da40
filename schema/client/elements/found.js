/** Messages that a search found, and other lists of messages from several conversations. */

import { h } from "./nodes.js";
import { avatarOf, avatarOfConversation } from "./people.js";
import { sentenceOf, textOf } from "./sentences.js";
import { sheet } from "./theme.js";

/** @import {TalkElement} from "./base.js" */
/** @import {Child} from "./nodes.js" */
/** @import {Found, Named} from "../types.js" */
/** @typedef {Omit<Found, "sender"> & {sender: Named | null}} Listed */

/** How many letters of a text are shown, and how many of them before the first word found. */
const SHOWN = 160;
const BEFORE = 24;

const style = sheet(`
.result:has(.text) { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; row-gap: 0 }
.result > .avatar, .result > .pair { grid-row: 1 / 3 }
.result .from {
  overflow: hidden; font-weight: 600; white-space: nowrap; text-overflow: ellipsis;
}
.result time { font-size: .8em; color: var(--_muted) }
.result .text {
  grid-column: 2 / -1; display: -webkit-box; overflow: hidden; font-size: .93em;
  color: var(--_muted); -webkit-box-orient: vertical; -webkit-line-clamp: 2;
}
.result mark { padding: 0; background: none; color: var(--_text); font-weight: 700 }
`);

/**
 * Why nothing was found. About the words of a search, the server says it.
 * @param {TalkElement} element
 * @param {any} error
 */
export function failureOf(element, error) {
  const isOfWords = /^(QUERY_|TOO_BROAD)/.test(error.code);
  const text = isOfWords ? error.message : element.sentence(error);
  return h("p", { class: isOfWords ? "muted" : "refusal", role: "alert" }, text);
}

/**
 * Replace what is in a list of buttons. The one in the place of that with the focus has it afterwards.
 * @param {HTMLElement} list
 * @param {() => void} change
 * @param {{focus: () => void}} [otherwise] what has it if there is no button any more.
 */
export function keepFocus(list, change, otherwise) {
  const buttons = () => [...list.querySelectorAll("button")];
  const at = buttons().findIndex((button) => button.matches(":focus"));
  change();
  if (at >= 0) (buttons()[at] ?? buttons().at(-1) ?? otherwise)?.focus();
}

/**
 * A button that shows a message, and where it was written.
 * @param {TalkElement} element
 * @param {Listed} message
 * @param {{words?: string, isInside?: boolean, open: () => unknown}} options
 *   words: what was searched for. isInside: the conversation is known from around the list.
 */
export function foundOf(element, message, { words = "", isInside = false, open }) {
  element.adopt(style);
  const { conversation, sender, sentAt } = message;
  const { language } = element;
  const viewerId = element.talk?.viewer.getSnapshot()?.id;
  const sentence = sentenceOf(message, language, viewerId);
  const by = sender?.id === viewerId ? element.t("you") : (sender?.name ?? element.t("someone"));
  const isNamed = !isInside && (conversation.kind === "GROUP" || sender?.id === viewerId);
  return h(
    "button",
    { type: "button", class: "result", onclick: open },
    isInside
      ? avatarOf(sender, { size: 36 })
      : avatarOfConversation(conversation, { size: 36, talk: element.talk }),
    h("span", { class: "from", dir: "auto" }, isInside ? by : conversation.name),
    h("time", { dateTime: sentAt, title: language.date(sentAt, "full") }, language.short(sentAt)),
    h(
      "span",
      { class: "text", dir: "auto" },
      isNamed && `${by}: `,
      ...(sentence === null ? partsOf(textOf(message), words) : [sentence]),
    ),
  );
}

/**
 * The part of a text around the first word found, with all words found marked.
 * @param {string} text
 * @param {string} search
 * @returns {Child[]}
 */
function partsOf(text, search) {
  const words = search.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  const line = text.replace(/\s+/g, " ");
  if (!words.length) return [line.slice(0, SHOWN)];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})`, "giu");
  const at = line.search(pattern);
  const first = Math.max(0, at - BEFORE);
  // Not in the middle of a word, if there are any before it.
  const start = first && Math.min(line.indexOf(" ", first) + 1 || first, at);
  const shown = line.slice(start, start + SHOWN);
  const parts = shown.split(pattern).map((part, at) => (at % 2 ? h("mark", {}, part) : part));
  return [start > 0 && "… ", ...parts];
}
