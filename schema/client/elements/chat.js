/** `<talk-chat>`: the inbox and a thread side by side, or one at a time where there is little room. */

import { createTalk } from "../index.js";
import { TalkElement } from "./base.js";
import { icon } from "./icons.js";
import { h, place } from "./nodes.js";
import { sheet } from "./theme.js";

/** @import {ConnectionState, Talk} from "../types.js" */
/** @import {TalkInbox} from "./inbox.js" */
/** @import {TalkThread} from "./thread.js" */

/** Below this width, in pixels, there is room for one of both. */
const NARROW = 700;
/** A connection that takes longer than this, in milliseconds, is worth a word. */
const PATIENCE = 1_500;
const WORDS = /** @type {const} */ ({
  connecting: "connecting",
  away: "away",
  "signed out": "signedOut",
});

const style = sheet(`
:host { height: 100%; overflow: clip; position: relative }
/* The size where the page gives none. */
:host::before { content: ""; display: block; width: 60rem; height: min(40rem, 85dvh) }
.chat {
  position: absolute; inset: 0; display: grid;
  grid-template: auto minmax(0, 1fr) / clamp(17rem, 32%, 23rem) minmax(0, 1fr);
}
.state { grid-column: 1 / -1 }
.state p {
  display: flex; align-items: center; justify-content: center; gap: .6em; padding: .5em 1em;
  background: var(--_warning); font-size: .93em; text-align: center;
}
talk-inbox { border-inline-end: 1px solid var(--_line) }
.pane { display: flex; flex-direction: column; min-width: 0; min-height: 0 }
talk-thread { flex: 1 }
.empty {
  margin: auto; padding: 2rem; display: grid; justify-items: center; gap: 1rem; text-align: center;
}
.empty .icon {
  width: 4.2rem; height: 4.2rem; padding: 1.1rem; border-radius: 50%; background: var(--_tint);
  color: var(--_accent);
}
.narrow { grid-template-columns: minmax(0, 1fr) }
.narrow talk-inbox { border: 0 }
.narrow.open talk-inbox, .narrow:not(.open) .pane { display: none }
`);

export class TalkChat extends TalkElement {
  static styles = [style];
  static observedAttributes = ["url", "csrf-token", "type-prefix", "conversation"];

  /** The client that this element made from its attributes. @type {Talk | null} */
  #own = null;
  /** @type {string | null} */
  #conversation = null;
  #isNarrow = false;
  #frame = h("div", { class: "chat" });
  #pane = h("div", { class: "pane" });
  /** @type {TalkInbox | null} */
  #inbox = null;
  /** @type {HTMLElement | undefined} */
  #head;
  /** @type {TalkThread | undefined} */
  #thread;

  get talk() {
    return super.talk;
  }

  set talk(talk) {
    if (talk !== this.#own) {
      this.#own?.close();
      this.#own = null;
    }
    super.talk = talk;
  }

  restart() {
    const url = this.getAttribute("url");
    // Without an address, the page has a client of its own, and sets it.
    if (!this.isConnected || this.talk || !url) return super.restart();
    this.#own = createTalk({
      url,
      csrfToken: this.getAttribute("csrf-token") ?? undefined,
      typePrefix: this.getAttribute("type-prefix") ?? undefined,
    });
    this.talk = this.#own;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.#own) this.talk = null;
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    if (name === "conversation") {
      if (now && this.isConnected && this.talk) this.open(now);
    } else if (this.#own) {
      this.talk = null;
    } else {
      this.restart();
    }
  }

  /** @param {Talk} talk */
  start(talk) {
    this.#conversation = null;
    this.#inbox = /** @type {TalkInbox} */ (
      h("talk-inbox", { talk, role: "region", "aria-label": this.t("inbox") })
    );
    const state = h("div", { class: "state", role: "status" });
    this.#frame = h("div", { class: "chat" }, state, this.#inbox, this.#pane);
    place(this.root, [this.#frame]);

    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(this);
    this.until(() => observer.disconnect());
    this.#fit();
    this.#followConnection(talk, state);
    this.follow(talk.unreadTotal, (total) => this.tell("talk-unread", { total }));
    this.listen(this.root, "talk-open", ({ detail: { conversationId, number } }) => {
      this.#show(conversationId, true);
      if (number) this.#thread?.jumpTo(number);
    });
    this.listen(this.root, "talk-back", () => this.#goBack());
    this.listen(window, "popstate", () => this.#isNarrow && this.#show(this.#remembered));
    this.#show(this.#remembered ?? this.getAttribute("conversation"));
    if (!this.#conversation && !this.#isNarrow) this.#showNewest(talk);
  }

  /**
   * Show a conversation.
   * @param {string} conversationId
   */
  open(conversationId) {
    this.tell("talk-open", { conversationId });
    this.#show(conversationId, true);
  }

  /** @param {Talk} talk */
  #showNewest(talk) {
    const end = this.follow(talk.inbox(), ({ state, rows }) => {
      if (state === "loading") return;
      if (rows.length && !this.#conversation) this.#show(rows[0].conversation.id);
      // The first value may come before `follow` has answered.
      queueMicrotask(() => end());
    });
  }

  /**
   * @param {string | null} id null: none, the inbox alone.
   * @param {boolean} [isByHand] somebody chose it just now: the focus goes along, and "back".
   */
  #show(id, isByHand = false) {
    const before = this.#conversation;
    if (id && isByHand) this.#remember(id, this.#isNarrow && !before);
    if (id !== this.#conversation || !this.#pane.childNodes.length) {
      this.#conversation = id;
      this.#inbox?.setAttribute("current", id ?? "");
      place(this.#pane, id ? this.#parts(id) : [this.#nothing()]);
    }
    this.#frame.classList.toggle("open", !!id);
    if (isByHand) (this.#isNarrow ? this.#head : this.#thread)?.focus();
    else if (before && !id) this.#inbox?.focus();
  }

  /** @param {string} id */
  #parts(id) {
    const { talk } = this;
    this.#head = h("talk-head", { talk, conversation: id, narrow: this.#isNarrow });
    this.#thread = /** @type {TalkThread} */ (h("talk-thread", { talk, conversation: id }));
    return [this.#head, this.#thread];
  }

  #nothing() {
    const start = () => this.#inbox?.startConversation();
    return h(
      "div",
      { class: "empty" },
      icon("people"),
      h("p", { class: "muted" }, this.t("choose")),
      h("button", { type: "button", class: "button", onclick: start }, this.t("newConversation")),
    );
  }

  #goBack() {
    if (history.state?.talkStep) {
      history.back();
    } else {
      this.#remember(null, false);
      this.#show(null);
    }
  }

  #fit() {
    this.#isNarrow = this.clientWidth < NARROW;
    this.#frame.classList.toggle("narrow", this.#isNarrow);
    this.#head?.toggleAttribute("narrow", this.#isNarrow);
  }

  /**
   * @param {Talk} talk
   * @param {HTMLElement} place
   */
  #followConnection(talk, place) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    this.until(() => clearTimeout(timer));
    this.follow(talk.state, (state) => {
      clearTimeout(timer);
      const say = () => place.replaceChildren(...this.#wordsFor(state));
      if (state === "connecting") timer = setTimeout(say, PATIENCE);
      else say();
    });
  }

  /** @param {ConnectionState} state */
  #wordsFor(state) {
    if (state === "live") return [];
    return [h("p", {}, icon(state === "connecting" ? "clock" : "warning"), this.t(WORDS[state]))];
  }

  /**
   * What this entry of the history shows, also after a reload. Ids tell several elements apart.
   * @returns {string | null}
   */
  get #remembered() {
    return history.state?.talkConversations?.[this.id] ?? null;
  }

  /**
   * @param {string | null} id
   * @param {boolean} isStep whether the browser's "back" leads to what was there before.
   */
  #remember(id, isStep) {
    const talkConversations = { ...history.state?.talkConversations, [this.id]: id };
    const state = { ...history.state, talkConversations };
    if (isStep) history.pushState({ ...state, talkStep: true }, "");
    else history.replaceState(state, "");
  }
}
