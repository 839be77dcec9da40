/** An invitation above the inbox, and the two answers to one. */

import { h } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOfConversation } from "./people.js";
import "./words/later.js";

/** @import {InboxRow, Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */

/**
 * The buttons that answer an invitation.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {string} conversationId
 * @param {ParentNode & Node} [where] where is said what went wrong.
 */
export function answersTo(element, talk, conversationId, where) {
  const accept = async () => {
    const isDone = await attempt(element, () => talk.acceptInvitation({ conversationId }), where);
    if (isDone) element.tell("talk-open", { conversationId });
  };
  const decline = async () => {
    const isDone = await attempt(element, () => talk.declineInvitation({ conversationId }), where);
    if (isDone) element.focus();
  };
  return [
    h("button", { type: "button", class: "button primary", onclick: accept }, element.t("accept")),
    h("button", { type: "button", class: "button", onclick: decline }, element.t("decline")),
  ];
}

/**
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {InboxRow} row
 */
export function invitationOf(element, talk, { conversation, invitedBy }) {
  const { name } = conversation;
  const id = `invitation-${conversation.id}`;
  const known = element.root.getElementById(id);
  if (known) return known;
  const by = element.t("invitedBy", { name: invitedBy?.name ?? element.t("someone") });
  return h(
    "section",
    { class: "invitation", id, "aria-label": element.t("invitation", { name }) },
    avatarOfConversation(conversation, { talk }),
    h("div", {}, h("strong", { dir: "auto" }, name), h("p", { class: "muted" }, by)),
    ...answersTo(element, talk, conversation.id),
  );
}
