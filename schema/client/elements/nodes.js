/** Makes nodes of the page without HTML: words of people are text, whatever they contain. */

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Make an element. A property `on…` is a listener, `false` and `null` leave an attribute out, and
 * strings among `children` become text.
 * @template {string} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [properties]
 * @param {...Child} children
 * @returns {Tag extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Tag] : HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(node, name, value);
  node.append(...children.filter(isChild));
  return /** @type {any} */ (node);
}

/**
 * Change one property or attribute of an element, as `h` sets it.
 * @param {HTMLElement} node
 * @param {string} name
 * @param {any} value
 */
export function set(node, name, value) {
  if (typeof value === "function" && name.startsWith("on")) {
    node.addEventListener(name.slice(2), value);
  } else if (name in node && !name.includes("-") && name !== "role") {
    /** @type {any} */ (node)[name] = value ?? "";
  } else if (value === false || value === null || value === undefined) {
    node.removeAttribute(name);
  } else {
    node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
}

/**
 * Make `nodes` the children of `parent`. Nodes that stay are not moved more than needed, so they keep
 * their focus and their scroll position.
 * @param {ParentNode & Node} parent
 * @param {Child[]} nodes
 */
export function place(parent, nodes) {
  const wanted = nodes.filter(isChild);
  const kept = new Set(wanted);
  for (const child of [...parent.childNodes]) if (!kept.has(child)) child.remove();
  let next = parent.firstChild;
  for (const node of wanted) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(typeof node === "string" ? new Text(node) : node, next);
  }
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
function isChild(child) {
  return child !== null && child !== undefined && child !== false;
}
