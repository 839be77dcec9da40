/** The files that were chosen for the next message, above the box. */

import "./icons.js";
import "./words.js";
import { icon } from "../icons.js";
import { h, place } from "../nodes.js";
import { notice } from "../notice.js";
import { noteSize } from "./shown.js";
import { kindOf, sizeIn } from "./sizes.js";

/** @import {Talk} from "../../types.js" */
/** @import {View} from "../thread/view.js" */

/** What was chosen in conversations that are not on the screen now. @type {WeakMap<Talk, Map<string, Blob[]>>} */
const kept = new WeakMap();

export class Tray {
  /** @type {Blob[]} */
  files = [];
  /** @type {Map<Blob, {node: HTMLElement, url: string}>} */
  #items = new Map();

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
    place(this.node, files.map((file) => this.#itemOf(file)));
    this.node.hidden = !files.length;
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
    const { view } = this;
    const name = nameOf(file);
    const url = URL.createObjectURL(file);
    const remove = () => {
      const at = this.files.indexOf(file);
      this.#set(this.files.filter((each) => each !== file));
      const buttons = this.node.querySelectorAll("button");
      /** @type {HTMLElement} */ (buttons[Math.min(at, buttons.length - 1)] ?? view.composer.box).focus();
    };
    const label = view.t("removeFile", { name });
    const button = { type: "button", class: "round", "aria-label": label, onclick: remove };
    const isPicture = file.type.startsWith("image/");
    const about = `${kindOf({ filename: name, contentType: file.type })} · ${sizeIn(file.size, view.language)}`;
    const node = h(
      "li",
      { title: name },
      isPicture ? this.#pictureOf(file, url) : icon("file"),
      h(
        "span",
        { class: isPicture ? "spoken" : "names-file" },
        h("span", { class: "filename", dir: "auto" }, name),
        h("span", { class: "about" }, about),
      ),
      h("button", button, icon("close")),
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
