/** The keys that move between messages and open their menus; and the long press on a touch screen. */

/** @import {View} from "./view.js" */

/** @param {View} view */
export function listenToKeys(view) {
  const { list, log } = view;
  log.addEventListener("keydown", (event) => pressed(view, event));
  log.addEventListener("contextmenu", (event) => {
    // The mouse has the menu of the browser, to copy a part of the text or to follow a link.
    const { pointerType } = /** @type {PointerEvent} */ (event);
    const key = list.rendered.keyOf(event.target);
    if (pointerType === "mouse" || !key) return;
    event.preventDefault();
    open(view, key, pointerType === "touch" ? { x: event.clientX, y: event.clientY } : undefined);
  });
}

/** @param {View} view @param {KeyboardEvent} event */
function pressed(view, event) {
  const { list } = view;
  const key = list.rendered.keyOf(event.target);
  if (event.defaultPrevented || !key || event.altKey || event.ctrlKey || event.metaKey) return;
  /** @type {Record<string, () => void>} */
  const moves = {
    ArrowUp: () => list.step(-1),
    ArrowDown: () => list.step(1),
    PageUp: () => list.step(-1, true),
    PageDown: () => list.step(1, true),
    Home: () => list.focus(list.items[0].key),
    End: () => view.jumpToNewest().then(() => list.focus(list.items.at(-1)?.key)),
    Escape: () => view.composer.box.focus(),
  };
  const isEnter = event.key === "Enter" && event.target === list.row(key);
  const isMenu = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
  const act = isEnter || isMenu ? () => open(view, key) : moves[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** @param {View} view @param {string} key @param {{x: number, y: number}} [point] */
function open(view, key, point) {
  const row = view.rowOf(key);
  const button = view.partOf(key, "more");
  if (row && button) view.act(({ openActions }) => openActions(view, button, row, point));
}
