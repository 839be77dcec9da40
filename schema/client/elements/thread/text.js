/** Makes nodes of a message's text: links and names of mentioned people. Everything else stays text. */

import { h } from "../nodes.js";
import { linksIn } from "./links.js";

/** @typedef {import("../../types.js").Named} Named */

/** Opens a page of a stranger, and tells it nothing of this one. */
export const ELSEWHERE = { target: "_blank", rel: "noopener noreferrer nofollow" };
const EMOJI =
  /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\u200d\ufe0f\s]{1,32}$/u;
/** More marks on one letter than any language has. A browser needs seconds to draw thousands of them. */
const PILE = /(\p{M}{30})/u;

/**
 * @param {string} text
 * @param {readonly Named[]} [mentions]
 * @param {string} [viewerId] whose own mention stands out.
 * @returns {(Node | string)[]}
 */
export function nodesOf(text, mentions = [], viewerId) {
  const nodes = [];
  let end = 0;
  for (const { shown, index, href } of linksIn(text)) {
    nodes.push(...withNames(text.slice(end, index), mentions, viewerId));
    nodes.push(h("a", { href, ...ELSEWHERE }, ...withBreaks(shown)));
    end = index + shown.length;
  }
  return [...nodes, ...withNames(text.slice(end), mentions, viewerId)];
}

/**
 * Whether a text is a few emoji, and nothing else.
 * @param {string} text
 */
export function isEmojiOnly(text) {
  return EMOJI.test(text) && text.trim() !== "";
}

/**
 * Whether a text has a name.
 * @param {string} text
 * @param {string} name
 */
export function names(text, name) {
  return patternOf([name]).test(text);
}

/**
 * @param {string} text
 * @param {readonly Named[]} mentions
 * @param {string} [viewerId]
 */
function withNames(text, mentions, viewerId) {
  const ids = new Map(mentions.map(({ id, name }) => [name.toLowerCase(), id]));
  ids.delete("");
  if (!ids.size || !text) return withBreaks(text);
  const parts = text.split(patternOf([...ids.keys()]));
  return parts.flatMap((part, index) => {
    const id = ids.get(part.replace(/^@/, "").toLowerCase());
    const name = id === viewerId ? "mention me" : "mention";
    return index % 2 ? h("span", { class: name }, part) : withBreaks(part);
  });
}

/**
 * A text in which piles of marks can be broken, and are drawn one by one.
 * @param {string} text
 */
function withBreaks(text) {
  return text.split(PILE).flatMap((part, index) => (index % 2 ? [part, h("wbr")] : part || []));
}

/** @param {string[]} people */
function patternOf(people) {
  const longestFirst = [...people].sort((one, two) => two.length - one.length);
  const escaped = longestFirst.map((name) => name.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(@?(?:${escaped.join("|")}))(?![\\p{L}\\p{N}])`, "iu");
}
