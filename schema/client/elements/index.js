/** Defines the elements: `<talk-chat>` and its parts. */

import { TalkChat } from "./chat.js";
import { TalkHead } from "./head.js";
import { TalkInbox } from "./inbox.js";
import { TalkThread } from "./thread.js";

export { setWords } from "./words.js";

/** The parts before the whole, which hands its properties to them. */
const ELEMENTS = {
  "talk-inbox": TalkInbox,
  "talk-head": TalkHead,
  "talk-thread": TalkThread,
  "talk-chat": TalkChat,
};

// Static files with hashes in their names may be loaded under two addresses.
for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
