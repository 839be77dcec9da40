/** Makes nodes of a message's text: links and names of mentioned people. Everything else stays text. */

import { h } from "../nodes.js";

/** @typedef {import("../../types.js").Named} Named */

// Signs that change the direction of writing end a link: its address would look like another one.
const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"\u202a-\u202e\u2066-\u2069]+/giu;
const OPENING = { ")": "(", "]": "[", "}": "{" };
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
  for (const { 0: match, index } of text.matchAll(LINK)) {
    const shown = withoutPunctuation(match);
    const href = addressOf(shown);
    if (!href) continue;
    nodes.push(...withNames(text.slice(end, index), mentions, viewerId));
    nodes.push(
      h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...withBreaks(shown)),
    );
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
 * A link without the signs that end the sentence around it. A bracket stays if it was opened inside.
 * @param {string} link
 */
function withoutPunctuation(link) {
  // Counted once: a link may be as long as a message, and end with nothing but brackets.
  /** @type {Record<string, number>} */
  const counts = {};
  for (const sign of "()[]{}") counts[sign] = link.split(sign).length;
  for (let end = link.length; ; end--) {
    const last = link[end - 1];
    const opening = OPENING[/** @type {keyof typeof OPENING} */ (last)];
    const isLoose = opening ? counts[last] > counts[opening] : /[\p{P}*~]/u.test(last);
    if (!isLoose || /[/_#@&%=-]/.test(last)) return link.slice(0, end);
    counts[last] -= 1;
  }
}

/**
 * The address of a link, or null if it is none that can be opened safely.
 * @param {string} link
 */
function addressOf(link) {
  if (!URL.canParse(link)) return null;
  const { protocol, username, password, hostname, pathname, href } = new URL(link);
  if (protocol === "mailto:") return pathname.includes("@") ? href : null;
  // A name or password before the host is there to look like another host.
  return /^https?:$/.test(protocol) && hostname && !username && !password ? href : null;
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
