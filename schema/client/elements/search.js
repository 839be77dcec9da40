/** The search above the inbox: conversations by name, people to write to, and messages. */

import { failureOf, foundOf, keepFocus } from "./found.js";
import { h, place } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOf, avatarOfConversation } from "./people.js";
import "./words/later.js";

/** @import {TalkElement} from "./base.js" */
/** @import {InboxRow, SearchSnapshot, SearchStore, Talk, User} from "../types.js" */

/** After how many milliseconds without a key the server is asked. */
const REST = 200;
const MOST = 20;

export class SearchBox {
  /** Counts the searches: the answer of an earlier one is late. */
  #turn = 0;
  /** The search whose first result is to be opened as soon as there is one. */
  #entered = 0;
  /** Whether people are still to be asked for. */
  #isAsking = false;
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
    const onkeydown = this.#pressed.bind(this);
    this.names = h("div");
    this.messages = h("div");
    this.results = h("div", { class: "box results", onkeydown }, this.names, this.messages);
    box.before(this.results);
    input.addEventListener("input", () => this.#changed());
    input.addEventListener("keydown", onkeydown);
    element.until(() => clearTimeout(this.#timer));
    /** @type {SearchStore} */
    this.store = talk.search();
    element.follow(this.store, (snapshot) => this.#showMessages(snapshot));
    this.#changed();
  }

  /** Open the first result of what is typed, now or when the server has answered. */
  enter() {
    const isThere = !this.#isAsking && this.store.getSnapshot().state !== "loading";
    // What an earlier search found is still shown until then.
    const first = (isThere ? this.results : this.names).querySelector("button");
    if (first) first.click();
    else this.#entered = this.#turn;
  }

  #changed() {
    const search = this.input.value.trim();
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    this.results.hidden = !search;
    this.box.hidden = !!search;
    this.store.ask(search);
    if (!search) return this.names.replaceChildren();
    this.#show(this.#known(search), null);
    this.#timer = setTimeout(() => this.#ask(search, turn), REST);
  }

  /** The loaded conversations whose names have all words of the search. @param {string} search */
  #known(search) {
    const words = search.toLocaleLowerCase().split(/\s+/);
    const has = (/** @type {string} */ name) => words.every((word) => name.includes(word));
    const { rows } = this.talk.inbox().getSnapshot();
    return rows.filter((row) => has(row.conversation.name.toLocaleLowerCase()));
  }

  /**
   * @param {string} search
   * @param {number} turn
   */
  async #ask(search, turn) {
    try {
      const [more, people] = await Promise.all([
        this.talk.findConversations(search),
        this.talk.findPeople(search),
      ]);
      if (turn !== this.#turn) return;
      const all = new Map(
        [...this.#known(search), ...more].map((row) => [row.conversation.id, row]),
      );
      this.#show([...all.values()], people);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#isAsking = false;
      this.names.append(failureOf(this.element, error));
      this.#showMessages(this.store.getSnapshot());
    }
  }

  /**
   * @param {InboxRow[]} rows
   * @param {User[] | null} people null: they are being asked for.
   */
  #show(rows, people) {
    this.#isAsking = !people;
    const sections = [
      ...this.#section(
        this.element.t("inbox"),
        rows
          .slice(0, MOST)
          .map(({ conversation }) =>
            this.#result(
              avatarOfConversation(conversation, { size: 36, talk: this.talk }),
              conversation.name,
              () => this.#choose(conversation.id),
            ),
          ),
      ),
      ...this.#section(
        this.element.t("people"),
        people?.map((person) =>
          this.#result(avatarOf(person, { size: 36 }), person.name, () => this.#write(person)),
        ),
      ),
    ];
    // Those that were shown before stay first.
    keepFocus(this.results, () => {
      place(this.names, sections);
      this.#showMessages(this.store.getSnapshot());
    });
  }

  /** @param {SearchSnapshot} snapshot */
  #showMessages({ state, rows, words, hasMore, isLoadingMore, error }) {
    const { element, store } = this;
    const found = rows.map((message) => {
      const { conversation, number } = message;
      const open = () => this.#choose(conversation.id, number);
      return h("li", {}, foundOf(element, message, { words, open }));
    });
    const more = { type: "button", class: "button", onclick: () => store.loadMore() };
    const isNamed = this.#isAsking || this.names.querySelector("button");
    const isEmpty = state === "ready" && !rows.length && !isNamed;
    // A single letter is enough for names. Why they can't be asked for now is said above.
    const isWrong = state !== "loading" && !(isNamed && error?.code === "QUERY_TOO_SHORT");
    const nodes = [
      ...this.#section(element.t("messages"), found),
      hasMore && !isLoadingMore && h("button", more, element.t("more")),
      isWrong && error && failureOf(element, error),
      h(
        "p",
        { class: isEmpty ? "muted" : "spoken", role: "status" },
        isEmpty && element.t("nothingFound"),
      ),
    ];
    keepFocus(this.results, () => place(this.messages, nodes));
    this.#enterLate();
  }

  /** Whoever does something else by now wants to stay there. */
  #enterLate() {
    if (this.#entered !== this.#turn || !this.input.matches(":focus")) return;
    // It is opened once, however many answers come meanwhile.
    this.#entered = 0;
    this.enter();
  }

  /**
   * @param {string} title
   * @param {HTMLElement[]} [results]
   */
  #section(title, results) {
    if (!results?.length) return [];
    return [
      h("h3", { class: "muted" }, title),
      h("ul", { role: "list", "aria-label": title }, ...results),
    ];
  }

  /**
   * @param {HTMLElement} avatar
   * @param {string} name
   * @param {() => void} onclick
   */
  #result(avatar, name, onclick) {
    const text = h("span", { dir: "auto" }, name);
    return h("li", {}, h("button", { type: "button", class: "result", onclick }, avatar, text));
  }

  /**
   * @param {string} conversationId
   * @param {number} [number] of the message to show.
   */
  #choose(conversationId, number) {
    this.#clear();
    this.element.tell("talk-open", { conversationId, number });
  }

  /** @param {User} person */
  #write({ id }) {
    return attempt(this.element, async () => {
      const { conversation } = await this.talk.startConversation({
        participants: [id],
        kind: "PRIVATE",
      });
      this.#choose(conversation.id);
    });
  }

  #clear() {
    this.input.value = "";
    this.#changed();
  }

  /** @param {KeyboardEvent} event in the input or in a result. */
  #pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && this.input.value) {
      event.preventDefault();
      this.#clear();
      this.input.focus();
    }
    if (!step) return;
    event.preventDefault();
    const all = [this.input, ...this.results.querySelectorAll("button")];
    const at = all.indexOf(/** @type {any} */ (event.target)) + step;
    all.at(at % all.length)?.focus();
  }
}
