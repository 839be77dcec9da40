/** Takes files from the viewer: by a button, by pasting, and by dropping them on the thread. */

import "./icons.js";
import "./words.js";
import { h, place } from "../nodes.js";
import { icon } from "../icons.js";
import { notice } from "../notice.js";
import { Tray } from "./tray.js";
import { filesStyle } from "./style.js";

/** @import {View} from "../thread/view.js" */

/**
 * @param {View} view
 * @returns {Tray} what was chosen.
 */
export function takeFiles(view) {
  const { element, composer } = view;
  element.adopt(filesStyle);
  const tray = new Tray(view);
  const input = h("input", { type: "file", multiple: true, hidden: true, tabIndex: -1 });
  input.onchange = () => {
    tray.add([...(input.files ?? [])]);
    // The same file may be chosen again.
    input.value = "";
  };
  const button = { type: "button", class: "round attach", "aria-label": view.t("attach") };
  const attach = h("button", { ...button, onclick: () => input.click() }, icon("attach"));
  composer.field.append(attach, input);
  element.follow(view.talk.limits, (limits) => {
    attach.hidden = !limits?.uploadSize;
    input.accept = limits?.uploadTypes?.join(",") ?? "";
  });
  const canTake = () => !attach.hidden && composer.node.isConnected && !composer.edited;
  composer.box.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData ?? new DataTransfer();
    // What an office program copies is a text with a picture of it.
    if (!files.length || types.includes("text/plain") || !canTake()) return;
    event.preventDefault();
    tray.add([...files]);
  });
  listenToDrops(view, canTake, (files) => tray.add(files));
  return tray;
}

/**
 * @param {View} view
 * @param {() => boolean} canTake
 * @param {(files: File[]) => void} take
 */
function listenToDrops(view, canTake, take) {
  const { element, screen } = view;
  const target = h("div", { class: "drop", hidden: true });
  place(target, [icon("attach"), view.t("dropHere")]);
  screen.append(target);
  const over = (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.types.includes("Files") || !canTake()) return;
    event.preventDefault();
    target.hidden = false;
  };
  element.listen(element, "dragenter", over);
  element.listen(element, "dragover", over);
  element.listen(element, "dragleave", () => (target.hidden = true));
  element.listen(element, "drop", (/** @type {DragEvent} */ event) => {
    if (target.hidden) return;
    event.preventDefault();
    target.hidden = true;
    take(filesOf(view, event.dataTransfer));
  });
}

/**
 * What was dropped, without folders.
 * @param {View} view
 * @param {DataTransfer | null} given
 */
function filesOf({ element, screen, t }, given) {
  const items = [...(given?.items ?? [])].filter(({ kind }) => kind === "file");
  const files = items.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory);
  if (files.length < items.length) notice(element, t("noFolders"), screen);
  return files.flatMap((item) => item.getAsFile() ?? []);
}
