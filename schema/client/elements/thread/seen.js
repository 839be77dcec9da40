/** What the viewer has seen of a thread, and what a screen reader says of new messages. */

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").ConversationSnapshot} ConversationSnapshot */

export class Seen {
  #number = 0;
  #isOnScreen = true;

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    const { element } = view;
    const observer = new IntersectionObserver(([entry]) => {
      this.#isOnScreen = entry.isIntersecting;
      this.update();
    });
    observer.observe(view.scroller);
    element.until(() => observer.disconnect());
    element.listen(document, "visibilitychange", () => this.update());
  }

  /** How many messages there are after those that were seen. */
  get count() {
    const { conversation } = this.view.snapshot;
    return this.#number ? Math.max(0, (conversation?.lastNumber ?? 0) - this.#number) : 0;
  }

  /** Note what is on the screen. */
  update() {
    const { list, store, snapshot } = this.view;
    if (!this.#isOnScreen || document.visibilityState !== "visible" || snapshot.state !== "ready")
      return;
    let last = Math.min(list.screen.lastShown, snapshot.rows.length - 1);
    while (last >= 0 && !snapshot.rows[last].message) last -= 1;
    const number = snapshot.rows[last]?.message?.number ?? 0;
    if (number <= this.#number) return;
    this.#number = number;
    store.shown(number);
  }

  /**
   * Have new messages read out. Pages of old ones are not.
   * @param {ConversationSnapshot} before
   * @param {ConversationSnapshot} now
   */
  announce(before, now) {
    const last = before.rows.findLast(({ message }) => message)?.message?.number;
    if (before.state !== "ready" || before.hasLater || last === undefined) return;
    const { view } = this;
    const fresh = now.rows.filter(
      (row) => row.message && row.message.number > last && !view.isOwn(row),
    );
    if (fresh.length) view.try(async () => (await import("./read-out.js")).readOut(view, fresh));
  }
}
