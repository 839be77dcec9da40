/** How people and conversations are shown: pictures, or the first letters of names. */

import { h } from "./nodes.js";

/** @import {Talk} from "../types.js" */
/** @typedef {{id: string, name: string, avatar?: string | null}} Pictured */
/**
 * `talk` finds pictures that the server has itself.
 * @typedef {{size?: number, isOnline?: boolean, talk?: Talk | null}} Look
 */

/**
 * Make the picture of somebody. It is hidden from screen readers: the name stands beside it.
 * @param {Pictured | null} person
 * @param {Look} [look]
 */
export function avatarOf(person, { size, isOnline = false, talk } = {}) {
  const node = h("span", { class: `avatar ${isOnline ? "online" : ""}`, "aria-hidden": "true" });
  if (size) node.style.setProperty("--_avatar", `${size}px`);
  node.style.setProperty("--_hue", String(hueOf(person?.id ?? "")));
  const letters = initialsOf(person?.name ?? "");
  // A picture that is gone leaves the letters.
  const onerror = () => node.replaceChildren(letters);
  // Members choose the pictures of groups: their servers are not told which page shows them.
  const look = { alt: "", loading: "lazy", onerror, referrerPolicy: "no-referrer" };
  const { avatar } = person ?? {};
  if (avatar) node.append(h("img", { ...look, src: talk?.addressOf(avatar) ?? avatar }));
  else node.append(letters);
  return node;
}

/**
 * Make the picture of a conversation: its own, that of the other person, or two of a group.
 * @param {Pictured & {kind: string, others: Pictured[]}} conversation
 * @param {Look} [look]
 */
export function avatarOfConversation(conversation, look = {}) {
  const { kind, avatar, others } = conversation;
  if (kind === "PRIVATE") return avatarOf(others[0] ?? conversation, look);
  if (avatar || others.length < 2) return avatarOf(conversation, look);
  const size = look.size ?? 44;
  const pair = others
    .slice(0, 2)
    .map((person) => avatarOf(person, { size: Math.round(size * 0.68) }));
  const node = h("span", { class: "pair", "aria-hidden": "true" }, ...pair);
  node.style.setProperty("--_avatar", `${size}px`);
  return node;
}

/**
 * The first letters of the first and of the last word of a name.
 * @param {string} name
 */
function initialsOf(name) {
  const words = name.split(/[\s\p{P}]+/u).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => [...word][0].toLocaleUpperCase()).join("") || "?";
}

/**
 * A colour that stays the same for the same id.
 * @param {string} id
 */
function hueOf(id) {
  let hash = 0;
  for (const letter of id) hash = (hash * 33 + letter.charCodeAt(0) * 7) % 9973;
  // By the golden angle, so that neighbours are far apart.
  return Math.round(hash * 137.508) % 360;
}
