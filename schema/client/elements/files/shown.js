/** What is shown of a file: of one that the server has, and of one that is still to be sent. */

/** @import {Attachment, Talk, UnsentFile} from "../../types.js" */

/**
 * @typedef {{
 *   id: string, filename: string, contentType: string, size: number, isPicture: boolean,
 *   state: "ready" | "checking" | "refused" | "unsent", url: string | null,
 *   sources: {url: string, width: number}[], width: number, height: number, placeholder: string,
 * }} Shown
 *   url: of the file itself. sources: of the picture, the smallest first. width, height: 0 if nobody knows.
 */

/** What every browser shows. */
const PICTURES = /^image\/(png|jpeg|gif|webp|avif)$/;
const PLACEHOLDER = /^data:image\/[a-z]+;base64,[\w+/=]+$/;
/** The sides of the server's smaller versions, at most. */
const [THUMBNAIL, PREVIEW] = [320, 1_280];

/** The sizes of pictures that were chosen here; null for files that are none. @type {WeakMap<Blob, Size | null>} */
const sizes = new WeakMap();
/** @typedef {{width: number, height: number}} Size */

/**
 * Note the size of a picture that the browser has loaded, or has not.
 * @param {Blob} blob
 * @param {HTMLImageElement} image
 */
export function noteSize(blob, { naturalWidth: width, naturalHeight: height }) {
  sizes.set(blob, width ? { width, height } : null);
}

/**
 * @param {Talk} talk
 * @param {Attachment} attachment
 * @returns {Shown}
 */
export function shownOf(talk, attachment) {
  const { id, filename, contentType, size, state, thumbnailUrl, previewUrl } = attachment;
  const own = talk.outbox.sentFile(id);
  const known = own?.blob ? sizes.get(own.blob) : null;
  const { width, height } = attachment.width ? attachment : (known ?? {});
  const side = Math.max(width ?? 0, height ?? 0, 1);
  const url = addressOf(talk, attachment.url);
  const isPicture = PICTURES.test(contentType);
  /** @param {string | null} address @param {number} most */
  const source = (address, most) => {
    const found = addressOf(talk, address);
    return found ? [{ url: found, width: Math.ceil((width ?? 0) * Math.min(1, most / side)) }] : [];
  };
  const smaller = [...source(thumbnailUrl, THUMBNAIL), ...source(previewUrl, PREVIEW)];
  const others = smaller.length ? smaller : isPicture ? source(attachment.url, side) : [];
  return {
    ...{ id, filename, contentType, size, url, isPicture },
    state: state === "REFUSED" ? "refused" : state === "READY" ? "ready" : "checking",
    // What was sent from here need not be loaded.
    sources: own?.url ? [{ url: own.url, width: width ?? 0 }] : others,
    width: width ?? 0,
    height: height ?? 0,
    placeholder: PLACEHOLDER.test(attachment.placeholder ?? "") ? (attachment.placeholder ?? "") : "",
  };
}

/** @param {UnsentFile} file @returns {Shown} */
export function shownUnsent({ id, filename, contentType, size, blob, url }) {
  const known = blob && sizes.get(blob);
  return {
    ...{ id, filename, contentType, size, url: null, placeholder: "" },
    isPicture: PICTURES.test(contentType) && url !== null && known !== null,
    state: "unsent",
    sources: url ? [{ url, width: 0 }] : [],
    width: known?.width ?? 0,
    height: known?.height ?? 0,
  };
}

/**
 * The address of a file that can be opened safely.
 * @param {Talk} talk
 * @param {string | null} url
 */
function addressOf(talk, url) {
  const address = url && talk.addressOf(url);
  return address && /^https?:/.test(address) ? address : null;
}
