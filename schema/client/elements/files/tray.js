/** The files above the box: those chosen for the next message, or those of a message that is edited. */

import "./icons.js";
import "./words.js";
import { icon } from "../icons.js";
import { keepFocus } from "../found.js";
import { h, place, set } from "../nodes.js";
import { notice } from "../notice.js";
import { noteSize, shownOf } from "./shown.js";
import { kindOf, sizeIn } from "./sizes.js";

/** @import {Attachment, Row, Talk} from "../../types.js" */
/** @import {View} from "../thread/view.js" */

/** What was chosen in conversations that are not on the screen now. @type {WeakMap<Talk, Map<string, Blob[]>>} */
const kept = new WeakMap();

export class Tray {
  /** @type {Blob[]} */
  files = [];
  /** @type {Map<Blob, {node: HTMLElement, url: string}>} */
  #items = new Map();
  /** @type {WeakMap<Attachment, HTMLElement>} */
  #sentItems = new WeakMap();
  /** The key of the row that is edited. @type {string | null} */
  #edited = null;
  /** The ids of the files that it keeps; null: all. @type {string[] | null} */
  #kept = null;
  /** What the server refused, until it is edited again. @type {{key: string, files: string[] | null} | null} */
  #refused = null;

  /** @param {View} view */
  constructor(view) {
    this.view = view;
    this.node = h("ul", { class: "tray", role: "list", "aria-label": view.t("chosenFiles"), hidden: true });
    view.composer.banner.node.after(this.node);
    view.element.until(() => this.#forgetAll());
    this.#set(kept.get(view.talk)?.get(view.store.id) ?? []);
  }

  /** Choose files, as far as the server takes them. @param {readonly Blob[]} files */
  add(files) {
    if (!files.length) return;
    const most = this.view.limits?.attachments ?? Infinity;
    const problems = files.map((file) => this.#problemOf(file));
    const good = [...this.files, ...files.filter((_, index) => !problems[index])];
    if (good.length > most) problems.push(this.view.t("tooManyFiles", { count: most }));
    this.#set(good.slice(0, most));
    const problem = problems.findLast(Boolean);
    if (problem) notice(this.view.element, problem, this.view.screen);
    this.view.composer.box.focus();
  }

  /** The files, which are chosen no more. */
  take() {
    const { files } = this;
    this.#set([]);
    return files;
  }

  /**
   * Show the files of the message that is edited, or else those that were chosen.
   * @param {Row | null} edited
   * @returns {number} how many there are.
   */
  show(edited) {
    const key = edited?.key ?? null;
    if (key !== this.#edited) {
      this.#edited = key;
      this.#kept = this.#refused?.key === key ? this.#refused.files : null;
      if (key) this.#refused = null;
    }
    const isChoosing = key === null;
    const nodes = isChoosing
      ? this.files.map((file) => this.#itemOf(file))
      : this.#sent().map((file) => this.#sentItem(file));
    place(this.node, nodes);
    this.node.hidden = !nodes.length;
    set(this.node, "aria-label", this.view.t(isChoosing ? "chosenFiles" : "filesOfMessage"));
    return nodes.length || (edited?.unsent?.files.length ?? 0);
  }

  /** The ids of the files that the edited message keeps; null: all. */
  get kept() {
    return this.#kept && this.#sent().map(({ id }) => id);
  }

  /** An edit was refused: the same files are taken out when it is edited again. @param {Row} row @param {string[] | null} files */
  keep({ key }, files) {
    this.#refused = { key, files };
  }

  /** The files of the edited message that were not taken out. */
  #sent() {
    const message = this.view.rowOf(this.#edited ?? "")?.message;
    const kept = this.#kept;
    return (message?.attachments ?? []).filter(({ id }) => !kept || kept.includes(id));
  }

  /** @param {Attachment} file */
  #sentItem(file) {
    const known = this.#sentItems.get(file);
    if (known) return known;
    const { view } = this;
    const { sources, isPicture } = shownOf(view.talk, file);
    const image = isPicture && sources.length > 0 && h("img", { alt: "", src: sources[0].url });
    const node = itemOf(view, file, image || icon("file"), () => {
      this.#kept = this.#sent().flatMap(({ id }) => (id === file.id ? [] : [id]));
      view.composer.update();
    });
    this.#sentItems.set(file, node);
    return node;
  }

  /** Why a file can't be sent; nothing if it can. @param {Blob} file */
  #problemOf(file) {
    const { limits, t, element } = this.view;
    const { uploadSize = Infinity, uploadTypes = null } = limits ?? {};
    const name = nameOf(file);
    if (!file.size) return t("fileEmpty", { name });
    const size = sizeIn(uploadSize, element.language);
    if (file.size > uploadSize) return t("fileTooLarge", { name, size });
    // Without a type, the server looks into the file.
    const isAllowed = !file.type || !uploadTypes || uploadTypes.some((each) => fits(file.type, each));
    return isAllowed ? undefined : t("fileType", { name });
  }

  /** @param {Blob[]} files */
  #set(files) {
    const { view } = this;
    this.files = files;
    for (const [file, { url }] of this.#items) {
      if (files.includes(file)) continue;
      this.#items.delete(file);
      URL.revokeObjectURL(url);
    }
    const of = kept.get(view.talk) ?? new Map();
    kept.set(view.talk, of);
    if (files.length) of.set(view.store.id, files);
    else of.delete(view.store.id);
    view.composer.update();
  }

  /** @param {Blob} file */
  #itemOf(file) {
    const known = this.#items.get(file);
    if (known) return known.node;
    const { size, type: contentType } = file;
    const url = URL.createObjectURL(file);
    const sign = contentType.startsWith("image/") ? this.#pictureOf(file, url) : icon("file");
    const names = { filename: nameOf(file), contentType, size };
    const node = itemOf(this.view, names, sign, () =>
      this.#set(this.files.filter((each) => each !== file)),
    );
    this.#items.set(file, { node, url });
    return node;
  }

  /** @param {Blob} file @param {string} url */
  #pictureOf(file, url) {
    const image = h("img", { alt: "", src: url });
    image.onload = () => noteSize(file, image);
    image.onerror = () => {
      noteSize(file, image);
      image.replaceWith(icon("file"));
    };
    return image;
  }

  /** What is chosen is kept for when the conversation is opened again. */
  #forgetAll() {
    for (const { url } of this.#items.values()) URL.revokeObjectURL(url);
    this.#items.clear();
  }
}

/**
 * A file with a button that takes it out.
 * @param {View} view
 * @param {Pick<Attachment, "filename" | "contentType" | "size">} file
 * @param {Element} sign
 * @param {() => void} takeOut
 */
function itemOf(view, { filename: name, contentType, size }, sign, takeOut) {
  const { box } = view.composer;
  const label = view.t("removeFile", { name });
  const onclick = () => keepFocus(/** @type {HTMLElement} */ (node.parentElement), takeOut, box);
  const about = `${kindOf({ filename: name, contentType })} · ${sizeIn(size, view.language)}`;
  const node = h(
    "li",
    { title: name },
    sign,
    h(
      "span",
      { class: sign.matches("img") ? "spoken" : "names-file" },
      h("span", { class: "filename", dir: "auto" }, name),
      h("span", { class: "about" }, about),
    ),
    h("button", { type: "button", class: "round", "aria-label": label, onclick }, icon("close")),
  );
  return node;
}

/** @param {Blob} file */
function nameOf(file) {
  return "name" in file ? String(file.name) : "";
}

/**
 * @param {string} type
 * @param {string} pattern such as `image/*`.
 */
function fits(type, pattern) {
  return pattern.endsWith("/*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
