/** Makes the rows of a view, and brings them up to date: separators, and a message between them. */

import { h, place } from "../nodes.js";
import { sentenceOf, textOf } from "../sentences.js";
import { lineOf, timeOf } from "./message.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Row} Row */
/** @typedef {import("../../types.js").Hidden} Revealed */

/** Messages of one person within so many milliseconds stand together. */
const TOGETHER = 5 * 60_000;

export class Rows {
  /** Messages of blocked people that the viewer asked for. @type {Map<string, Revealed>} */
  revealed = new Map();
  /** What each row was made of. @type {WeakMap<HTMLElement, unknown[]>} */
  #made = new WeakMap();

  /** @param {View} view */
  constructor(view) {
    this.view = view;
  }

  /**
   * Guess the height of a row.
   * @param {Row} row
   * @param {number} width
   */
  estimate(row, width) {
    const letters = Math.max(20, Math.min(width * 0.7, 560) / 7.5);
    const { body } = row.message ?? row.unsent;
    return 40 + 21 * Math.ceil(body.length / letters) + (this.view.files?.heightOf(row) ?? 0);
  }

  /**
   * @param {number} index
   * @param {HTMLElement} [old]
   */
  render(index, old) {
    const { rows } = this.view.snapshot;
    const row = rows[index];
    const isNew = this.#isFirstUnread(row, rows[index - 1]);
    const isNewDay = !rows[index - 1] || dayOf(row) !== dayOf(rows[index - 1]);
    const day = isNewDay && this.view.language.day(timeOf(row));
    const starts = isNew || isNewDay || !this.#isTogether(rows[index - 1], row);
    const ends = !this.#isTogether(row, rows[index + 1]);
    const subject = row.message ?? row.unsent;
    const { seen } = this.view.snapshot;
    const seenBy = row.message && seen?.number === row.message.number && seen;
    const revealed = this.revealed.get(row.key);
    const files = hasMore(row) && this.view.files;
    const made = [subject, isNew, day, starts, ends, revealed, seenBy, files];
    const node = old ?? h("article", {});
    if (this.#made.get(node)?.every((value, at) => value === made[at])) return node;
    this.#made.set(node, made);
    const sentence = row.message && sentenceOf(row.message, this.view.language, this.view.viewerId);
    const isSystem = row.message && row.message.kind !== "TEXT";
    const isFlashing = node.classList.contains("flash");
    node.className = this.#classOf(row, starts, ends) + (isFlashing ? " flash" : "");
    node.setAttribute("aria-label", this.#labelOf(row, sentence));
    keepingFocus(node, () =>
      place(node, [
        day && h("p", { class: "day" }, day),
        isNew && h("p", { class: "new" }, this.view.t("new")),
        isSystem
          ? h("p", { class: "system", dir: "auto" }, sentence)
          : lineOf(this.view, row, { sentence, starts, ends, revealed }),
      ]),
    );
    return node;
  }

  /** @param {Row} row @param {Row | undefined} before */
  #isFirstUnread({ message }, before) {
    const first = this.view.snapshot.firstUnreadNumber;
    if (!message || first === null || message.number < first) return false;
    return before?.message ? before.message.number < first : message.number === first;
  }

  /** @param {Row | undefined} one @param {Row | undefined} next */
  #isTogether(one, next) {
    if (!one || !next || this.#isFirstUnread(next, one) || dayOf(one) !== dayOf(next)) return false;
    const isText = [one, next].every(({ message }) => !message || message.kind === "TEXT");
    const isNear = Date.parse(timeOf(next)) - Date.parse(timeOf(one)) < TOGETHER;
    return isText && isNear && this.#senderOf(one) === this.#senderOf(next);
  }

  /** @param {Row} row */
  #senderOf({ message }) {
    return message ? (message.sender?.id ?? String(message.announced)) : this.view.viewerId;
  }

  /** @param {Row} row @param {boolean} starts @param {boolean} ends */
  #classOf(row, starts, ends) {
    const { message, unsent } = row;
    const own = this.#senderOf(row) === this.view.viewerId;
    return [
      own ? "own" : "other",
      starts && "starts",
      ends && "ends",
      message?.mentionsViewer && "for-me",
      message?.announced && "announced",
      unsent && `unsent ${unsent.state}`,
    ]
      .filter(Boolean)
      .join(" ");
  }

  /** @param {Row} row @param {string | null} sentence */
  #labelOf(row, sentence) {
    const { view } = this;
    if (row.message && row.message.kind !== "TEXT") return sentence ?? "";
    const text = sentence ?? textOf(row.message ?? row.unsent);
    const time = view.language.date(timeOf(row), "time");
    const name = view.nameOf(row);
    return view.t("messageLabel", {
      name,
      time,
      text: text.length > 400 ? `${text.slice(0, 400)} …` : text,
    });
  }
}

/** Whether a row has what is drawn by modules that are loaded with the first of them. @param {Row} row */
export const hasMore = ({ message, unsent }) =>
  message?.linkPreview || (message?.attachments ?? unsent?.files)?.length;

/** @param {Row} row */
function dayOf(row) {
  return new Date(timeOf(row)).toDateString();
}

/**
 * Change what is in a row. If a button in it has the focus, the button in its place gets it.
 * @param {HTMLElement} node
 * @param {() => void} change
 */
function keepingFocus(node, change) {
  const { activeElement } = /** @type {ShadowRoot | Document} */ (node.getRootNode());
  const part =
    activeElement instanceof HTMLElement && node !== activeElement && activeElement.dataset.part;
  const isInside = activeElement !== node && node.contains(activeElement);
  change();
  if (!isInside) return;
  const heir = part ? node.querySelector(`[data-part="${CSS.escape(part)}"]`) : null;
  /** @type {HTMLElement} */ (heir ?? node).focus({ preventScroll: true });
}
