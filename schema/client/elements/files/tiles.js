/** Makes the nodes of files: pictures in a grid, and cards of all others. */

import "./icons.js";
import "./words.js";
import { icon } from "../icons.js";
import { h } from "../nodes.js";
import { boxOf, kindOf, sizeIn, spansOf } from "./sizes.js";

/** @import {TalkElement} from "../base.js" */
/** @import {Child} from "../nodes.js" */
/** @import {Shown} from "./shown.js" */

/**
 * What stands over a file, and what happens with it.
 * @typedef {{
 *   over?: Child[], note?: string, open?: () => unknown,
 *   loaded?: (image: HTMLImageElement) => void, failed?: (image: HTMLImageElement) => void,
 * }} Dress
 */

/**
 * Pictures in a grid. How much room they take is known before they are loaded.
 * @param {TalkElement} element
 * @param {readonly Shown[]} pictures
 * @param {(picture: Shown) => Dress} dress
 */
export function gridOf(element, pictures, dress) {
  if (pictures.length === 1) {
    const [picture] = pictures;
    const { ratio, width } = boxOf(picture);
    const tile = tileOf(element, picture, dress(picture));
    tile.style.width = `${width}px`;
    tile.style.aspectRatio = `${ratio}`;
    return h("div", { class: "pictures" }, tile);
  }
  const spans = spansOf(pictures.length);
  const tiles = pictures.map((picture, index) => {
    const tile = tileOf(element, picture, dress(picture));
    tile.style.gridColumn = `span ${spans[index]}`;
    tile.style.aspectRatio = spans[index] === 6 ? "2" : "1";
    return tile;
  });
  return h("div", { class: "pictures several" }, ...tiles);
}

/**
 * @param {TalkElement} element
 * @param {Shown} picture
 * @param {Dress} dress
 */
export function tileOf(element, picture, { over = [], note, open, loaded, failed }) {
  const { id, filename: name, sources, state } = picture;
  const content = [sources.length > 0 && imageOf(picture, { loaded, failed }), ...over];
  if (!sources.length) content.unshift(icon(state === "checking" ? "clock" : "pictures"));
  const label = note ? `${name}: ${note}` : open ? element.t("openPicture", { name }) : name;
  const tile = open
    ? h("button", { type: "button", "aria-label": label, onclick: open }, ...content)
    : h("div", { role: "group", "aria-label": label }, ...content);
  tile.classList.add("tile", state);
  tile.dataset.part = `file ${id}`;
  tile.title = name;
  if (picture.placeholder) tile.style.backgroundImage = `url("${picture.placeholder}")`;
  return tile;
}

/**
 * @param {Shown} picture
 * @param {Pick<Dress, "loaded" | "failed">} dress
 */
function imageOf({ sources, width, height }, { loaded, failed }) {
  const image = h("img", { alt: "", decoding: "async", draggable: false });
  if (width && height) [image.width, image.height] = [width, height];
  image.onload = () => loaded?.(image);
  image.onerror = () => {
    image.parentElement?.classList.add("broken");
    failed?.(image);
  };
  const isSized = sources.length > 1 && sources.every((source) => source.width);
  if (isSized) image.srcset = sources.map((source) => `${source.url} ${source.width}w`).join(", ");
  if (isSized) image.sizes = "20rem";
  image.src = sources[0].url;
  return image;
}

/**
 * @param {TalkElement} element
 * @param {Shown} file
 * @param {Dress} dress
 */
export function cardOf(element, file, { over = [], note }) {
  const { id, filename, url, size } = file;
  const about = note ?? [kindOf(file), sizeIn(size, element.language)].filter(Boolean).join(" · ");
  const inside = [
    h("span", { class: "sign" }, icon(file.state === "refused" ? "warning" : "file")),
    h(
      "span",
      { class: "names-file" },
      h("span", { class: "filename", dir: "auto" }, filename),
      h("span", { class: "about" }, about),
    ),
    ...over,
  ];
  const link = { href: url, download: filename, target: "_blank", rel: "noopener noreferrer" };
  const card = url ? h("a", link, ...inside, icon("download")) : h("div", {}, ...inside);
  card.classList.add("file", file.state);
  card.dataset.part = `file ${id}`;
  return card;
}
