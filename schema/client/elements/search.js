/** The search above the inbox: conversations by name, and people to write to. */

import { h, place } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOf, avatarOfConversation } from "./people.js";

/** @import {TalkElement} from "./base.js" */
/** @import {InboxRow, Talk, User} from "../types.js" */

/** After how many milliseconds without a key the server is asked. */
const REST = 200;
const MOST = 20;

export class SearchBox {
  /** Counts the searches: the answer of an earlier one is late. */
  #search = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {TalkElement} element
   * @param {Talk} talk
   * @param {HTMLInputElement} input
   * @param {HTMLElement} box what the results stand in place of.
   */
  constructor(element, talk, input, box) {
    this.element = element;
    this.talk = talk;
    this.input = input;
    this.box = box;
    this.results = h("div", {
      class: "box results",
      hidden: true,
      onkeydown: this.#move.bind(this),
    });
    box.before(this.results);
    input.addEventListener("input", () => this.#changed());
    input.addEventListener("keydown", (event) => this.#pressed(event));
    element.until(() => clearTimeout(this.#timer));
    this.#changed();
  }

  #changed() {
    const search = this.input.value.trim();
    clearTimeout(this.#timer);
    const turn = ++this.#search;
    this.results.hidden = !search;
    this.box.hidden = !!search;
    if (!search) return this.results.replaceChildren();
    this.#show(this.#known(search), null);
    this.#timer = setTimeout(() => this.#ask(search, turn), REST);
  }

  /** The loaded conversations whose names have all words of the search. @param {string} search */
  #known(search) {
    const words = search.toLocaleLowerCase().split(/\s+/);
    const has = (/** @type {string} */ name) => words.every((word) => name.includes(word));
    const { rows } = this.talk.inbox().getSnapshot();
    return rows.filter(({ conversation }) => has(conversation.name.toLocaleLowerCase()));
  }

  /**
   * @param {string} search
   * @param {number} turn
   */
  async #ask(search, turn) {
    try {
      const { talk } = this;
      const [more, people] = await Promise.all([
        talk.findConversations(search),
        talk.findPeople(search),
      ]);
      if (turn !== this.#search) return;
      const known = this.#known(search);
      const ids = new Set(known.map(({ conversation }) => conversation.id));
      const others = more.filter(({ conversation }) => !ids.has(conversation.id));
      this.#show([...known, ...others], people);
    } catch (error) {
      if (turn !== this.#search) return;
      this.results.append(
        h("p", { class: "refusal", role: "alert" }, this.element.sentence(error)),
      );
    }
  }

  /**
   * @param {InboxRow[]} rows
   * @param {User[] | null} people null: they are being asked for.
   */
  #show(rows, people) {
    const say = this.element.t.bind(this.element);
    const isEmpty = !rows.length && people?.length === 0;
    place(this.results, [
      ...this.#section(
        say("inbox"),
        rows
          .slice(0, MOST)
          .map(({ conversation }) =>
            this.#result(avatarOfConversation(conversation, { size: 36 }), conversation.name, () =>
              this.#choose(conversation.id),
            ),
          ),
      ),
      ...this.#section(
        say("people"),
        (people ?? []).map((person) =>
          this.#result(avatarOf(person, { size: 36 }), person.name, () => this.#write(person)),
        ),
      ),
      h(
        "p",
        { class: isEmpty ? "muted" : "spoken", role: "status" },
        isEmpty && say("nothingFound"),
      ),
    ]);
  }

  /**
   * @param {string} title
   * @param {HTMLElement[]} results
   */
  #section(title, results) {
    if (!results.length) return [];
    return [
      h("h3", { class: "muted" }, title),
      h("ul", { role: "list", "aria-label": title }, ...results),
    ];
  }

  /**
   * @param {HTMLElement} avatar
   * @param {string} name
   * @param {() => void} act
   */
  #result(avatar, name, act) {
    const text = h("span", { dir: "auto" }, name);
    return h(
      "li",
      {},
      h("button", { type: "button", class: "result", onclick: act }, avatar, text),
    );
  }

  /** @param {string} conversationId */
  #choose(conversationId) {
    this.#clear();
    this.element.tell("talk-open", { conversationId });
  }

  /** @param {User} person */
  #write({ id }) {
    return attempt(this.element, async () => {
      const asked = { participants: [id], kind: /** @type {const} */ ("PRIVATE") };
      const { conversation } = await this.talk.startConversation(asked);
      this.#choose(conversation.id);
    });
  }

  #clear() {
    this.input.value = "";
    this.#changed();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Escape" && this.input.value) {
      event.preventDefault();
      this.#clear();
    }
    if (event.key === "ArrowDown") {
      event.preventDefault();
      this.results.querySelector("button")?.focus();
    }
    if (event.key === "Enter") this.results.querySelector("button")?.click();
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      event.preventDefault();
      this.#clear();
      this.input.focus();
    }
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.results.querySelectorAll("button")];
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target)) + step;
    (buttons[at] ?? this.input).focus();
  }
}
