/** What is shown around the messages, and loaded after the first of them. */

import { listenToKeys } from "./keys.js";
import { showPinBar } from "./pins.js";
import { showScheduled } from "./scheduled.js";

/** @import {View} from "./view.js" */

/** @param {View} view */
export function showMore(view) {
  listenToKeys(view);
  return Promise.all([showPinBar(view), view.store.loadSeen(), showScheduled(view)]);
}
