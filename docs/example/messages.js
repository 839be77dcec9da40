/** The messages of a conversation, and the box in which the viewer writes. */

import { button, h, onSubmit, part } from "./dom.js";

/** @import {ConversationStore, Row, Talk} from "talk-client" */

/** @param {{name: string} | null} person null: a deleted account. */
const nameOf = (person) => person?.name ?? "Somebody";

/** @typedef {{replyTo?: number, edited?: Row}} Purpose what a text is written for. */
/** The box for a text. Answers what begins another one. @param {ConversationStore} thread */
export function prepareComposer(thread) {
  const form = part("composer");
  const { body } = form.elements;
  let purpose = /** @type {Purpose} */ ({});
  const begin = (context = "", text = "", next = /** @type {Purpose} */ ({})) => {
    purpose = next;
    body.value = text;
    part("context").replaceChildren(context, context && button("Cancel", () => begin()));
    body.focus();
  };
  form.oninput = () => thread.setTyping(body.value !== "");
  onSubmit(form, () => {
    const [text, { edited, replyTo }] = [body.value, purpose];
    if (!text.trim()) return;
    begin();
    return edited ? thread.edit(edited, text) : thread.send(text, { replyTo });
  });
  begin();
  return begin;
}

/**
 * What makes the element of a row. @param {Talk} talk @param {ConversationStore} thread
 * @param {ReturnType<typeof prepareComposer>} write
 */
export function rowMaker(talk, thread, write) {
  return (/** @type {Row} */ row) => {
    const edit = () => write("Another text ", (row.message ?? row.unsent).body, { edited: row });
    const takeBack = () => thread.retract(row);
    if (row.unsent) {
      const { body, state, error, clientId } = row.unsent;
      const told = h("small", {}, error?.message ?? state);
      const retry = error && button("Retry", () => talk.outbox.retry(clientId));
      const more = [button("Edit", edit), button("Discard", takeBack)];
      return h("li", { className: `mine ${state}` }, h("p", {}, body), told, retry, ...more);
    }
    const { message } = row;
    const { number, kind, sender, subject, body, removal, hidden, replyTo, viewerCan } = message;
    if (kind !== "TEXT") {
      const verb = kind === "JOINED" ? "added" : kind.toLowerCase();
      const told = new Set([nameOf(sender), verb, subject?.name, body].filter(Boolean));
      return h("li", { className: "told" }, [...told].join(" "));
    }
    const actions = /** @type {const} */ ([
      ["REPLY", "Reply", () => write(`Reply to ${body} `, "", { replyTo: number })],
      ["REACT", "👍", () => thread.react(message, "👍")],
      ["EDIT", "Edit", edit],
      ["RETRACT", "Take back", takeBack],
      ["REMOVE", "Remove", () => talk.removeMessage({ message: message.id })],
    ]);
    const possible = actions.filter(([capability]) => viewerCan.includes(capability));
    const chips = message.reactions.map(({ emoji, count, viewerReacted }) => {
      const change = viewerReacted ? thread.unreact : thread.react;
      const chip = button(`${emoji} ${count}`, () => change(message, emoji));
      return Object.assign(chip, { className: "chip", ariaPressed: String(viewerReacted) });
    });
    return h(
      "li",
      { className: sender?.id === talk.viewer.getSnapshot()?.id ? "mine" : "theirs" },
      h("small", {}, nameOf(sender), message.editedAt && " · edited"),
      replyTo && h("blockquote", {}, `${nameOf(replyTo.sender)}: ${replyTo.body}`),
      h("p", {}, removal || hidden ? `(${removal?.toLowerCase() ?? "hidden"})` : body),
      ...message.attachments.map(({ filename, url }) =>
        url ? h("a", { href: talk.addressOf(url), target: "_blank" }, filename) : filename,
      ),
      ...chips,
      ...possible.map(([, label, act]) => button(label, act)),
    );
  };
}
