/** What a screen reader says of new messages. */

import { h } from "../nodes.js";
import { sentenceOf, textOf } from "../sentences.js";
import "../words/later.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Row} Row */

/** At most so many are read out at once. */
const MOST = 3;

/**
 * @param {View} view
 * @param {Row[]} rows the new ones.
 */
export function readOut(view, rows) {
  const sentences = rows.slice(-MOST).map((row) => {
    const { message } = row;
    if (!message) return "";
    const sentence = sentenceOf(message, view.language, view.viewerId);
    if (message.kind !== "TEXT") return sentence;
    return view.t("said", { name: view.nameOf(row), text: sentence ?? textOf(message) });
  });
  view.spoken.replaceChildren(...sentences.map((sentence) => h("p", {}, sentence)));
}
