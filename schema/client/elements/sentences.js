/** What stands for a message that has no words: who came and went, and what was taken away. */

/** @import {Language} from "./words.js" */
/** @import {FileName} from "../types.js" */
/** @typedef {import("../types.js").Quoted & {subject?: import("../types.js").Named | null}} Told */

/**
 * The sentence to show for a message. Null if the words of the message itself are to be shown.
 * @param {Told} message
 * @param {Language} language
 * @param {string | undefined} viewerId
 * @returns {string | null}
 */
export function sentenceOf(message, language, viewerId) {
  const { kind, removal, hidden, sender, subject, body } = message;
  /** @param {import("../types.js").Named | null | undefined} person */
  const nameOf = (person) => person?.name ?? language.say("someone");
  const name = nameOf(sender);
  const isViewer = sender !== null && sender.id === viewerId;
  const other = nameOf(subject);
  if (removal === "RETRACTED") {
    return isViewer ? language.say("bodyRetractedByYou") : language.say("bodyRetracted", { name });
  }
  if (removal === "EXPIRED") return language.say("bodyExpired");
  if (removal === "CHANGED_SINCE") return language.say("bodyChanged");
  if (removal) return language.say("bodyRemoved");
  switch (kind) {
    case "TEXT":
      return hidden ? language.say("bodyHidden") : null;
    case "JOINED":
      if (!sender || !subject || sender.id === subject.id) {
        return language.say("systemJoinedSelf", { other: subject ? other : name });
      }
      return language.say("systemJoined", { name, other });
    case "LEFT":
      return language.say("systemLeft", { name: subject ? other : name });
    case "REMOVED":
      return language.say("systemRemoved", { name, other });
    case "REINSTATED":
      return language.say("systemReinstated", { name, other });
    case "RENAMED":
      return body
        ? language.say("systemRenamed", { name, title: body })
        : language.say("systemUnnamed", { name });
    case "UPGRADED":
      return language.say("systemUpgraded", { name });
  }
}

/**
 * Who types, in words. Empty if nobody does.
 * @param {readonly {name: string}[]} people
 * @param {Language} language
 */
export function typingOf(people, language) {
  if (!people.length) return "";
  const names = language.list(people.map(({ name }) => name));
  return language.say("typing", { names, count: people.length });
}

/**
 * What a message says in short. One without words says what its files are called.
 * @param {{body: string, attachments?: readonly FileName[], files?: readonly FileName[]}} message
 */
export function textOf({ body, attachments, files = [] }) {
  return body || (attachments ?? files).map(({ filename }) => filename).join(", ");
}
