/** What the viewer can do in the inbox: answer an invitation, and the entries of a row's menu. */

import { confirm } from "./dialog.js";
import { h } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOfConversation } from "./people.js";

/** @import {InboxRow, Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {MenuItem} from "./menu.js" */

/**
 * The menu of a row.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {InboxRow} row
 * @returns {MenuItem[]}
 */
export function menuOf(element, talk, { conversation, unreadCount, markedUnreadAt }) {
  const { id: conversationId, name, kind } = conversation;
  const isUnread = unreadCount > 0 || markedUnreadAt !== null;
  const t = element.t.bind(element);
  const mark = isUnread ? talk.markRead : talk.markUnread;
  const clear = () => talk.clearConversation({ conversationId });
  const leave = () => talk.leaveConversation({ conversationId });
  /** @type {MenuItem[]} */
  const items = [
    {
      label: t(isUnread ? "markRead" : "markUnread"),
      icon: isUnread ? "check" : "bell",
      act: () => attempt(element, () => mark({ conversationId })),
    },
    {
      label: t("clear"),
      icon: "trash",
      act: () => confirm(element, t("clear"), t("clearSure", { name }), clear),
    },
  ];
  if (kind === "GROUP") {
    const act = () => confirm(element, t("leave"), t("leaveSure", { name }), leave);
    items.push({ label: t("leave"), icon: "leave", isDanger: true, act });
  }
  return items;
}

/**
 * An invitation with its two answers.
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
