/** The box in which a message is written, answered or edited. */

import { icon } from "../icons.js";
import { h } from "../nodes.js";
import { Banner } from "./banner.js";
import { names } from "./text.js";

/** @import {Completion} from "./completion.js" */
/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").Row} Row */
/** @typedef {import("../../types.js").Quoted} Quoted */
/** @typedef {import("../../types.js").DraftStore} DraftStore */
/** @typedef {import("../../types.js").Named} Named */

/** So many letters before the limit, the box says how many are left. */
const FEW = 100;

export class Composer {
  /** The number of the message that is answered. @type {number | null} */
  #replyTo = null;
  /** What is edited instead of written. @type {Row | null} */
  edited = null;
  /** The people whose names were chosen. @type {Map<string, Named>} */
  #chosen = new Map();
  #isAll = false;

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    this.banner = new Banner(view, (event) => this.#leave(event));
    this.left = h("span", { class: "left", hidden: true });
    this.box = h("textarea", {
      class: "box",
      rows: 1,
      dir: "auto",
      placeholder: view.t("write"),
      "aria-label": view.t("write"),
      oninput: () => this.#changed(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#pressed(event),
      onblur: () => this.completion?.close(),
    });
    this.button = h("button", { class: "round send", "aria-label": view.t("send") }, icon("send"));
    const form = h("form", { onsubmit: (/** @type {Event} */ event) => this.#submitted(event) });
    this.field = h("div", { class: "field" }, this.box, this.left);
    form.append(this.field, this.button);
    /** Is loaded when the first "@" is written. @type {Completion | undefined} */
    this.completion = undefined;
    this.node = h("div", { class: "composer" }, this.banner.node, form);
    /** @type {DraftStore} */
    this.draft = view.talk.draft(view.store.id);
    this.#restore();
  }

  /** Follow what is written on other devices. */
  start() {
    const { view, draft } = this;
    /** @type {unknown} */
    let shown = null;
    view.element.follow(draft, ({ body, replyTo, conflict }) => {
      const isOther = body !== this.box.value || replyTo !== this.#replyTo;
      if (isOther && !this.edited) this.#restore();
      if (conflict === shown) return;
      shown = conflict;
      view.try(async () => {
        const { showConflict } = await import("./conflict.js");
        showConflict(view, draft, this.node);
      });
    });
    view.element.until(() => draft.flush());
  }

  /** @param {Quoted} message */
  reply(message) {
    if (this.edited) this.#restore();
    this.#replyTo = message.number;
    this.#keep();
    this.#show();
    this.box.focus();
  }

  /** @param {Row} row */
  edit(row) {
    this.edited = row;
    this.#replyTo = null;
    this.#chosen.clear();
    this.#isAll = row.unsent?.mentionAll ?? false;
    this.#write((row.message ?? row.unsent).body);
    this.box.focus();
  }

  /** Bring the box up to date with what is known of the server. */
  update() {
    if (this.edited && !this.view.rowOf(this.edited.key)) this.#restore();
    this.#show();
  }

  /** What was written comes back, as it was before an edit or on another device. */
  #restore() {
    const { body, replyTo, mentions } = this.draft.getSnapshot();
    this.edited = null;
    this.#isAll = false;
    this.#replyTo = replyTo;
    this.#chosen = new Map(mentions.map((person) => [person.id, person]));
    this.#write(body);
  }

  /** @param {string} text */
  #write(text) {
    this.box.value = text;
    this.completion?.close();
    this.#show();
  }

  #changed() {
    this.view.store.setTyping(this.box.value.trim() !== "");
    this.view.try(() => this.#complete());
    this.#show();
    this.#keep();
  }

  async #complete() {
    if (!this.completion && this.box.value.includes("@")) {
      const { Completion } = await import("./completion.js");
      this.completion ??= new Completion(this.view, this.box, (person) => this.#choose(person));
      this.node.prepend(this.completion.node);
    }
    this.completion?.update();
  }

  #keep() {
    if (this.edited) return;
    const replyTo = this.#replyTo;
    this.draft.write({ body: this.box.value, replyTo, mentions: [...this.#chosen.values()] });
  }

  #show() {
    const { box, view } = this;
    const limit = view.limits?.bodyLength ?? Infinity;
    const left = limit - [...box.value.trim()].length;
    this.left.hidden = left > FEW;
    this.left.textContent = String(left);
    this.left.classList.toggle("refusal", left < 0);
    const files = view.files?.tray.show(this.edited);
    this.button.disabled = left < 0 || (box.value.trim() === "" && !files);
    this.#fit();
    this.banner.show(!!this.edited, this.#replyTo);
  }

  /** Make the box as high as its text. The thread above keeps its height meanwhile, and so its place. */
  #fit() {
    const { box, node } = this;
    node.style.height = `${node.offsetHeight}px`;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
    node.style.height = "";
  }

  /** @param {Event} event */
  #leave(event) {
    // A dialog of the host, around the chat, stays open.
    event.preventDefault();
    if (this.edited) {
      this.#restore();
    } else {
      this.#replyTo = null;
      this.#keep();
    }
    this.#show();
    this.box.focus();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // The key Enter ends a word that is composed, as in Japanese. It does not send.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.completion?.pressed(event)) return;
    const isLine = event.shiftKey || event.altKey || matchMedia("(pointer: coarse)").matches;
    if (event.key === "Enter" && !isLine) this.#submitted(event);
    else if (event.key === "Escape" && !this.banner.node.hidden) this.#leave(event);
    else if (event.key === "ArrowUp" && this.box.value === "") this.#editLast(event);
  }

  /** @param {Event} event */
  #editLast(event) {
    const row = this.view.snapshot.rows.findLast((one) => this.view.isOwn(one) && canEdit(one));
    if (!row) return;
    event.preventDefault();
    this.edit(row);
  }

  /** @param {Event} event */
  #submitted(event) {
    event.preventDefault();
    if (this.button.disabled) return;
    if (this.edited) this.#sendEdit(this.edited);
    else this.#send();
  }

  /** What stands in the box, without spaces around it, and whom it mentions. */
  written() {
    const body = this.box.value.trim();
    const mentions = [...this.#chosen.values()].filter(({ name }) => names(body, name));
    const mentionAll = this.#isAll && names(body, this.view.t("everybody"));
    const replyTo = this.#replyTo;
    return { body, replyTo, mentions: mentions.length ? mentions : null, mentionAll };
  }

  async #send() {
    const { body, ...options } = this.written();
    // The draft ends with the sending. What could not be kept is not lost: it stays a draft.
    const tray = this.view.files?.tray;
    const files = tray?.take();
    const isSent = await this.view.send(body, { ...options, files, endsDraft: true });
    if (!isSent && files) tray?.add(files);
  }

  /** @param {Row} row */
  async #sendEdit(row) {
    const { view } = this;
    const { body } = this.written();
    const chosen = [...this.#chosen.values()];
    const files = view.files?.tray.kept;
    this.#restore();
    const isDone = await view.try(async () =>
      (await import("./edits.js")).sendEdit(view, row, body, chosen, files),
    );
    // What was refused is not lost.
    if (!isDone && !this.edited && view.rowOf(row.key)) {
      this.edit(row);
      this.#write(body);
    }
  }

  /** @param {Named | null} person null: everybody. */
  #choose(person) {
    if (person) this.#chosen.set(person.id, person);
    else this.#isAll = true;
    this.#changed();
  }
}

/** @param {Row} row */
function canEdit({ message }) {
  return !message || message.viewerCan.includes("EDIT");
}
