/** Above the box: what is answered or edited, and how to leave that. */

import { icon } from "../icons.js";
import { h, place } from "../nodes.js";
import { quoteOf } from "./message.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Quoted} Quoted */

export class Banner {
  node = h("div", { class: "banner", hidden: true });
  /** The message that is answered, once it is known. @type {Quoted | null} */
  #quoted = null;
  /** Its number. @type {number | null} */
  #number = null;

  /**
   * @param {View} view
   * @param {(event: Event) => void} leave
   */
  constructor(view, leave) {
    this.view = view;
    this.leave = leave;
  }

  /**
   * @param {boolean} isEdit
   * @param {number | null} replyTo the number of the message that is answered.
   */
  show(isEdit, replyTo) {
    const { view, leave } = this;
    if (replyTo !== this.#number) this.#find(replyTo);
    this.node.hidden = !isEdit && replyTo === null;
    const close = {
      type: "button",
      class: "round",
      "aria-label": view.t("cancel"),
      onclick: leave,
    };
    place(this.node, [
      icon(isEdit ? "edit" : "reply"),
      isEdit
        ? h("span", { class: "quote" }, view.t("editing"))
        : this.#quoted && quoteOf(view, this.#quoted),
      h("button", close, icon("close")),
    ]);
  }

  /** Look for a message in the thread, or ask for it. @param {number | null} number */
  #find(number) {
    const { view } = this;
    this.#number = number;
    this.#quoted = view.messageOf(number);
    if (this.#quoted || number === null) return;
    view.try(async () => {
      const found = await view.talk.messageAt(view.store.id, number);
      if (this.#number !== number) return;
      this.#quoted = found;
      this.show(false, number);
    });
  }
}
