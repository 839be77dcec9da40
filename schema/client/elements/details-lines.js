/** What can be done with a conversation, at the end of its panel. */

import { showFiles } from "./files/gallery.js";
import { archive, muting } from "./inbox-acts.js";
import { h, set } from "./nodes.js";
import { icon } from "./icons.js";
import { searchIn, showPins } from "./messages-dialog.js";

/** @import {Conversation} from "../types.js" */
/** @import {Details} from "./details.js" */
/** @import {IconName} from "./icons.js" */
/** @import {WordKey} from "./words.js" */

/**
 * @param {Details} details
 * @param {IconName} sign
 * @param {WordKey} key
 * @param {string} look
 * @param {(button: HTMLElement) => unknown} act
 */
export function buttonOf({ element }, sign, key, look, act) {
  const words = element.t(key);
  /** @type {HTMLButtonElement} */
  const button = h("button", { type: "button", class: look, onclick: () => act(button) });
  button.append(icon(sign));
  if (look === "round") set(button, "aria-label", words);
  else button.append(words);
  return button;
}

/**
 * The lines, and when each is shown.
 * @param {Details} details
 * @returns {{node: HTMLElement, isShown: (conversation: Conversation) => boolean}[]}
 */
export function linesOf(details) {
  const { element, talk, conversationId } = details;
  const nameOf = () => details.conversation?.name ?? "";
  const isActive = (/** @type {Conversation} */ { viewerParticipation }) =>
    viewerParticipation.status === "ACTIVE";
  const clear = () =>
    details.confirm("clear", "clearSure", nameOf(), () =>
      talk.clearConversation({ conversationId }),
    );
  const leave = async () => {
    const act = () => talk.leaveConversation({ conversationId });
    if (await details.confirm("leave", "leaveSure", nameOf(), act)) details.dialog.close();
  };
  const report = () =>
    details.report("reportTitle", (why) => talk.reportTitle({ conversationId, why }));
  const search = () => {
    details.dialog.close();
    searchIn(element, talk, conversationId);
  };
  const pins = () => {
    details.dialog.close();
    details.attempt(() => showPins(element, talk, conversationId));
  };
  const files = () => {
    details.dialog.close();
    showFiles(element, talk, conversationId);
  };
  /** @param {HTMLElement} button */
  const mute = (button) => {
    const own = details.own;
    if (own) muting(element, talk, own, button, undefined, details.dialog).act();
  };
  const store = () => details.own && archive(element, talk, details.own, details.dialog);

  /** @param {Parameters<typeof buttonOf>[1]} sign @param {WordKey} key @param {any} act */
  const line = (sign, key, act, look = "line") => buttonOf(details, sign, key, look, act);
  return [
    { node: line("search", "searchHere", search), isShown: () => true },
    { node: line("pin", "pinnedMessages", pins), isShown: () => true },
    { node: line("pictures", "sharedFiles", files), isShown: () => true },
    { node: line("mute", "mute", mute), isShown: (of) => isActive(of) && !isQuiet(of) },
    { node: line("bell", "unmute", mute), isShown: (of) => isActive(of) && isQuiet(of) },
    { node: line("archive", "toArchive", store), isShown: (of) => isActive(of) && !isStored(of) },
    { node: line("archive", "unarchive", store), isShown: (of) => isActive(of) && isStored(of) },
    { node: line("trash", "clear", clear), isShown: () => true },
    {
      node: line("flag", "reportTitle", report),
      isShown: ({ kind, title }) => kind === "GROUP" && !!title,
    },
    {
      node: line("leave", "leave", leave, "line danger"),
      isShown: ({ viewerCan }) => viewerCan.includes("LEAVE"),
    },
  ];
}

/** @param {Conversation} conversation */
function isQuiet({ viewerParticipation: { muted, notifications } }) {
  return muted || notifications !== "EVERYTHING";
}

/** @param {Conversation} conversation */
function isStored({ viewerParticipation: { archivedAt } }) {
  return archivedAt !== null;
}
