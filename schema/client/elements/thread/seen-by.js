/** Who has seen a message of the viewer. Loaded when somebody wants to know. */

import { openDialog } from "../dialog.js";
import { h } from "../nodes.js";
import { avatarOf } from "../people.js";

/** @import {View} from "./view.js" */

/**
 * Show who has seen the viewer's last message.
 * @param {View} view
 */
export function showSeenBy(view) {
  const { members = [], count = 0 } = view.snapshot.seen ?? {};
  const title = view.t("seenBy", { count: count ?? 0 });
  const people = members.map(({ user }) =>
    h("li", { class: "person" }, avatarOf(user, { size: 36 }), h("span", { dir: "auto" }, user.name)),
  );
  const list = h("ul", { role: "list", class: "people", "aria-label": title }, ...people);
  openDialog(view.element, { title, body: [list] });
}
