/** Files of messages on the screen, and cards of pages. Loaded with the first message that has some. */

import "./icons.js";
import "./words.js";
import { SENTENCES } from "../base.js";
import { h } from "../nodes.js";
import { icon } from "../icons.js";
import { boxOf, heightOfGrid } from "./sizes.js";
import { noteSize, shownOf, shownUnsent } from "./shown.js";
import { cardOfPage } from "../thread/preview.js";
import { takeFiles } from "./taking.js";
import { cardOf, gridOf } from "./tiles.js";
import { filesStyle } from "./style.js";

/** @import {Attachment, Message, Row, Unsent, UnsentFile} from "../../types.js" */
/** @import {View} from "../thread/view.js" */
/** @import {Shown} from "./shown.js" */
/** @import {Dress} from "./tiles.js" */


SENTENCES.FILE_LOST = "fileLost";

/** How high a card is, with what is between two. */
const CARD = 58;
/** Files whose addresses were asked for again already. @type {WeakSet<Attachment>} */
const renewed = new WeakSet();

/** What messages have beside their words, and what takes files from the viewer. */
export class Files {
  /** @param {View} view */
  constructor(view) {
    view.element.adopt(filesStyle);
    this.view = view;
    /** What the viewer has chosen to send. */
    this.tray = takeFiles(view);
  }

  /** The files of a row; null if it has none. @param {Row} row */
  nodeOf(row) {
    const { view } = this;
    const { message, unsent } = row;
    if (unsent) return partsOf(view, unsent.files.map(shownUnsent), dressUnsent(view, unsent));
    const { attachments } = view.rows.revealed.get(row.key) ?? message;
    const shown = attachments.map((each) => shownOf(view.talk, each));
    /** @type {(file: Shown) => Dress} */
    const dress = (file) => ({
      note: noteOf(view, file),
      open: file.sources.length ? () => open(view, shown.filter(isTile), file) : undefined,
      failed: () => renew(view, message, attachments.find(({ id }) => id === file.id)),
    });
    return partsOf(view, shown, dress);
  }

  /** A card of the page to which a message links. @param {Message | null} message */
  linkOf(message) {
    return message?.linkPreview && cardOfPage(message.linkPreview);
  }

  /** About how high the files of a row are. @param {Row} row */
  heightOf({ message, unsent }) {
    const files = message?.attachments ?? unsent?.files ?? [];
    const pictures = files.filter(({ contentType }) => contentType.startsWith("image/"));
    const [picture] = message?.attachments ?? [];
    const single = boxOf({ width: picture?.width ?? 0, height: picture?.height ?? 0 });
    const cards = (files.length - pictures.length) * CARD;
    if (pictures.length === 1) return cards + single.width / single.ratio;
    return cards + (pictures.length ? heightOfGrid(pictures.length) : 0);
  }
}

/** Whether a file is shown as a picture. @param {Shown} file */
function isTile({ isPicture, state }) {
  return isPicture && state !== "refused";
}

/**
 * @param {View} view
 * @param {Shown[]} shown
 * @param {(file: Shown) => Dress} dress
 */
function partsOf({ element }, shown, dress) {
  if (!shown.length) return null;
  const pictures = shown.filter(isTile);
  const others = shown.filter((file) => !isTile(file));
  return h(
    "div",
    { class: "files" },
    pictures.length > 0 && gridOf(element, pictures, dress),
    ...others.map((file) => cardOf(element, file, dress(file))),
  );
}

/** @param {View} view @param {Shown} file */
function noteOf({ t }, { state, sources }) {
  if (state === "refused") return t("fileRefused");
  return state === "checking" && !sources.length ? t("fileChecking") : undefined;
}

/**
 * @param {View} view
 * @param {Unsent} unsent
 * @returns {(file: Shown) => Dress}
 */
function dressUnsent(view, { clientId, files, state }) {
  return ({ id, filename: name }) => {
    const file = /** @type {UnsentFile} */ (files.find((each) => each.id === id));
    const remove = () => view.try(() => view.talk.outbox.removeFile(clientId, id));
    const label = view.t(file.error ? "removeFile" : "cancelFile", { name });
    const button = { type: "button", class: "round", "aria-label": label, onclick: remove };
    return {
      note: file.error ? view.t("fileUnsent") : undefined,
      loaded: (image) => file.blob && noteSize(file.blob, image),
      failed: (image) => file.blob && noteSize(file.blob, image),
      over: [
        file.error && h("span", { class: "fault" }, icon("warning")),
        state !== "sending" && h("button", { ...button, "data-part": `cancel ${id}` }, icon("close")),
        state !== "refused" && progressOf(view, file),
      ],
    };
  };
}

/** @param {View} view @param {UnsentFile} file */
function progressOf({ t }, { filename: name, progress }) {
  const bar = h("progress", { max: 1, value: progress.getSnapshot(), "aria-label": t("filePart", { name }) });
  const end = progress.subscribe(() => {
    bar.value = progress.getSnapshot();
    // The row was made anew.
    if (!bar.isConnected) end();
  });
  return bar;
}

/**
 * Ask for a message again: the addresses of its files may be too old.
 * @param {View} view
 * @param {Message} message
 * @param {Attachment | undefined} attachment
 */
function renew({ store }, message, attachment) {
  if (!attachment || renewed.has(attachment)) return;
  renewed.add(attachment);
  store.refresh(message).catch(() => {});
}

/** @param {View} view @param {Shown[]} pictures @param {Shown} picture */
function open(view, pictures, picture) {
  return view.try(async () => {
    const { openPictures } = await import("./viewer.js");
    openPictures(view.element, pictures.filter(({ sources }) => sources.length), picture);
  });
}
