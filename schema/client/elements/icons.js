/** The icons of the interface: lines on a grid of 24 by 24. */

/** @import {fileIcons} from "./files/icons.js" */
/** @import {later} from "./icons/later.js" */

const NAMESPACE = "http://www.w3.org/2000/svg";
const PATHS = {
  archive: "M4 5h16v4H4zM6 9v10h12V9M10 13h4",
  back: "M15 5l-7 7 7 7",
  bell: "M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7M10 20a2 2 0 0 0 4 0",
  clock: "M12 7v5l3 2M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M12 5v13M6 12.5l6 6 6-6",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  more: "M6 12v.01M12 12v.01M18 12v.01",
  mute: "M8.5 4.9A6 6 0 0 1 18 9c0 3 .5 5 1 6M6 9c0 6-2 7-2 7h11M10 20a2 2 0 0 0 4 0M4 4l16 16",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.3M18 14.5c2.2.8 3.5 2.7 3.5 5.5",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  reply: "M10 6l-6 6 6 6M4 12h9c4 0 7 2 7 7",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM16 16l4.5 4.5",
  send: "M4 12l16-8-5 17-4-7zM11 14l4-4",
  smile:
    "M9 10v.01M15 10v.01M8.5 14.5c1.8 2.2 5.2 2.2 7 0M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  warning: "M12 9v5M12 17v.01M12 3.5L2.5 20h19z",
};

/** @typedef {keyof typeof PATHS | keyof typeof later | keyof typeof fileIcons} IconName */

/** Add icons that a module brings along. @param {Partial<Record<IconName, string>>} more */
export const addIcons = (more) => Object.assign(PATHS, more);

/**
 * Make an icon. It is hidden from screen readers: what has no words beside it needs a label.
 * @param {IconName} name
 */
export function icon(name) {
  const svg = document.createElementNS(NAMESPACE, "svg");
  const path = document.createElementNS(NAMESPACE, "path");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", /** @type {Record<IconName, string>} */ (PATHS)[name]);
  svg.append(path);
  return svg;
}
