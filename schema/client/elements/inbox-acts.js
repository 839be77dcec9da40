/** The menus of the inbox, and the start of a conversation. Loaded when they are first needed. */

import { showBlocked } from "./blocked.js";
import { confirm } from "./dialog.js";
import { openMenu } from "./menu.js";
import { attempt } from "./notice.js";
import { pickPeople } from "./picker.js";

/** @import {InboxRow, Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {MenuItem} from "./menu.js" */

/**
 * Ask for people, and start a conversation with them.
 * @param {TalkElement} element
 */
export function startConversation(element) {
  const talk = /** @type {Talk} */ (element.talk);
  pickPeople(element, talk, {
    title: element.t("newConversation"),
    action: element.t("start"),
    hasTitle: true,
    act: async (people, title) => {
      const kind = people.length === 1 && !title ? "PRIVATE" : "GROUP";
      const participants = people.map(({ id }) => id);
      const { conversation } = await talk.startConversation({ participants, kind, title });
      return () => element.tell("talk-open", { conversationId: conversation.id });
    },
  });
}

/**
 * Open the menu of the whole inbox.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {HTMLElement} anchor
 */
export function openMore(element, talk, anchor) {
  const act = () => showBlocked(element, talk);
  openMenu(element, anchor, [{ label: element.t("blockedPeople"), icon: "block", act }]);
}

/**
 * Open the menu of a row.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {InboxRow} row
 * @param {HTMLElement} anchor
 * @param {DOMPoint} [point] where somebody clicked.
 */
export function openRowMenu(
  element,
  talk,
  { conversation, unreadCount, markedUnreadAt },
  anchor,
  point,
) {
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
  openMenu(element, anchor, items, point);
}
