/** Draws the card of a page to which a message links. Its words are those of a stranger. */

import { h } from "../nodes.js";
import { addressOf } from "./links.js";
import { ELSEWHERE } from "./text.js";

/**
 * @param {HTMLAnchorElement} card
 * @param {import("../../types.js").LinkPreview} preview
 */
export function draw(card, { url, title, description, siteName }) {
  const href = addressOf(url);
  if (!href) return;
  Object.assign(card, ELSEWHERE, { href });
  card.append(
    // A site may call itself as another one does. Its host is its own.
    h("span", { class: "site" }, h("bdi", {}, new URL(href).host), siteName && h("bdi", {}, siteName)),
    h("strong", { class: "words", dir: "auto" }, title),
    description && h("span", { class: "words", dir: "auto" }, description),
  );
}
