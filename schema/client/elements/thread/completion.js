/** Completes the names of members after the sign "@". */

import { h, place } from "../nodes.js";
import { avatarOf } from "../people.js";

/** @import {View} from "./view.js" */
/** @typedef {import("../../types.js").User} User */
/** @typedef {{person: User | null, name: string}} Option person null: everybody. */

// Up to three words: names have spaces.
const BEGUN = /(?:^|[\s([{])@([\p{L}\p{N}._'-]*(?: [\p{L}\p{N}._'-]+){0,2})$/u;
const PAUSE = 120;
const MOST = 8;

let count = 0;

export class Completion {
  /** @type {Option[]} */
  #options = [];
  #active = 0;
  /** @type {string | null} */
  #search = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {View} view
   * @param {HTMLTextAreaElement} box
   * @param {(person: User | null) => void} choose
   */
  constructor(view, box, choose) {
    this.view = view;
    this.box = box;
    this.choose = choose;
    this.id = `talk-people-${++count}`;
    this.node = h("ul", { id: this.id, class: "names", role: "listbox", hidden: true });
    this.node.setAttribute("aria-label", view.t("mention"));
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-haspopup", "listbox");
    box.setAttribute("aria-controls", this.id);
    view.element.until(() => clearTimeout(this.#timer));
  }

  /** Look whether a name is begun before the caret. */
  update() {
    const begun = BEGUN.exec(this.#before());
    clearTimeout(this.#timer);
    if (!begun || this.box.selectionStart !== this.box.selectionEnd) return this.close();
    this.#search = begun[1];
    this.#timer = setTimeout(() => this.#find(begun[1]), PAUSE);
  }

  close() {
    clearTimeout(this.#timer);
    this.#search = null;
    this.#options = [];
    this.#show();
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} whether the key was meant for the list.
   */
  pressed(event) {
    const { length } = this.#options;
    if (!length) return false;
    if (event.key === "ArrowDown") this.#active = (this.#active + 1) % length;
    else if (event.key === "ArrowUp") this.#active = (this.#active - 1 + length) % length;
    else if (event.key === "Escape") this.#options = [];
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#options[this.#active]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    this.#show();
    return true;
  }

  #before() {
    return this.box.value.slice(0, this.box.selectionStart);
  }

  /** @param {string} search */
  async #find(search) {
    const { talk, store, snapshot, viewerId } = this.view;
    const members = await talk.findMembers(store.id, search).catch(() => []);
    // Meanwhile, somebody may have gone on writing.
    if (search !== this.#search) return;
    const people = members.map(({ user }) => user).filter(({ id }) => id !== viewerId);
    const everybody = this.view.t("everybody");
    const hasAll =
      snapshot.conversation?.viewerCan.includes("MENTION_ALL") &&
      everybody.toLowerCase().startsWith(search.toLowerCase());
    /** @type {Option[]} */
    const options = people.map((person) => ({ person, name: person.name }));
    this.#options = [
      ...options.slice(0, MOST),
      ...(hasAll ? [{ person: null, name: everybody }] : []),
    ];
    this.#active = 0;
    this.#show();
  }

  #show() {
    const isOpen = this.#options.length > 0;
    const options = this.#options.map((option, index) =>
      h(
        "li",
        {
          id: `${this.id}-${index}`,
          role: "option",
          "aria-selected": String(index === this.#active),
          // The box keeps the focus.
          onpointerdown: (/** @type {Event} */ event) => event.preventDefault(),
          onclick: () => this.#take(option),
        },
        option.person
          ? avatarOf(option.person, { size: 26 })
          : h("span", { class: "avatar small" }, "@"),
        h("span", { dir: "auto" }, option.name),
      ),
    );
    this.node.hidden = !isOpen;
    place(this.node, options);
    if (isOpen) this.box.setAttribute("aria-activedescendant", `${this.id}-${this.#active}`);
    else this.box.removeAttribute("aria-activedescendant");
    options[this.#active]?.scrollIntoView({ block: "nearest" });
  }

  /** @param {Option} option */
  #take({ person, name }) {
    const end = this.box.selectionStart;
    const start = this.#before().lastIndexOf("@");
    this.box.setRangeText(`@${name} `, start, end, "end");
    this.close();
    this.choose(person);
  }
}
