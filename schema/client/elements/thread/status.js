/** What stands in the place of the messages while there are none. */

import { h } from "../nodes.js";

/** @import {View} from "./view.js" */

/** @param {View} view */
export function statusOf(view) {
  const { state, error } = view.snapshot;
  if (state === "loading") return [view.t("loading")];
  if (state === "missing") return [view.t("threadMissing")];
  if (state === "ready") return [view.t("threadEmpty")];
  const onclick = () => view.try(view.store.jumpToNewest);
  const retry = h("button", { type: "button", class: "button", onclick }, view.t("retry"));
  return [h("p", {}, view.element.sentence(error)), retry];
}
