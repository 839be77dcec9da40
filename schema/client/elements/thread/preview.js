/** Draws the card of a page to which a message links. Its words are those of a stranger. */

import { h } from "../nodes.js";
import { addressOf } from "./links.js";
import { ELSEWHERE } from "./text.js";

/** @param {import("../../types.js").LinkPreview} preview */
export function cardOfPage({ url, title, description, siteName }) {
  const href = addressOf(url);
  if (!href) return null;
  return h(
    "a",
    { class: "card", href, ...ELSEWHERE },
    // A site may call itself as another one does. Its host is its own.
    h("span", { class: "site" }, h("bdi", {}, new URL(href).host), siteName && h("bdi", {}, siteName)),
    h("strong", { class: "words", dir: "auto" }, title),
    description && h("span", { class: "words", dir: "auto" }, description),
  );
}
