/** The dialog with the people whom the viewer has blocked. */

import { openDialog } from "./dialog.js";
import { h, place } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOf } from "./people.js";

/** @import {TalkElement} from "./base.js" */
/** @import {Talk, User} from "../types.js" */

/**
 * @param {TalkElement} element
 * @param {Talk} talk
 */
export async function showBlocked(element, talk) {
  const list = h("ul", { role: "list", class: "people", "aria-label": element.t("blockedPeople") });
  const dialog = openDialog(element, { title: element.t("blockedPeople"), body: [list] });
  const words = (/** @type {string} */ text) => h("li", { class: "muted" }, text);
  place(list, [words(element.t("loading"))]);
  try {
    const people = await talk.blockedUsers();
    place(list, people.length ? people.map(row) : [words(element.t("nobodyBlocked"))]);
  } catch (error) {
    place(list, [words(element.sentence(error))]);
  }

  /** @param {User} person */
  function row(person) {
    const unblock = async () => {
      if (!(await attempt(element, () => talk.unblockUser({ user: person.id }), dialog))) return;
      node.remove();
      if (!list.childElementCount) place(list, [words(element.t("nobodyBlocked"))]);
      dialog.querySelector("button")?.focus();
    };
    const button = h(
      "button",
      { type: "button", class: "button", onclick: unblock },
      element.t("unblock"),
    );
    button.setAttribute("aria-label", element.t("unblockName", { name: person.name }));
    const name = h("span", { dir: "auto" }, person.name);
    const node = h("li", { class: "person" }, avatarOf(person, { size: 36 }), name, button);
    return node;
  }
}
