/** An invitation above the inbox, with its two answers. */

import { h } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOfConversation } from "./people.js";

/** @import {InboxRow, Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */

/**
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {InboxRow} row
 */
export function invitationOf(element, talk, { conversation, invitedBy }) {
  const { id: conversationId, name } = conversation;
  const id = `invitation-${conversationId}`;
  const known = element.root.getElementById(id);
  if (known) return known;
  const accept = async () => {
    const isDone = await attempt(element, () => talk.acceptInvitation({ conversationId }));
    if (isDone) element.tell("talk-open", { conversationId });
  };
  const decline = async () => {
    const isDone = await attempt(element, () => talk.declineInvitation({ conversationId }));
    if (isDone) element.focus();
  };
  const by = element.t("invitedBy", { name: invitedBy?.name ?? element.t("someone") });
  return h(
    "section",
    { class: "invitation", id, "aria-label": element.t("invitation", { name }) },
    avatarOfConversation(conversation),
    h("div", {}, h("strong", { dir: "auto" }, name), h("p", { class: "muted" }, by)),
    h("button", { type: "button", class: "button primary", onclick: accept }, element.t("accept")),
    h("button", { type: "button", class: "button", onclick: decline }, element.t("decline")),
  );
}
