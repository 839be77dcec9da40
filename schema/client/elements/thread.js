/** `<talk-thread>`: the messages of a conversation, and the box to write another one. */

import { TalkElement } from "./base.js";
import { h } from "./nodes.js";
import { threadStyle } from "./thread/style.js";
import { View } from "./thread/view.js";

export class TalkThread extends TalkElement {
  static observedAttributes = ["conversation"];
  static styles = [threadStyle];

  /** @type {View | null} */
  #view = null;
  /** The number of the message to begin at. @type {number | undefined} */
  #first;

  /** Show the message with this number. @param {number} number */
  jumpTo(number) {
    if (this.#view) this.#view.jumpTo(number);
    else this.#first = number;
  }

  focus() {
    this.#view?.focus();
  }

  /** @param {HTMLElement} node */
  refocus(node) {
    if (node.isConnected || !this.#view) super.refocus(node);
    else this.#view.refocus(node);
  }

  /** @param {import("../types.js").Talk} talk */
  start(talk) {
    const id = this.getAttribute("conversation");
    this.root.replaceChildren();
    this.#view = null;
    if (!id) return;
    const store = talk.conversation(id);
    // The first page comes at the same time as the viewer.
    this.until(store.subscribe(() => {}));
    this.root.append(h("p", { class: "status" }, this.t("loading")));
    /** @type {string | undefined} */
    let shownTo;
    this.follow(talk.viewer, (viewer) => {
      if (!viewer || viewer.id === shownTo) return;
      if (shownTo) return this.restart();
      shownTo = viewer.id;
      this.#view = new View(this, talk, store, viewer.id);
      this.root.replaceChildren(...this.#view.nodes);
      this.#view.start(this.#first);
      this.#first = undefined;
    });
  }
}
