/** How large pictures are on the screen, known before they are loaded; and sizes of files in words. */

/** @import {Language} from "../words.js" */
/** @import {Shown} from "./shown.js" */

/** The width of a message's pictures, in pixels, and the greatest height of a single one. */
export const WIDTH = 320;
const HEIGHT = 340;
const GAP = 3;
/** A picture that is smaller is as large as this, so that a finger can open it. */
const LEAST = 72;
/** Until its size is known, and so that no picture is a line. */
const [USUAL, NARROWEST, WIDEST] = [4 / 3, 0.45, 3];

/**
 * How wide a single picture is, and its width by its height.
 * @param {Pick<Shown, "width" | "height">} picture
 */
export function boxOf({ width, height }) {
  const own = width && height ? width / height : USUAL;
  const ratio = Math.min(WIDEST, Math.max(NARROWEST, own));
  const natural = width ? Math.max(LEAST, LEAST * ratio, width) : WIDTH;
  return { ratio, width: Math.min(WIDTH, HEIGHT * ratio, natural) };
}

/**
 * How many of six columns each of several pictures takes: rows of three, and what is left over above them.
 * @param {number} count more than one.
 */
export function spansOf(count) {
  if (count === 2 || count === 4) return Array.from({ length: count }, () => 3);
  if (count === 3) return [6, 3, 3];
  const first = [[], [6], [3, 3]][count % 3];
  return [...first, ...Array.from({ length: count - first.length }, () => 2)];
}

/** @param {number} count */
export function heightOfGrid(count) {
  const spans = spansOf(count);
  const height = (/** @type {number} */ span) => (span === 6 ? WIDTH / 2 : (WIDTH * span) / 6 + GAP);
  return spans.reduce((sum, span) => sum + (height(span) * span) / 6, 0);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/**
 * A size of a file, as people say it.
 * @param {number} bytes
 * @param {Language} language
 */
export function sizeIn(bytes, { locale }) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  const maximumFractionDigits = power > 1 && value < 10 ? 1 : 0;
  const unitDisplay = power ? "short" : "long";
  const form = { style: "unit", unit: UNITS[power], unitDisplay, maximumFractionDigits };
  return new Intl.NumberFormat(locale, /** @type {Intl.NumberFormatOptions} */ (form)).format(value);
}

/**
 * What kind of file it is, in a few letters: `PDF`.
 * @param {{filename: string, contentType: string}} file
 */
export function kindOf({ filename, contentType }) {
  const [, ending] = /\.(\w{1,5})$/.exec(filename) ?? [];
  const [, kind = ""] = contentType.split("/");
  return (ending ?? kind.slice(0, 4)).toUpperCase();
}
