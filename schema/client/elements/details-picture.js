/** The picture of a group in its panel: whoever may describe the group chooses one, or removes it. */

import { buttonOf } from "./details-lines.js";
import { h } from "./nodes.js";
import { notice } from "./notice.js";

/** @import {Conversation} from "../types.js" */
/** @import {Details} from "./details.js" */

/** The pictures that all browsers show. */
const TYPES = "image/avif,image/gif,image/jpeg,image/png,image/webp";

/**
 * The buttons, when each is shown, and what says that a picture is on its way.
 * @param {Details} details
 */
export function pictureOf(details) {
  const { element, talk, conversationId } = details;
  const status = h("p", { class: "muted", role: "status" });
  const input = h("input", { type: "file", accept: TYPES, hidden: true, tabIndex: -1 });
  const choose = buttonOf(details, "pictures", "choosePicture", "round", () => input.click());
  const clear = () => talk.updateConversation({ conversationId, avatar: "" });
  const remove = buttonOf(details, "trash", "removePicture", "round", () =>
    details.confirm("removePicture", "removePictureSure", "", clear),
  );
  input.onchange = async () => {
    const file = input.files?.[0];
    if (!file) return;
    status.textContent = element.t("pictureComing");
    try {
      await talk.setAvatar(conversationId, file);
    } catch (error) {
      const { dialog } = details;
      // The panel may have been closed meanwhile. The picture is set all the same.
      if (element.isConnected)
        notice(element, element.sentence(error), dialog.open ? dialog : element.root);
    }
    status.textContent = "";
    // The same file may be chosen again.
    input.value = "";
  };
  /** @param {Conversation} conversation */
  const may = ({ viewerCan }) => viewerCan.includes("DESCRIBE");
  /** A server without files takes no pictures. @param {Conversation} of */
  const canGive = (of) => may(of) && !!talk.limits.getSnapshot()?.uploadSize;
  /** @param {Conversation} of */
  const canRemove = (of) => may(of) && !!of.avatar;
  const parts = [
    { node: choose, isShown: canGive },
    { node: remove, isShown: canRemove },
  ];
  return { parts, nodes: [choose, remove, input], status };
}
