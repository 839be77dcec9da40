/** A dialog in which somebody chooses people: for a new conversation, or to invite them. */

import { openDialog } from "./dialog.js";
import { icon } from "./icons.js";
import { h, place } from "./nodes.js";
import { avatarOf } from "./people.js";
import { sheet } from "./theme.js";

/** @import {TalkElement} from "./base.js" */
/** @import {Talk, User} from "../types.js" */

const REST = 200;

const style = sheet(`
.chosen { display: flex; flex-wrap: wrap; gap: 6px }
.chosen button {
  display: inline-flex; align-items: center; gap: .3em; padding: .2em .6em .2em .8em; border: 0;
  border-radius: 1em;
  background: var(--_tint); cursor: pointer;
}
.chosen .icon { width: 1em; height: 1em }
label.person { cursor: pointer }
label.person:hover { background: var(--_hover) }
.person input { width: 1.25em; height: 1.25em; margin: 0; accent-color: var(--_accent) }
`);

/**
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {{
 *   title: string, action: string, hasTitle?: boolean, without?: (person: User) => boolean,
 *   act: (people: User[], title: string) => Promise<false | (() => void)>,
 * }} choice hasTitle: whether the group can be given a name. without: who is not offered. act: what goes wrong
 *   in it is said in the dialog. What it answers is called when the dialog is closed.
 */
export function pickPeople(element, talk, { title, action, hasTitle = false, without, act }) {
  element.adopt(style);
  /** @type {Map<string, User>} */
  const chosen = new Map();
  let turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const t = element.t.bind(element);
  const search = h("input", {
    type: "search",
    class: "field",
    placeholder: t("searchPeople"),
    "aria-label": t("searchPeople"),
    autocomplete: "off",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(find, REST);
    },
  });
  const chips = h("div", { class: "chosen" });
  const people = h("ul", { class: "people", role: "list", "aria-label": t("people") });
  const name = h("input", {
    class: "field",
    maxLength: talk.limits.getSnapshot()?.titleLength ?? 100,
    autocomplete: "off",
  });
  const naming = h("label", { hidden: true }, t("groupName"), name);
  const refusal = h("p", { class: "refusal", role: "alert" });
  const button = h("button", { class: "button primary", disabled: true }, action);
  const form = h(
    "form",
    { id: "pick", class: "ask", onsubmit: submit },
    search,
    chips,
    people,
    naming,
    refusal,
  );
  const dialog = openDialog(element, {
    title,
    body: [form],
    foot: [button],
    onclose: () => {
      clearTimeout(timer);
      turn = -1;
    },
  });
  button.setAttribute("form", "pick");
  search.focus();
  find();

  async function find() {
    const mine = ++turn;
    try {
      const all = await talk.findPeople(search.value.trim());
      if (mine !== turn) return;
      const found = all.filter((person) => !without?.(person));
      place(people, found.map(personRow));
      if (!found.length) place(people, [h("li", { class: "muted" }, t("nothingFound"))]);
    } catch (error) {
      if (mine === turn) refusal.textContent = element.sentence(error);
    }
  }

  /** @param {User} person */
  function personRow(person) {
    const box = h("input", {
      type: "checkbox",
      checked: chosen.has(person.id),
      onchange: () => choose(person, box.checked),
    });
    return h(
      "li",
      {},
      h(
        "label",
        { class: "person" },
        avatarOf(person, { size: 36 }),
        h("span", { dir: "auto" }, person.name),
        box,
      ),
    );
  }

  /**
   * @param {User} person
   * @param {boolean} isChosen
   */
  function choose(person, isChosen) {
    if (isChosen) chosen.set(person.id, person);
    else chosen.delete(person.id);
    place(chips, [...chosen.values()].map(chip));
    button.disabled = !chosen.size;
    naming.hidden = !hasTitle || chosen.size < 2;
    refusal.textContent = "";
  }

  /** @param {User} person */
  function chip(person) {
    const onclick = () => {
      choose(person, false);
      find();
      search.focus();
    };
    const label = t("unchoose", { name: person.name });
    return h(
      "button",
      { type: "button", "aria-label": label, onclick },
      person.name,
      icon("close"),
    );
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (!chosen.size || button.disabled) return;
    button.disabled = true;
    try {
      const go = await act([...chosen.values()], naming.hidden ? "" : name.value.trim());
      dialog.close();
      if (go) go();
    } catch (error) {
      refusal.textContent = element.sentence(error);
      button.disabled = false;
      search.focus();
    }
  }
}
