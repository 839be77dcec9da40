/** The words of the interface in German. */

/** @import {Word, WordKey} from "../words.js" */

/** @type {Record<WordKey, Word>} */
export const de = {
  // Everywhere.
  cancel: "Abbrechen",
  close: "Schließen",
  failed: "Das hat nicht geklappt. Versuche es gleich noch einmal.",
  failedNetwork: "Gerade gibt es keine Verbindung. Versuche es gleich noch einmal.",
  failedRate: "Das war zu oft. Warte einen Moment und versuche es dann noch einmal.",
  someone: "Jemand",

  // Messages that are not text, and placeholders.
  bodyHidden: "Verborgene Nachricht",
  bodyRetracted: "{name} hat diese Nachricht zurückgenommen",
  bodyRetractedByYou: "Du hast diese Nachricht zurückgenommen",
  bodyRemoved: "Diese Nachricht wurde entfernt",
  bodyExpired: "Diese Nachricht ist abgelaufen",
  bodyChanged: "Diese Nachricht wurde geändert, nachdem du gegangen bist",
  systemJoined: "{name} hat {other} hinzugefügt",
  systemJoinedSelf: "{other} ist dabei",
  systemLeft: "{name} hat die Gruppe verlassen",
  systemRemoved: "{name} hat {other} entfernt",
  systemReinstated: "{name} hat {other} zurückgeholt",
  systemRenamed: "{name} hat die Gruppe „{title}“ genannt",
  systemUnnamed: "{name} hat den Namen der Gruppe entfernt",
  systemUpgraded: "{name} hat aus dieser Unterhaltung eine Gruppe gemacht",
};
