/** Asks for more messages before a reader comes to the last one that is here. */

import { h, place } from "../nodes.js";

/** @import {View} from "./view.js" */

/** So many screens ahead, a page is asked for. */
const AHEAD = 2;
/** So many screens before the end, a reader waits for the page. */
const CLOSE = 0.3;

export class Pager {
  #isAsking = false;
  #hasFailed = false;

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    this.node = h("div", { class: "pager", hidden: true }, view.t("loading"));
  }

  /** Try again what failed. */
  retry() {
    this.#hasFailed = false;
    this.update();
  }

  /** Ask for a page if its rows will be on the screen soon. */
  update() {
    const { store, list, snapshot } = this.view;
    const { hasEarlier, hasLater, isLoading } = snapshot;
    const { above, below } = list.screen.beyond;
    const isAwaited = (hasEarlier && above < CLOSE) || (hasLater && below < CLOSE);
    this.node.hidden = !this.#hasFailed && !(isLoading && isAwaited);
    if (this.#isAsking || this.#hasFailed || isLoading) return;
    if (hasEarlier && above < AHEAD) this.#ask(() => store.loadEarlier());
    else if (hasLater && below < AHEAD) this.#ask(() => store.loadLater());
  }

  /** @param {() => Promise<void>} load */
  async #ask(load) {
    const { element, snapshot } = this.view;
    this.#isAsking = true;
    this.node.textContent = element.t("loading");
    try {
      // Not at once: what the list is doing now comes first.
      await null;
      await load();
    } catch (error) {
      this.#hasFailed = true;
      const retry = { type: "button", class: "link", onclick: () => this.retry() };
      place(this.node, [`${element.sentence(error)} `, h("button", retry, element.t("retry"))]);
    }
    this.#isAsking = false;
    // Nothing changes any more where the conversation is not followed now.
    if (this.view.snapshot !== snapshot) this.update();
  }
}
