/** A finger that draws a row of the inbox aside archives it. */

import { icon } from "./icons.js";
import { h } from "./nodes.js";
import { sheet } from "./theme.js";

/** @import {TalkElement} from "./base.js" */
/** @import {IconName} from "./icons.js" */

const style = sheet(`
.under {
  position: absolute; inset: 2px 8px; display: flex; align-items: center; padding: 0 1.4em;
  justify-content: space-between; border-radius: 12px; background: var(--_accent);
  color: var(--_on-accent); opacity: .55;
}
.under.far { opacity: 1 }
.under + .open { background: var(--_surface) }
`);

/** From how many pixels on the finger draws a row, and from which part of its width on that acts. */
const BEGIN = 12;
const FAR = 0.33;

/**
 * Follow a finger that has touched a row.
 * @param {TalkElement} element the inbox.
 * @param {HTMLElement} node what is drawn aside.
 * @param {PointerEvent} down
 * @param {IconName} sign
 * @param {() => unknown} act what is done if it was drawn far enough.
 */
export function followSwipe(element, node, { pointerId, clientX }, sign, act) {
  element.adopt(style);
  const under = h("span", { class: "under", "aria-hidden": "true" }, icon(sign), icon(sign));
  let x = 0;
  const isFar = () => Math.abs(x) > node.offsetWidth * FAR;

  /** @param {PointerEvent} event */
  const move = (event) => {
    if (event.pointerId !== pointerId) return;
    x = event.clientX - clientX;
    if (!under.isConnected) {
      if (Math.abs(x) < BEGIN) return;
      node.before(under);
    }
    node.style.transform = `translateX(${x}px)`;
    under.classList.toggle("far", isFar());
  };
  /** @param {PointerEvent} event */
  const up = (event) => {
    if (event.pointerId !== pointerId) return;
    const isDrawn = under.isConnected;
    end();
    if (!isDrawn) return;
    // The click that ends the touch opens nothing.
    node.addEventListener("click", stop, { capture: true, once: true });
    setTimeout(() => node.removeEventListener("click", stop, { capture: true }));
    if (event.type === "pointerup" && isFar()) act();
  };
  const ends = [
    element.listen(document, "pointermove", move),
    element.listen(document, "pointerup", up),
    element.listen(document, "pointercancel", up),
    element.until(() => {
      under.remove();
      node.style.transform = "";
    }),
  ];
  const end = () => ends.forEach((each) => each());
}

/** @param {Event} event */
function stop(event) {
  event.stopImmediatePropagation();
  event.preventDefault();
}
