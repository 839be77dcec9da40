/** The files of a conversation: pictures and cards, month by month. */

import "./icons.js";
import "./words.js";
import { openDialog } from "../dialog.js";
import { failureOf, keepFocus } from "../found.js";
import { h, place } from "../nodes.js";
import { attempt } from "../notice.js";
import { sheet } from "../theme.js";
import { shownOf } from "./shown.js";
import { sizeIn } from "./sizes.js";
import { filesStyle } from "./style.js";
import { cardOf, tileOf } from "./tiles.js";

/** @import {Talk, WithFiles} from "../../types.js" */
/** @import {TalkElement} from "../base.js" */
/** @import {Shown} from "./shown.js" */

const style = sheet(`
.gallery { width: min(40rem, calc(100vw - 2rem)); height: min(46rem, calc(100dvh - 2rem)) }
.gallery .dialog-body { flex: 1; gap: 1.1rem }
.gallery h3 { padding-block-end: .4rem; font-size: .9em; font-weight: 600; color: var(--_muted) }
.gallery .grid {
  display: grid; gap: 4px; grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr));
}
.gallery .grid:not(:last-child) { margin-block-end: .6rem }
.gallery .grid .tile { width: 100%; aspect-ratio: 1; border-radius: 6px }
.gallery .cards { display: grid; gap: 6px }
`);

/**
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {string} conversationId
 */
export function showFiles(element, talk, conversationId) {
  element.adopt(filesStyle);
  element.adopt(style);
  const store = talk.files(conversationId);
  const list = h("div", {});
  const below = h("div", { role: "status" });
  const dialog = openDialog(element, {
    title: element.t("sharedFiles"),
    class: "gallery",
    body: [list, below],
    onclose: () => end(),
  });
  const end = element.follow(store, ({ rows, state, error, hasMore, isLoadingMore }) => {
    const more = () => attempt(element, () => store.loadMore(), dialog);
    const button = { type: "button", class: "button", onclick: more };
    keepFocus(dialog, () => {
      place(list, [...monthsOf(element, rows)].map(([month, some]) => section(month, some)));
      place(below, [
        state === "loading" && h("p", { class: "muted" }, element.t("loading")),
        !!error && failureOf(element, error),
        state === "ready" && !rows.length && h("p", { class: "muted" }, element.t("noFiles")),
        hasMore && !isLoadingMore && h("button", button, element.t("more")),
      ]);
    });
  });

  /** @param {string} month @param {WithFiles[]} rows */
  function section(month, rows) {
    const files = rows.flatMap((row) =>
      row.attachments.map((each) => ({ row, shown: shownOf(talk, each) })),
    );
    const isTile = (/** @type {{shown: Shown}} */ { shown }) => shown.isPicture && shown.sources.length;
    const tiles = files.filter(isTile).map(({ shown }) => {
      return h("li", {}, tileOf(element, { ...shown, placeholder: shown.placeholder }, {
        open: () => openAt(shown.id),
      }));
    });
    const cards = files.filter((file) => !isTile(file)).map(({ row, shown }) => {
      return h("li", {}, cardOf(element, shown, { note: aboutOf(row, shown) }));
    });
    return h(
      "section",
      {},
      h("h3", {}, month),
      tiles.length > 0 && h("ul", { class: "grid", role: "list" }, ...tiles),
      cards.length > 0 && h("ul", { class: "cards", role: "list" }, ...cards),
    );
  }

  /** @param {WithFiles} row @param {Shown} file */
  function aboutOf({ sender, sentAt }, { size, state }) {
    if (state === "refused") return element.t("fileRefused");
    const { language } = element;
    const name = sender?.name ?? element.t("someone");
    return `${sizeIn(size, language)} · ${name}, ${language.short(sentAt)}`;
  }

  /** @param {string} id */
  function openAt(id) {
    return attempt(
      element,
      async () => {
        const { openPictures } = await import("./viewer.js");
        const all = store.getSnapshot().rows.flatMap(({ attachments }) => attachments);
        const pictures = all
          .map((each) => shownOf(talk, each))
          .filter(({ isPicture, sources }) => isPicture && sources.length);
        const first = pictures.find((each) => each.id === id);
        if (first) openPictures(element, pictures, first);
      },
      dialog,
    );
  }
}

/**
 * Messages by the months in which they were sent.
 * @param {TalkElement} element
 * @param {readonly WithFiles[]} rows
 */
function monthsOf({ language }, rows) {
  const form = new Intl.DateTimeFormat(language.locale, { month: "long", year: "numeric" });
  /** @type {Map<string, WithFiles[]>} */
  const months = new Map();
  for (const row of rows) {
    const month = form.format(new Date(row.sentAt));
    months.set(month, [...(months.get(month) ?? []), row]);
  }
  return months;
}
