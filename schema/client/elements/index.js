/** Defines the elements: `<talk-chat>` and its parts. */

export { setWords } from "./words.js";

/** @type {Record<string, CustomElementConstructor>} */
const ELEMENTS = {};

// Static files with hashes in their names may be loaded under two addresses.
for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
