/** Dialogs above the page. When one closes, the focus is back where it was. */

import { h } from "./nodes.js";
import { icon } from "./icons.js";
import { sheet } from "./theme.js";
import "./icons/later.js";
import "./words/later.js";

/** @import {TalkElement} from "./base.js" */
/** @import {Child} from "./nodes.js" */

const style = sheet(`
dialog {
  width: min(27rem, calc(100vw - 2rem)); max-height: min(42rem, calc(100dvh - 2rem)); padding: 0;
  border: 1px solid var(--_line); border-radius: 18px; background: var(--_raised); color: inherit;
  box-shadow: var(--_shadow); overflow: hidden;
}
dialog[open] { display: flex; flex-direction: column; animation: rise .16s ease-out }
dialog::backdrop { background: #0b0d1470 }
.dialog-head { display: flex; align-items: center; gap: .5rem; padding: .9rem .9rem .3rem 1.25rem }
.dialog-head h2 { flex: 1; font-size: 1.12em; font-weight: 650 }
.dialog-body {
  display: grid; gap: .8rem; padding: .4rem 1.25rem 1rem; overflow: auto; align-content: start;
}
.dialog-foot {
  display: flex; flex-wrap: wrap; justify-content: flex-end; gap: .6rem; padding: 0 1.25rem 1.15rem;
}
.dialog-body label { display: grid; gap: .35rem; font-weight: 600 }
.dialog-body label > :not(.avatar) { font-weight: 400 }
.people { min-height: 9rem; max-height: 19rem; overflow: auto; margin-inline: -.5rem }
.people .muted { padding-inline: .5rem }
.person, .dialog-body .person {
  display: flex; align-items: center; gap: .8rem; padding: .4rem .5rem; border-radius: 10px;
}
.person > span:nth-of-type(2) { flex: 1; min-width: 0 }
.ask { display: grid; gap: .8rem }
.refusal:empty, .chosen:empty { display: none }
textarea.field { min-height: 5.5em; resize: vertical }
`);

/**
 * Open a dialog in the shadow root of an element. It is closed by its button, the Escape key, a click
 * beside it, `close()`, and when the element leaves the page.
 * @param {TalkElement} element
 * @param {{title: string, body: Child[], foot?: Child[], class?: string, onclose?: () => void}} content
 * @returns {HTMLDialogElement}
 */
export function openDialog(element, { title, body, foot = [], class: name = "", onclose }) {
  element.adopt(style);
  const before = /** @type {HTMLElement | null} */ (element.root.activeElement);
  const dialog = h(
    "dialog",
    { class: name, "aria-label": title },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", {}, title),
      h(
        "button",
        {
          type: "button",
          class: "round",
          "aria-label": element.t("close"),
          onclick: () => dialog.close(),
        },
        icon("close"),
      ),
    ),
    h("div", { class: "dialog-body" }, ...body),
    foot.length > 0 && h("div", { class: "dialog-foot" }, ...foot),
  );
  const end = element.until(() => dialog.close());
  // A text that is selected may end beside the dialog, but does not begin there.
  let isBeside = false;
  dialog.addEventListener("pointerdown", ({ target }) => (isBeside = target === dialog));
  dialog.addEventListener("click", ({ target }) => isBeside && target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    end();
    dialog.remove();
    // The browser gives the focus back to what is still there.
    const isLost = document.activeElement === document.body;
    if (isLost && before) element.refocus(before);
    onclose?.();
  });
  element.root.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Ask for a decision, and for some text if there is a `field`. What goes wrong in `act` is said in the
 * dialog, which then stays.
 * @param {TalkElement} element
 * @param {{
 *   title: string, text?: string, action: string, isDanger?: boolean,
 *   field?: {
 *     label: string, value?: string, maxLength?: number, isLong?: boolean, isOptional?: boolean,
 *     times?: {min: string, max: string},
 *   },
 *   act: (text: string) => Promise<unknown> | void,
 * }} question
 *   times: the field is for a time between these two.
 * @returns {Promise<boolean>} whether it was done.
 */
export function ask(element, { title, text, action, isDanger = false, field, act }) {
  return new Promise((resolve) => {
    let isDone = false;
    const refusal = h("p", { class: "refusal", role: "alert" });
    const input =
      field && h(field.isLong ? "textarea" : "input", { class: "field", value: field.value });
    if (input) {
      if (field.times) Object.assign(input, { type: "datetime-local", ...field.times });
      input.required = !field.isOptional;
      if (field.maxLength) input.maxLength = field.maxLength;
    }
    const button = h("button", { class: `button primary ${isDanger ? "danger" : ""}` }, action);
    const form = h(
      "form",
      { id: "ask", class: "ask", onsubmit: submit },
      text && h("p", { class: "muted" }, text),
      input && h("label", {}, field.label, input),
      refusal,
    );
    const cancel = h(
      "button",
      { type: "button", class: "button", onclick: () => dialog.close() },
      element.t("cancel"),
    );
    const dialog = openDialog(element, {
      title,
      body: [form],
      foot: [cancel, button],
      onclose: () => resolve(isDone),
    });
    button.setAttribute("form", "ask");
    // A second Enter does nothing that can't be undone.
    (input ?? (isDanger ? cancel : button)).focus();

    /** @param {SubmitEvent} event */
    async function submit(event) {
      event.preventDefault();
      button.disabled = true;
      refusal.textContent = "";
      try {
        await act(input?.value.trim() ?? "");
        isDone = true;
        dialog.close();
      } catch (error) {
        refusal.textContent = element.sentence(error);
        button.disabled = false;
        (input ?? button).focus();
      }
    }
  });
}

/**
 * Ask whether something is meant, and do it.
 * @param {TalkElement} element
 * @param {string} action what it is, on the button and above.
 * @param {string} text what it means.
 * @param {() => Promise<unknown>} act
 */
export function confirm(element, action, text, act) {
  return ask(element, { title: action, text, action, isDanger: true, act });
}
