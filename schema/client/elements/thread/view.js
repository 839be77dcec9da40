/** One conversation on the screen: the list of messages, its states, and the composer below. */

import { icon } from "../icons.js";
import { h, place } from "../nodes.js";
import { attempt } from "../notice.js";
import { typingOf } from "../sentences.js";
import { Composer } from "./composer.js";
import { Foot } from "./foot.js";
import { VirtualList } from "./list.js";
import { Pager } from "./pager.js";
import { Rows, hasMore } from "./rows.js";
import { Seen } from "./seen.js";
import { statusOf } from "./status.js";

/** @import {ConversationSnapshot, ConversationStore, Row} from "../../types.js" */
/** @import {TalkElement} from "../base.js" */
/** @typedef {typeof import("./actions.js")} Actions */

const MINUTE = 60_000;

export class View {
  #isPlaced = false;
  /** Whether what is shown beside the messages was asked for. */
  #hasMore = false;
  /** @type {import("../files/index.js").Files | undefined} */
  files;
  /** @type {Promise<void> | undefined} */
  #loading;
  /** Whether the focus comes here with the first messages. */
  #isAwaited = false;
  #frame = 0;

  /**
   * @param {TalkElement} element
   * @param {import("../../types.js").Talk} talk
   * @param {ConversationStore} store
   * @param {string} viewerId
   */
  constructor(element, talk, store, viewerId) {
    this.element = element;
    this.talk = talk;
    this.store = store;
    this.viewerId = viewerId;
    this.language = element.language;
    this.snapshot = store.getSnapshot();
    this.rows = new Rows(this);
    const log = { class: "log", role: "log", "aria-live": "off" };
    this.log = h("div", { ...log, "aria-label": this.t("messages") });
    this.scroller = h("div", { class: "scroller" }, this.log);
    this.status = h("div", { class: "status", hidden: true });
    this.pager = new Pager(this);
    this.newest = h("button", { class: "newest", hidden: true, onclick: () => this.jumpToNewest() });
    this.typing = h("p", { class: "typing" });
    this.spoken = h("div", { class: "spoken", "aria-live": "polite" });
    this.foot = new Foot(this);
    const parts = [this.scroller, this.status, this.pager.node, this.newest];
    this.screen = h("div", { class: "screen" }, ...parts);
    this.top = h("div");
    this.nodes = [this.top, this.screen, this.typing, this.foot.node, this.spoken];
    this.composer = new Composer(this);
    /** @type {VirtualList<Row>} */
    this.list = new VirtualList(this.scroller, this.log, {
      estimate: (row, width) => this.rows.estimate(row, width),
      render: (index, old) => this.rows.render(index, old),
      moved: () => this.#moved(),
    });
    this.seen = new Seen(this);
  }

  /** Follow what is shown, on the page. @param {number} [first] the message to begin at. */
  start(first) {
    const { element, talk, store } = this;
    element.until(() => this.list.close());
    element.until(() => cancelAnimationFrame(this.#frame));
    // If the first page is not there yet, it is that with the first unread message.
    if (first) this.#isPlaced = true;
    else if (this.snapshot.state === "loading") store.jumpTo({ firstUnread: true }).catch(() => {});
    element.follow(store, (snapshot) => this.#update(snapshot));
    element.follow(talk.limits, () => this.composer.update());
    this.composer.start();
    element.follow(talk.typing(store.id), (people) => {
      this.typing.textContent = typingOf(people, this.language);
    });
    // Who does something meanwhile keeps the focus.
    for (const type of ["keydown", "pointerdown", "input"]) {
      element.listen(document, type, () => (this.#isAwaited = false));
    }
    // At midnight, "today" becomes "yesterday".
    const timer = setInterval(() => this.#show(), MINUTE);
    element.until(() => clearInterval(timer));
    element.follow(talk.state, () => this.#isPlaced && this.pager.retry());
    if (first) this.jumpTo(first);
  }

  /** Give the focus to the box, or to the messages where nothing can be written. */
  focus() {
    this.#isAwaited = this.snapshot.state === "loading";
    if (this.composer.node.isConnected) this.composer.box.focus();
    else this.list.focus(this.list.current);
  }

  /** Focus what stands in the place of a node that is gone. @param {HTMLElement} node */
  refocus({ dataset: { part = "" } }) {
    this.list.focus(this.list.current);
    this.partOf(this.list.current, part)?.focus({ preventScroll: true });
  }

  /** @param {string | null} key @param {string} part @returns {HTMLElement | null | undefined} */
  partOf(key, part) {
    return this.list.row(key ?? "")?.querySelector(`[data-part="${CSS.escape(part)}"]`);
  }

  /** @type {TalkElement["t"]} */
  t = (key, values) => this.element.t(key, values);

  get limits() {
    return this.talk.limits.getSnapshot();
  }

  /** @param {Row} row */
  isOwn({ message }) {
    return !message || message.sender?.id === this.viewerId;
  }

  /** @param {Row} row */
  nameOf(row) {
    if (this.isOwn(row)) return this.t("you");
    return row.message?.sender?.name ?? this.t(row.message?.announced ? "announcement" : "someone");
  }

  /** @param {string} key */
  rowOf(key) {
    return this.snapshot.rows.find((row) => row.key === key);
  }

  /** @param {number | null} number */
  messageOf(number) {
    const { rows } = this.snapshot;
    return rows.find(({ message }) => message && message.number === number)?.message ?? null;
  }

  /** Do something, or say that it failed and answer false. @param {() => Promise<unknown>} act */
  try(act) {
    return attempt(this.element, act, this.screen);
  }

  /** Load what opens menus and dialogs, and use it. @param {(actions: Actions) => unknown} use */
  act(use) {
    return this.try(async () => use(await import("./actions.js")));
  }

  /**
   * @param {string} body
   * @param {import("../../types.js").SendOptions} options
   */
  async send(body, options) {
    const isSent = await this.try(() => this.store.send(body, options));
    if (isSent) await this.jumpToNewest();
    return isSent;
  }

  /** Show what somebody wrote whom the viewer blocked. @param {{id: string}} message */
  reveal = ({ id }) =>
    this.try(async () => {
      this.rows.revealed.set(id, await this.talk.hiddenMessage(id));
      this.#show();
    });

  async jumpToNewest() {
    const isFocused = this.newest.matches(":focus");
    if (this.snapshot.hasLater && !(await this.try(() => this.store.jumpToNewest()))) return;
    this.list.jumpToEnd();
    if (isFocused) this.list.focus(this.snapshot.rows.at(-1)?.key);
  }

  /** Show the message with this number. @param {number} number */
  jumpTo(number) {
    return this.try(async () => (await import("./jump.js")).jumpTo(this, number));
  }

  /** @param {ConversationSnapshot} snapshot @returns {unknown} */
  #update(snapshot) {
    if (!this.#loading && snapshot.rows.some(hasMore)) {
      // Without their files, rows would be lower. If they can't be loaded, there are their names.
      const update = () => this.#update(this.store.getSnapshot());
      return this.#loadFiles().then(update, update);
    }
    this.seen.announce(this.snapshot, snapshot);
    this.snapshot = snapshot;
    this.#show();
    const { state, rows, firstUnreadNumber } = snapshot;
    if (state === "ready" && rows.length && !this.#isPlaced) {
      this.#isPlaced = true;
      const first = rows.find(({ message }) => message && message.number === firstUnreadNumber);
      if (first) this.list.jump(first.key);
      else this.list.jumpToEnd();
    }
    if (state === "ready") this.#loadMore().catch(() => {});
  }

  /** Load what is not needed for the first messages. */
  async #loadMore() {
    if (this.#hasMore) return;
    this.#hasMore = true;
    const { showMore } = await import("./more.js");
    if (this.screen.isConnected) await Promise.all([showMore(this), this.#loadFiles()]);
  }

  #loadFiles() {
    return (this.#loading ??= import("../files/index.js").then(({ Files }) => {
      this.files = new Files(this);
      this.#show();
    }));
  }

  #show() {
    const { state, rows, hasLater, conversation } = this.snapshot;
    this.list.set(rows, hasLater);
    this.foot.update(conversation);
    this.foot.node.hidden = state !== "ready";
    if (this.#isAwaited && state !== "loading") this.focus();
    this.composer.update();
    this.status.hidden = state === "ready" && rows.length > 0;
    place(this.status, statusOf(this));
  }

  #moved() {
    if (!this.#isPlaced) return;
    this.pager.update();
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#look());
  }

  /** Note what is on the screen, once the page is laid out. */
  #look() {
    this.seen.update();
    const { stuck, screen } = this.list;
    const { rows, hasLater } = this.snapshot;
    const { count } = this.seen;
    this.newest.hidden = stuck || !rows.length || (screen.beyond.below < 0.3 && !hasLater);
    const label = count ? this.t("newMessages", { count }) : this.t("toNewest");
    if (this.newest.textContent !== label) place(this.newest, [h("bdi", {}, label), icon("down")]);
  }
}
