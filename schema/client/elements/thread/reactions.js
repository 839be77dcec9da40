/** The reactions to a message. */

import { h } from "../nodes.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Message} Message */
/** @typedef {import("../../types.js").Reaction} Reaction */

/**
 * @param {View} view
 * @param {Message} message
 */
export function reactionsOf(view, message) {
  if (!message.reactions.length) return null;
  const label = { class: "reactions", role: "group", "aria-label": view.t("reactions") };
  return h("div", label, ...message.reactions.map((reaction) => toggleOf(view, message, reaction)));
}

/** @param {View} view @param {Message} message @param {Reaction} reaction */
function toggleOf(view, message, { emoji, count, viewerReacted }) {
  const names = (/** @type {Event} */ event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    const name = import("./reactors.js");
    name.then(
      ({ nameReactors }) => nameReactors(view, message, emoji, button),
      () => {},
    );
  };
  return h(
    "button",
    {
      type: "button",
      class: "reaction",
      "data-part": `reaction ${emoji}`,
      "aria-pressed": String(viewerReacted),
      "aria-disabled": message.viewerCan.includes("REACT") ? null : "true",
      onpointerenter: names,
      onfocus: names,
      onclick: () => message.viewerCan.includes("REACT") && toggle(view, message, emoji),
    },
    `${emoji} `,
    h("span", {}, String(count)),
  );
}

/**
 * React with an emoji, or take that back.
 * @param {View} view
 * @param {Message} message
 * @param {string} emoji
 */
export function toggle(view, message, emoji) {
  const reacted = message.reactions.some((one) => one.emoji === emoji && one.viewerReacted);
  view.try(() => (reacted ? view.store.unreact(message, emoji) : view.store.react(message, emoji)));
}
