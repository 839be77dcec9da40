/** The icons of files. */

import { addIcons } from "../icons.js";

export const fileIcons = {
  attach: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.4 3.4 0 0 1 4.8 4.8l-8.3 8.3a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5",
  download: "M12 4v11M6.5 10l5.5 5.5 5.5-5.5M5 20h14",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  forward: "M9 5l7 7-7 7",
  pictures: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9v.01",
};

addIcons(fileIcons);
