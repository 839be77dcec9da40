/** The class of all elements: words, style, stores that are followed while it is on the page. */

import { TalkError } from "../errors.js";
import { theme } from "./theme.js";
import { languageNamed, loadWords } from "./words.js";

/** @typedef {import("../types.js").Talk} Talk */
/** @import {WordKey} from "./words.js" */

/** Sentences about errors, by their codes. @type {Record<string, WordKey>} */
export const SENTENCES = {
  CSRF_FAILED: "signedOut",
  NETWORK: "failedNetwork",
  RATE_LIMITED: "failedRate",
  TIMEOUT: "failedNetwork",
  UNAUTHENTICATED: "signedOut",
};

export class TalkElement extends HTMLElement {
  /** The style sheets of this element, beside the theme. @type {CSSStyleSheet[]} */
  static styles = [];

  /** @type {Talk | null} */
  #talk = null;
  /** @type {Set<() => void>} */
  #ends = new Set();
  /** Where the element shows itself. */
  root = this.attachShadow({ mode: "open" });
  language = languageNamed("en");

  constructor() {
    super();
    const { styles } = /** @type {typeof TalkElement} */ (this.constructor);
    this.root.adoptedStyleSheets = [theme, ...styles];
  }

  /** The client. `<talk-chat>` hands it to the elements inside; a page can set it itself. */
  get talk() {
    return this.#talk;
  }

  set talk(talk) {
    if (talk === this.#talk) return;
    this.#talk = talk;
    this.restart();
  }

  connectedCallback() {
    // A page may have set the property before this class was there.
    if (Object.hasOwn(this, "talk")) {
      const { talk } = this;
      delete (/** @type {any} */ (this).talk);
      this.#talk = talk;
    }
    this.restart();
  }

  disconnectedCallback() {
    this.stop();
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before !== now) this.restart();
  }

  /** Use one more style sheet, of something that was loaded later. @param {CSSStyleSheet} style */
  adopt(style) {
    const { adoptedStyleSheets } = this.root;
    if (!adoptedStyleSheets.includes(style)) adoptedStyleSheets.push(style);
  }

  /** Show the element: it is on the page, has its words, and a client. @param {Talk} talk */
  start(talk) {
    void talk;
  }

  /**
   * Give the focus back to a node when a menu or dialog closes. If the node is gone, the element or
   * the dialog below chooses what gets it.
   * @param {HTMLElement} node
   */
  refocus(node) {
    // Nothing happens if it is gone, or hidden.
    node.focus();
    if (node.matches(":focus")) return;
    const below = [...this.root.querySelectorAll("dialog")].at(-1);
    (below?.querySelector("button") ?? this).focus();
  }

  /** End all that `start` began, and start anew if the element is on the page. */
  restart() {
    this.stop();
    if (!this.isConnected || !this.#talk) return;
    const name = languageOf(this);
    const loading = loadWords(name);
    if (loading) {
      let isWaiting = true;
      this.until(() => (isWaiting = false));
      const go = () => isWaiting && this.restart();
      // Without its words, the element is in English.
      loading.then(go, () => isWaiting && this.#startIn("en"));
    } else {
      this.#startIn(name);
    }
  }

  /** End what follows a store, listens or waits. */
  stop() {
    for (const end of [...this.#ends]) end();
  }

  /**
   * Call `update` with the value of a store, now and after each change, while this is on the page.
   * @template T
   * @param {import("../store.js").Store<T> | import("../types.js").Store<T>} store
   * @param {(value: T) => void} update
   * @returns {() => void} what ends it earlier.
   */
  follow(store, update) {
    const tell = () => update(store.getSnapshot());
    const end = this.until(store.subscribe(tell));
    tell();
    return end;
  }

  /**
   * Hear the events of another object while the element is on the page.
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => void} listener
   */
  listen(target, type, listener) {
    target.addEventListener(type, listener);
    return this.until(() => target.removeEventListener(type, listener));
  }

  /**
   * Have `end` called when the element leaves the page, or starts anew.
   * @param {() => void} end
   * @returns {() => void} what calls it earlier.
   */
  until(end) {
    const once = () => {
      if (this.#ends.delete(once)) end();
    };
    this.#ends.add(once);
    return once;
  }

  /**
   * The words for a key, in the language of the page.
   * @param {WordKey} key
   * @param {Record<string, string | number>} [values]
   */
  t(key, values) {
    return this.language.say(key, values);
  }

  /**
   * A sentence about what went wrong.
   * @param {unknown} error
   */
  sentence(error) {
    if (error instanceof TalkError) return this.t(SENTENCES[error.code] ?? "failed");
    return error instanceof Error && error.name === "Refusal" ? error.message : this.t("failed");
  }

  /**
   * Tell the page something: an event that leaves the shadow roots.
   * @param {`talk-${string}`} type
   * @param {any} detail
   */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** @param {string} name */
  #startIn(name) {
    this.language = languageNamed(name);
    const before = languageOf(this);
    const observer = new MutationObserver(() => languageOf(this) !== before && this.restart());
    const options = { subtree: true, attributeFilter: ["lang"] };
    for (const root of [document, this.getRootNode()]) observer.observe(root, options);
    this.until(() => observer.disconnect());
    this.start(/** @type {Talk} */ (this.#talk));
  }
}

/**
 * The language in which an element stands: of the nearest `lang` around it, shadow roots included.
 * @param {Element} element
 */
function languageOf(element) {
  /** @type {Element | null} */
  let node = element;
  while (node) {
    const own = node.getAttribute("lang");
    if (own) return own;
    const root = node.getRootNode();
    node = node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
  }
  return navigator.language;
}
