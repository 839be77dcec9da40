/** What all parts of the page need: elements, stores that are shown, and errors that are said. */

/** @import {Store} from "talk-client" */

/** The element of the page with this id. @param {string} id @returns {any} */
export const part = (id) => document.getElementById(id);

/** @typedef {Node | string | false | null | undefined} Child what is missing is left out. */
/** A new element. @param {string} tag @param {object} properties @param {Child[]} children */
export function h(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const child of children) if (child) element.append(child);
  return element;
}

/** A button that does something. @param {string} label @param {() => unknown} act */
export const button = (label, act) =>
  h("button", { type: "button", textContent: label, onclick: () => attempt(act) });

/** What a button of the page does. @param {string} id @param {() => unknown} act */
export const onClick = (id, act) => (part(id).onclick = () => attempt(act));

/** Do something. If that fails, the page says why. @param {() => unknown} act */
export async function attempt(act) {
  part("notice").textContent = "";
  try {
    await act();
  } catch (error) {
    part("notice").textContent = error instanceof Error ? error.message : String(error);
  }
}

/** What a form does. @param {HTMLFormElement} form @param {() => unknown} act */
export const onSubmit = (form, act) =>
  (form.onsubmit = (event) => {
    event.preventDefault();
    attempt(act);
  });

/**
 * Show a store now and after each change. Answers what ends it.
 * @template T @param {Store<T>} store @param {(value: T) => void} show
 */
export function follow(store, show) {
  const end = store.subscribe(() => show(store.getSnapshot()));
  show(store.getSnapshot());
  return end;
}

/**
 * Shows a list. An item that stays the same object keeps its element and its focus.
 * @template {object} T @param {HTMLElement} parent @param {(item: T) => HTMLElement} make
 */
export function listIn(parent, make) {
  const made = /** @type {WeakMap<T, HTMLElement>} */ (new WeakMap());
  return (/** @type {readonly T[]} */ items) => {
    const elements = items.map((item) => made.get(item) ?? make(item));
    elements.forEach((element, index) => made.set(items[index], element));
    const kept = new Set(/** @type {Element[]} */ (elements));
    for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
    elements.forEach((element, index) => {
      const there = parent.children[index];
      if (there !== element) parent.insertBefore(element, there);
    });
    return elements;
  };
}
