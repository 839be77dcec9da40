/** Finds the links in a text. The server finds the first one by the same rules: `talk/links.py`. */

// Signs that change the direction of writing end a link: its address would look like another one.
const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"\u202a-\u202e\u2066-\u2069]+/giu;
const OPENING = { ")": "(", "]": "[", "}": "{" };

/**
 * The links in a text that can be opened safely: as they are written, where, and their addresses.
 * @param {string} text
 * @returns {{shown: string, index: number, href: string}[]}
 */
export function linksIn(text) {
  return [...text.matchAll(LINK)].flatMap(({ 0: match, index }) => {
    const shown = withoutPunctuation(match);
    const href = addressOf(shown);
    return href ? [{ shown, index, href }] : [];
  });
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
export function addressOf(link) {
  if (!URL.canParse(link)) return null;
  const { protocol, username, password, hostname, pathname, href } = new URL(link);
  if (protocol === "mailto:") return pathname.includes("@") ? href : null;
  // A name or password before the host is there to look like another host.
  return /^https?:$/.test(protocol) && hostname && !username && !password ? href : null;
}
