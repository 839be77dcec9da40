/** The drawer that shows which operations this window sends. */

/** @typedef {import("../talk/types.js").Operation} Operation */

/** The most operations that are kept. */
const MOST = 100;

export class Operations {
  /** @type {{operation: Operation, at: Date}[]} The newest first. */
  #sent = [];
  #drawer;
  #button;
  #actions;
  #list = element("ol");
  #isOpen = false;

  /**
   * @param {HTMLElement} drawer
   * @param {HTMLButtonElement} button shows and hides the drawer.
   * @param {{open: (operation: Operation) => void}} actions
   */
  constructor(drawer, button, actions) {
    this.#drawer = drawer;
    this.#button = button;
    this.#actions = actions;
    const close = element("button", { type: "button", className: "close", textContent: "Close" });
    close.addEventListener("click", () => {
      this.#toggle(false);
      button.focus();
    });
    const title = element("h2", { textContent: "What this window asks" });
    const explained = element("p", {
      textContent: "Each query, change and subscription that the chat sends, the newest first.",
    });
    drawer.append(element("header", {}, title, close), explained, this.#list);
    button.addEventListener("click", () => this.#toggle(!this.#isOpen));
    drawer.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") close.click();
    });
  }

  /** @param {Operation} operation */
  add(operation) {
    const sent = { operation, at: new Date() };
    this.#sent.unshift(sent);
    this.#sent.length = Math.min(this.#sent.length, MOST);
    if (this.#isOpen) this.#show(sent);
  }

  clear() {
    this.#sent = [];
    this.#list.replaceChildren();
  }

  /** @param {boolean} isOpen */
  #toggle(isOpen) {
    this.#isOpen = isOpen;
    this.#drawer.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    this.#list.replaceChildren();
    if (isOpen) for (const sent of this.#sent.toReversed()) this.#show(sent);
  }

  /** @param {{operation: Operation, at: Date}} sent */
  #show({ operation, at }) {
    const { kind, name, query, variables } = operation;
    const open = element("button", { type: "button", textContent: "Open in GraphiQL" });
    open.addEventListener("click", () => this.#actions.open(operation));
    const details = element(
      "details",
      {},
      element(
        "summary",
        {},
        element("span", { className: `kind ${kind}`, textContent: kind }),
        element("b", { textContent: name }),
        element("time", { textContent: at.toLocaleTimeString() }),
      ),
      element("pre", { textContent: query.trim(), tabIndex: 0 }),
    );
    if (Object.keys(variables).length) {
      const text = JSON.stringify(variables, null, 2);
      details.append(element("pre", { textContent: text, tabIndex: 0 }));
    }
    details.append(open);
    this.#list.prepend(element("li", {}, details));
    while (this.#list.children.length > MOST) this.#list.lastElementChild?.remove();
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} [properties]
 * @param {Node[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
