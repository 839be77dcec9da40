/** A picture as large as the window, with those beside it. */

import "./icons.js";
import "./words.js";
import { openDialog } from "../dialog.js";
import { icon } from "../icons.js";
import { h, place } from "../nodes.js";
import { sheet } from "../theme.js";

/** @import {TalkElement} from "../base.js" */
/** @import {Shown} from "./shown.js" */

const style = sheet(`
.viewer {
  width: 100vw; height: 100dvh; max-width: none; max-height: none; border: 0; border-radius: 0;
  background: #101218; color: #f2f3f7; --_muted: #b7bdcc; --_text: #fff; --_line: #ffffff33;
  --_hover: #ffffff1f; --_raised: #1c1f28; --_accent: #aab5ff;
}
.viewer .dialog-head { padding-inline: 1.25rem .9rem; padding-block: .6rem .4rem }
.viewer .dialog-head h2 {
  min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 1em;
}
.viewer .dialog-body { position: relative; flex: 1; min-height: 0; padding: 0; overflow: hidden }
.viewer .stage { position: absolute; inset: 0; display: grid; place-items: center }
.viewer .stage img {
  position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain;
  object-position: center;
}
.viewer .side-button {
  position: absolute; inset-block-start: calc(50% - 1.5em); width: 3em; height: 3em; z-index: 1;
  background: #0009; color: #fff;
}
.viewer .side-button:hover { background: #000c }
.viewer .before { inset-inline-start: .8rem }
.viewer .after { inset-inline-end: .8rem }
.viewer :is(.icon-back, .icon-forward) { width: 1.7em; height: 1.7em }
:host(:dir(rtl)) .viewer .icon-forward { transform: scaleX(-1) }
.viewer .dialog-foot { align-items: center; justify-content: space-between; padding: .6rem 1.25rem }
.viewer .button { color: inherit; text-decoration: none }
`);

/**
 * @param {TalkElement} element
 * @param {readonly Shown[]} pictures
 * @param {Shown} first
 */
export function openPictures(element, pictures, first) {
  element.adopt(style);
  let at = pictures.indexOf(first);
  const stage = h("div", { class: "stage" });
  const count = h("p", { class: "muted", "aria-live": "polite" });
  const download = h("a", { class: "button", target: "_blank", rel: "noopener noreferrer" });
  place(download, [icon("download"), element.t("download")]);
  /** @param {"before" | "after"} side @param {number} step */
  const button = (side, step) => {
    const label = element.t(side === "before" ? "picturePrevious" : "pictureNext");
    const look = { type: "button", class: `round side-button ${side}`, "aria-label": label };
    return h(
      "button",
      { ...look, onclick: () => show(at + step) },
      icon(side === "before" ? "back" : "forward"),
    );
  };
  const sides = pictures.length > 1 ? [button("before", -1), button("after", 1)] : [];
  const dialog = openDialog(element, {
    title: first.filename,
    class: "viewer",
    body: [stage, ...sides],
    foot: [count, download],
  });
  dialog.addEventListener("keydown", (event) => {
    const isBackwards = getComputedStyle(dialog).direction === "rtl";
    const forward = isBackwards ? -1 : 1;
    const last = pictures.length - 1;
    const steps = { ArrowRight: at + forward, ArrowLeft: at - forward, Home: 0, End: last };
    const next = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  });
  show(at);

  /** @param {number} index */
  function show(index) {
    at = (index + pictures.length) % pictures.length;
    const picture = pictures[at];
    const { filename, url, contentType, sources, placeholder } = picture;
    const title = dialog.querySelector("h2");
    if (title) title.textContent = filename;
    dialog.setAttribute("aria-label", filename);
    // A smaller version of a picture that moves stands still.
    const large = sources[sources.length - 1].url;
    const src = contentType === "image/gif" && url ? url : large;
    const image = h("img", { alt: filename, src });
    if (placeholder && picture.width) [image.width, image.height] = [picture.width, picture.height];
    image.onerror = () => place(stage, [h("p", { role: "alert" }, element.t("pictureFailed"))]);
    place(stage, [image]);
    const place_ = { number: at + 1, total: pictures.length };
    count.textContent = pictures.length > 1 ? element.t("picturePlace", place_) : "";
    download.hidden = !url;
    if (url) Object.assign(download, { href: url, download: filename });
  }
}
