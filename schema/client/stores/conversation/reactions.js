/** Reactions as the viewer wants them, before the server has answered. */

/** @import {Message} from "../../types.js" */

/**
 * A message with a reaction of the viewer, or without it. Nothing changes if it is so already.
 * @param {Message} message
 * @param {string} emoji
 * @param {boolean} isWanted
 * @returns {Message}
 */
export function withReaction(message, emoji, isWanted) {
  // The server leaves these selectors out.
  const name = emoji.replace(/[\uFE0E\uFE0F]/g, "");
  const known = message.reactions.find((reaction) => reaction.emoji === name);
  if (message.removal || (known?.viewerReacted ?? false) === isWanted) return message;
  const count = (known?.count ?? 0) + (isWanted ? 1 : -1);
  const reaction = { emoji: name, count, viewerReacted: isWanted };
  const reactions = known
    ? message.reactions.map((each) => (each === known ? reaction : each))
    : [...message.reactions, reaction];
  return { ...message, reactions: reactions.filter((each) => each.count > 0) };
}
