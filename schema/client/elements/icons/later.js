/** The icons of menus and dialogs, which are loaded when they are needed. */

import { addIcons } from "../icons.js";

export const later = {
  add: "M12 5v14M5 12h14",
  block: "M5.6 5.6l12.8 12.8M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  flag: "M6 21V4M6 5h12l-3 4 3 4H6",
  info: "M12 11v5M12 8v.01M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  saved: "M7 4h10v16l-5-4-5 4z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
};

addIcons(later);
