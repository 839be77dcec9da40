/** Below the thread: the box to write in, or why nothing can be written. */

import { h, place } from "../nodes.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Conversation} Conversation */

export class Foot {
  node = h("div", { class: "foot" });
  /** What it was made for. @type {Conversation | null} */
  #conversation = null;

  /** @param {View} view */
  constructor(view) {
    this.view = view;
  }

  /** @param {Conversation | null} conversation */
  update(conversation) {
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    if (conversation && !conversation.viewerCan.includes("SEND"))
      this.view.try(() => this.#close(conversation));
    else this.#set(conversation && this.view.composer.node);
  }

  /** @param {Conversation} conversation */
  async #close(conversation) {
    const { closedBecause } = await import("./closed.js");
    if (this.#conversation === conversation) this.#set(closedBecause(this.view, conversation));
  }

  /** @param {HTMLElement | null} content */
  #set(content) {
    const { node, view } = this;
    const hadFocus = node.matches(":focus-within");
    place(node, [content]);
    if (hadFocus && !node.matches(":focus-within")) view.focus();
  }
}
