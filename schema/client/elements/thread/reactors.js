/** Who reacted to a message. Loaded when somebody wants to know. */

import "../words/later.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Message} Message */

/**
 * Show who reacted.
 * @param {View} view
 * @param {Message} message
 * @param {string} emoji
 * @param {HTMLElement} button
 */
export async function nameReactors(view, message, emoji, button) {
  if (button.dataset.names !== undefined) return;
  button.dataset.names = "";
  try {
    const all = (await view.talk.reactors(message.id)) ?? [];
    const { users, count } = all.find((one) => one.emoji === emoji) ?? { users: [], count: 0 };
    const people = users.map(({ name }) => name);
    if (count > people.length) people.push(view.t("others", { count: count - people.length }));
    button.dataset.names = view.language.list(people);
    button.setAttribute("aria-description", button.dataset.names);
  } catch {
    // The names are an extra. They are asked for again next time.
    delete button.dataset.names;
  }
}
