/** `<talk-inbox>`: the viewer's conversations and invitations, the archive, and the search. */

import { TalkElement } from "./base.js";
import { icon } from "./icons.js";
import { inboxStyle } from "./inbox-style.js";
import { h, place } from "./nodes.js";
import { attempt } from "./notice.js";
import { Row, rowStyle } from "./row.js";
import { RowWindow } from "./window.js";

/** @import {InboxRow, InboxSnapshot, Talk} from "../types.js" */
/** @import {Signs} from "./signs.js" */

const MINUTE = 60_000;

export class TalkInbox extends TalkElement {
  static styles = [inboxStyle, rowStyle];
  static observedAttributes = ["current"];

  /** @type {RowWindow<InboxRow> | null} */
  #window = null;
  /** Who is present and who types. It is loaded after the rows. @type {Signs | null} */
  #signs = null;
  #isArchive = false;

  /** The conversation that is open beside. */
  get current() {
    return this.getAttribute("current") || null;
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (name !== "current") return super.attributeChangedCallback(name, before, now);
    if (now) this.#window?.activate(now);
    this.#window?.render();
  }

  focus() {
    this.#window?.focus();
  }

  /** @param {Talk} talk */
  start(talk) {
    const store = talk.inbox({ archived: this.#isArchive });
    const label = this.t(this.#isArchive ? "archive" : "inbox");
    const list = h("ul", { class: "rows", role: "list", "aria-label": label });
    const top = h("div", { class: "top" });
    const end = h("div", { class: "end" });
    const box = h("div", { class: "box" }, top, list, end);
    place(this.root, [this.#head(talk, label), this.#search(talk, box), box]);

    const height = Math.round(parseFloat(getComputedStyle(this).fontSize) * 4.7);
    this.style.setProperty("--_row", `${height}px`);
    const rows = new RowWindow({
      box,
      list,
      height,
      keyOf: (row) => row.conversation.id,
      show: (row, known, isActive) => this.#row(talk, row, known, isActive),
      seen: (seen, isAtEnd) => {
        const { hasMore, isLoadingMore } = store.getSnapshot();
        if (isAtEnd && hasMore && !isLoadingMore) store.loadMore().catch(() => {});
        this.#signs?.watch(seen);
      },
    });
    this.#window = rows;
    if (this.current) rows.activate(this.current);
    this.until(() => (this.#window = this.#signs = null));
    // Without its code, the rows are the same without signs.
    import("./signs.js").then(
      ({ Signs }) => {
        if (this.#window !== rows) return;
        this.#signs = new Signs(this, talk, () => rows.render());
        rows.render();
      },
      () => {},
    );

    /** @type {unknown} */
    let told = null;
    this.follow(store, (snapshot) => {
      this.#invite(talk, top, snapshot.invitations);
      place(end, this.#words(snapshot));
      box.setAttribute("aria-busy", String(snapshot.state === "loading"));
      list.hidden = !snapshot.rows.length;
      rows.set(snapshot.rows);
      const { error } = snapshot;
      if (error && error !== told) this.tell("talk-error", { error });
      told = error;
    });
    this.follow(talk.viewer, () => rows.render());
    this.listen(box, "scroll", () => rows.render());
    const observer = new ResizeObserver(() => rows.render());
    observer.observe(box);
    this.until(() => observer.disconnect());
    // "14:05" becomes "yesterday".
    const timer = setInterval(() => rows.render(), MINUTE);
    this.until(() => clearInterval(timer));
  }

  /**
   * Show the archive instead of the inbox, or the inbox again.
   * @param {boolean} isArchive
   */
  showArchive(isArchive) {
    this.#isArchive = isArchive;
    this.restart();
    /** @type {HTMLElement | null} */ (this.root.querySelector(".title button"))?.focus();
  }

  /** Ask for people, and start a conversation with them. */
  startConversation() {
    return attempt(this, async () => (await import("./inbox-acts.js")).startConversation(this));
  }

  /** @param {string} conversationId */
  #open(conversationId) {
    this.tell("talk-open", { conversationId });
  }

  /**
   * @param {Talk} talk
   * @param {HTMLElement} box what the results of a search stand in place of.
   */
  #search(talk, box) {
    const label = this.t("search");
    /** @type {import("./search.js").SearchBox | undefined} */
    let search;
    const load = async () => {
      const { SearchBox } = await import("./search.js");
      return (search ??= new SearchBox(this, talk, input, box));
    };
    const input = h("input", {
      type: "search",
      class: "field",
      placeholder: label,
      autocomplete: "off",
      onfocus: () => attempt(this, load),
      // Whoever types quickly presses it before the code is there.
      onkeydown: (/** @type {KeyboardEvent} */ { key, isComposing }) =>
        key === "Enter" && !isComposing && attempt(this, async () => (await load()).enter()),
    });
    input.setAttribute("aria-label", label);
    return h("div", { class: "search", role: "search" }, icon("search"), input);
  }

  /**
   * @param {Talk} talk
   * @param {HTMLElement} top
   * @param {InboxRow[]} rows
   */
  async #invite(talk, top, rows) {
    if (!rows.length) return top.replaceChildren();
    const { invitationOf } = await import("./invitation.js");
    place(
      top,
      rows.map((row) => invitationOf(this, talk, row)),
    );
  }

  /**
   * @param {Talk} talk
   * @param {string} label
   */
  #head(talk, label) {
    const title = h("h2", {}, label);
    const back = {
      type: "button",
      class: "round",
      "aria-label": this.t("back"),
      onclick: () => this.showArchive(false),
    };
    if (this.#isArchive)
      return h("div", { class: "title" }, h("button", back, icon("back")), title);
    const more = h("button", {
      type: "button",
      class: "round",
      "aria-label": this.t("more"),
      "aria-haspopup": "menu",
      onclick: () =>
        attempt(this, async () => (await import("./inbox-acts.js")).openMore(this, talk, more)),
    });
    more.append(icon("more"));
    const start = {
      type: "button",
      class: "round",
      "aria-label": this.t("newConversation"),
      title: this.t("newConversation"),
      onclick: () => this.startConversation(),
    };
    return h("div", { class: "title" }, title, h("button", start, icon("edit")), more);
  }

  /**
   * @param {Talk} talk
   * @param {InboxRow} row
   * @param {Row | undefined} known
   * @param {boolean} isActive
   */
  #row(talk, row, known, isActive) {
    const made =
      known ??
      new Row(this, {
        open: ({ conversation }) => this.#open(conversation.id),
        use: (act, isQuiet) => {
          const used = async () => act(await import("./inbox-acts.js"), talk);
          if (isQuiet) used().catch(() => {});
          else attempt(this, used);
        },
      });
    made.update(row, {
      viewerId: talk.viewer.getSnapshot()?.id,
      isOnline: this.#signs?.isOnline(row) ?? false,
      isCurrent: row.conversation.id === this.current,
      typing: this.#signs?.typingIn(row) ?? "",
    });
    made.reach(isActive);
    return made;
  }

  /** @param {InboxSnapshot} snapshot what stands below the rows. */
  #words({ state, error, rows, invitations, isLoadingMore }) {
    if (state === "loading") {
      const skeleton = [1, 2, 3, 4, 5].map(() =>
        h("div", { class: "skeleton", "aria-hidden": "true" }),
      );
      return [h("p", { class: "spoken", role: "status" }, this.t("loading")), ...skeleton];
    }
    if (state === "failed" || state === "missing") {
      const again = { type: "button", class: "button", onclick: () => this.restart() };
      return [
        h("p", { class: "muted" }, this.sentence(error)),
        h("button", again, this.t("retry")),
      ];
    }
    if (isLoadingMore) return [h("p", { class: "muted" }, this.t("loading"))];
    const nothing = this.t(this.#isArchive ? "nothingArchived" : "noConversations");
    return [!rows.length && !invitations.length && h("p", { class: "muted" }, nothing)];
  }
}
