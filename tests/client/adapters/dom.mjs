/** A page in Node, for libraries that need a DOM. */

import { Window } from "happy-dom";

const window = new Window({ url: "http://localhost/" });
globalThis.window = window;
// Newer versions of Node have a navigator of their own.
globalThis.navigator ??= window.navigator;
for (const name of ["document", "HTMLElement", "HTMLIFrameElement", "Node"]) {
  globalThis[name] = window[name];
}

export const { document } = window;

/** A place in the page, with this in it. */
export function place(html = "") {
  const element = document.createElement("div");
  element.innerHTML = html;
  document.body.append(element);
  return element;
}
