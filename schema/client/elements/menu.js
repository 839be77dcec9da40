/** A menu beside a button: arrows, Escape, and the focus back at the button. */

import { h } from "./nodes.js";
import { icon } from "./icons.js";
import { sheet } from "./theme.js";
import "./icons/later.js";
import "./words/later.js";

/** @import {TalkElement} from "./base.js" */
/** @import {IconName} from "./icons.js" */
/**
 * @typedef {{
 *   label: string, icon?: IconName, isDanger?: boolean, act: () => unknown,
 * }} MenuItem
 */

const style = sheet(`
.menu {
  position: fixed; inset: auto; margin: 0; padding: 6px; min-width: 12rem;
  max-width: calc(100vw - 1rem);
  border: 1px solid var(--_line); border-radius: 12px; background: var(--_raised); color: inherit;
  box-shadow: var(--_shadow);
}
.menu:popover-open { display: grid }
.menu button {
  display: flex; align-items: center; gap: .7em; min-height: 2.5em; padding: .3em .8em .3em .6em;
  border: 0; border-radius: 8px; background: none; text-align: start; cursor: pointer;
}
.menu button:is(:hover, :focus-visible) { background: var(--_hover); outline: none }
.menu .icon { color: var(--_muted) }
.menu .danger, .menu .danger .icon { color: var(--_danger) }
`);

const GAP = 4;

/**
 * Open a menu in the shadow root of an element.
 * @param {TalkElement} element
 * @param {HTMLElement} anchor what it stands beside, and what has the focus afterwards.
 * @param {MenuItem[]} items
 * @param {{x: number, y: number}} [point] where it stands instead: where somebody clicked.
 * @param {string} [name] one more CSS class.
 * @returns {HTMLElement}
 */
export function openMenu(element, anchor, items, point, name = "") {
  element.adopt(style);
  const buttons = items.map(({ label, icon: sign, isDanger, act }) =>
    h(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabIndex: -1,
        class: isDanger ? "danger" : "",
        onclick: () => {
          menu.hidePopover();
          act();
        },
      },
      sign && icon(sign),
      label,
    ),
  );
  const listeners = {
    onkeydown: move,
    oncontextmenu: (/** @type {Event} */ event) => event.preventDefault(),
  };
  const menu = h(
    "div",
    { class: `menu ${name}`, role: "menu", popover: "auto", ...listeners },
    ...buttons,
  );
  const end = element.until(() => menu.remove());
  anchor.setAttribute("aria-expanded", "true");
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "open") return;
    anchor.setAttribute("aria-expanded", "false");
    end();
  });
  menu.addEventListener("beforetoggle", (event) => {
    const isClosing = /** @type {ToggleEvent} */ (event).newState === "closed";
    if (isClosing && menu.matches(":focus-within")) element.refocus(anchor);
  });
  // Beside a modal dialog, nothing outside of it can be used.
  (anchor.closest("dialog") ?? element.root).append(menu);
  // Not each browser focuses a button that is clicked. A list keeps the row that has the focus.
  anchor.focus({ preventScroll: true });
  menu.showPopover();
  stand(menu, anchor, point);
  buttons[0]?.focus();
  return menu;

  /** @param {KeyboardEvent} event */
  function move(event) {
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const last = buttons.length - 1;
    const next = at === last ? 0 : at + 1;
    const before = at === 0 ? last : at - 1;
    const to = {
      ArrowDown: next,
      ArrowRight: next,
      ArrowUp: before,
      ArrowLeft: before,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === "Tab") menu.hidePopover();
    if (to === undefined) return;
    event.preventDefault();
    buttons[to].focus();
  }
}

/**
 * Put a menu below its anchor or above it, whole on the screen.
 * @param {HTMLElement} menu
 * @param {HTMLElement} anchor
 * @param {{x: number, y: number}} [point]
 */
function stand(menu, anchor, point) {
  const box = point ? new DOMRect(point.x, point.y) : anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isRightToLeft = getComputedStyle(menu).direction === "rtl";
  const start = isRightToLeft === !!point ? box.right - width : box.left;
  const below = box.bottom + GAP;
  const top = below + height > innerHeight - GAP ? box.top - height - GAP : below;
  menu.style.left = `${Math.max(GAP, Math.min(start, innerWidth - width - GAP))}px`;
  menu.style.top = `${Math.max(GAP, top)}px`;
}
