/** Shown instead of the composer to somebody who can't write here. Loaded for them. */

import { answersTo } from "../invitation.js";
import { h } from "../nodes.js";
import "../words/later.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Conversation} Conversation */

/**
 * @param {View} view
 * @param {Conversation} conversation
 */
export function closedBecause(view, { id, kind, viewerCan, viewerParticipation }) {
  const { status, suspendedAt, invitedBy } = viewerParticipation;
  if (viewerCan.includes("ANSWER_INVITATION")) {
    const name = invitedBy?.name ?? view.t("someone");
    const answers = answersTo(view.element, view.talk, id, view.screen);
    return h("div", { class: "closed" }, h("p", {}, view.t("invitedBy", { name })), ...answers);
  }
  return h("p", { class: "closed" }, view.t(reasonOf(kind, status, suspendedAt)));
}

/**
 * @param {Conversation["kind"]} kind
 * @param {import("../../types.js").Status} status
 * @param {string | null} suspendedAt
 */
function reasonOf(kind, status, suspendedAt) {
  if (status === "REMOVED") return "cannotRemoved";
  if (status !== "ACTIVE") return "cannotLeft";
  if (suspendedAt) return "cannotSuspended";
  return kind === "PRIVATE" ? "cannotReach" : "cannotSend";
}
