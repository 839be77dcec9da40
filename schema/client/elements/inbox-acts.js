/** The menus of the inbox, what its keys do, and the start of a conversation. Loaded when needed. */

import { showBlocked } from "./blocked.js";
import { confirm } from "./dialog.js";
import { openMenu } from "./menu.js";
import { showSaved } from "./messages-dialog.js";
import { attempt, notice } from "./notice.js";
import { pickPeople } from "./picker.js";

/** @import {InboxRow, Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {TalkInbox} from "./inbox.js" */
/** @import {MenuItem} from "./menu.js" */

const HOUR = 3_600_000;

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
 * @param {TalkInbox} element
 * @param {Talk} talk
 * @param {HTMLElement} anchor
 */
export function openMore(element, talk, anchor) {
  const blocked = () => showBlocked(element, talk);
  openMenu(element, anchor, [
    { label: element.t("archive"), icon: "archive", act: () => element.showArchive(true) },
    { label: element.t("savedMessages"), icon: "saved", act: () => showSaved(element, talk) },
    { label: element.t("blockedPeople"), icon: "block", act: blocked },
  ]);
}

/**
 * Open the menu of a row.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {InboxRow} row
 * @param {HTMLElement} anchor
 * @param {DOMPoint} [point] where somebody clicked.
 */
export function openRowMenu(element, talk, row, anchor, point) {
  const { conversation, unreadCount, markedUnreadAt, pinnedAt, archivedAt } = row;
  const { id: conversationId, name, kind } = conversation;
  const isUnread = unreadCount > 0 || markedUnreadAt !== null;
  const t = element.t.bind(element);
  /** @param {(input: {conversationId: string}) => Promise<unknown>} verb */
  const does = (verb) => () => attempt(element, () => verb({ conversationId }));
  /** @type {MenuItem[]} */
  const items = [
    isUnread
      ? { label: t("markRead"), icon: "check", act: does(talk.markRead) }
      : { label: t("markUnread"), icon: "bell", act: does(talk.markUnread) },
    pinnedAt
      ? { label: t("unpin"), icon: "pin", act: does(talk.unpinConversation) }
      : { label: t("pin"), icon: "pin", act: does(talk.pinConversation) },
    muting(element, talk, row, anchor, point),
    {
      label: t(archivedAt ? "unarchive" : "toArchive"),
      icon: "archive",
      act: () => archive(element, talk, row),
    },
    {
      label: t("clear"),
      icon: "trash",
      act: () =>
        confirm(element, t("clear"), t("clearSure", { name }), () =>
          talk.clearConversation({ conversationId }),
        ),
    },
  ];
  if (kind === "GROUP") {
    const leave = () => talk.leaveConversation({ conversationId });
    const act = () => confirm(element, t("leave"), t("leaveSure", { name }), leave);
    items.push({ label: t("leave"), icon: "leave", isDanger: true, act });
  }
  openMenu(element, anchor, items, point);
}

/**
 * Archive the conversation of a row, or bring it back from the archive. It can be undone.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {{conversation: {id: string, name: string}, archivedAt: string | null}} row
 * @param {ParentNode & Node} [where] where is said what was done.
 */
export async function archive(element, talk, { conversation: { id, name }, archivedAt }, where) {
  const input = { conversationId: id };
  const [act, back] = archivedAt
    ? [talk.unarchiveConversation, talk.archiveConversation]
    : [talk.archiveConversation, talk.unarchiveConversation];
  if (!(await attempt(element, () => act(input), where))) return;
  const text = element.t(archivedAt ? "unarchived" : "archived", { name });
  notice(element, text, where, () => attempt(element, () => back(input), where));
}

/**
 * Follow a finger that may draw a row aside.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {InboxRow} row
 * @param {HTMLElement} node
 * @param {PointerEvent} down
 */
export async function swipe(element, talk, row, node, down) {
  const { followSwipe } = await import("./swipe.js");
  followSwipe(element, node, down, "archive", () => archive(element, talk, row));
}

/**
 * The item that opens the menu of times for which a conversation is muted, or unmutes it.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {Pick<InboxRow, "muted" | "notifications"> & {conversation: {id: string}}} row
 * @param {HTMLElement} anchor
 * @param {DOMPoint} [point]
 * @param {ParentNode & Node} [where] where is said what went wrong.
 * @returns {MenuItem}
 */
export function muting(element, talk, row, anchor, point, where) {
  const { conversation, muted, notifications } = row;
  const conversationId = conversation.id;
  const t = element.t.bind(element);
  /**
   * @param {"EVERYTHING" | "MENTIONS" | "NOTHING"} level
   * @param {number} [hours]
   */
  const set = (level, hours) => () =>
    attempt(
      element,
      () => {
        const mutedUntil = hours ? new Date(Date.now() + hours * HOUR).toISOString() : null;
        return talk.setNotifications({ conversationId, level, mutedUntil });
      },
      where,
    );
  if (muted || notifications !== "EVERYTHING")
    return { label: t("unmute"), icon: "bell", act: set("EVERYTHING") };
  const act = () =>
    openMenu(
      element,
      anchor,
      [
        { label: t("muteHour"), act: set("EVERYTHING", 1) },
        { label: t("muteDay"), act: set("EVERYTHING", 24) },
        { label: t("muteAlways"), act: set("NOTHING") },
        { label: t("muteButMentions"), act: set("MENTIONS") },
      ],
      point,
    );
  return { label: t("mute"), icon: "mute", act };
}
