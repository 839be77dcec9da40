/** The words of the interface in English. */

export const en = {
  // Everywhere.
  cancel: "Cancel",
  close: "Close",
  failed: "That did not work. Try again in a moment.",
  failedNetwork: "There is no connection right now. Try again in a moment.",
  failedRate: "That was too often. Wait a moment, then try again.",
  someone: "Somebody",

  // Messages that are not text, and placeholders. `{name}`: whoever did it; `{other}`: to whom.
  bodyHidden: "Hidden message",
  bodyRetracted: "{name} took this message back",
  bodyRetractedByYou: "You took this message back",
  bodyRemoved: "This message was removed",
  bodyExpired: "This message has expired",
  bodyChanged: "This message was changed after you left",
  systemJoined: "{name} added {other}",
  systemJoinedSelf: "{other} joined",
  systemLeft: "{name} left",
  systemRemoved: "{name} removed {other}",
  systemReinstated: "{name} brought {other} back",
  systemRenamed: "{name} named the group “{title}”",
  systemUnnamed: "{name} took the name of the group away",
  systemUpgraded: "{name} made a group of this conversation",
};
