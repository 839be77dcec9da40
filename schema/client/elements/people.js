/** How people are shown: their pictures, or the first letters of their names. */

import { h } from "./nodes.js";

/** @typedef {{id: string, name: string, avatar?: string | null}} Pictured */

/**
 * Make the picture of somebody. It is hidden from screen readers: the name stands beside it.
 * @param {Pictured | null} person
 * @param {{size?: number, isOnline?: boolean}} [look]
 */
export function avatarOf(person, { size, isOnline = false } = {}) {
  const node = h("span", { class: `avatar ${isOnline ? "online" : ""}`, "aria-hidden": "true" });
  if (size) node.style.setProperty("--_avatar", `${size}px`);
  node.style.setProperty("--_hue", String(hueOf(person?.id ?? "")));
  const letters = initialsOf(person?.name ?? "");
  if (person?.avatar) {
    // A picture that is gone leaves the letters.
    const onerror = () => node.replaceChildren(letters);
    node.append(h("img", { alt: "", loading: "lazy", src: person.avatar, onerror }));
  } else {
    node.append(letters);
  }
  return node;
}

/**
 * The first letters of the first and of the last word of a name.
 * @param {string} name
 */
export function initialsOf(name) {
  const words = name.split(/[\s\p{P}]+/u).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return ends.map((word) => [...word][0].toLocaleUpperCase()).join("") || "?";
}

/**
 * A colour that stays the same for the same id.
 * @param {string} id
 */
function hueOf(id) {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + letter.charCodeAt(0)) % 3600;
  return (hash * 137) % 360;
}
