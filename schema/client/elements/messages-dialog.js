/** Dialogs with lists of messages: a search in one conversation, what is pinned, what was saved. */

import { openDialog } from "./dialog.js";
import { failureOf, foundOf, keepFocus } from "./found.js";
import { icon } from "./icons.js";
import { h, place } from "./nodes.js";
import { attempt } from "./notice.js";
import { sheet } from "./theme.js";

/** @import {Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {Listed} from "./found.js" */
/** @import {Child} from "./nodes.js" */

const style = sheet(`
.found { width: min(32rem, calc(100vw - 2rem)); height: min(42rem, calc(100dvh - 2rem)) }
.found .dialog-body { flex: 1; padding-inline: .75rem; gap: .4rem }
.found .field { position: sticky; top: 0; z-index: 1 }
.found li { display: flex; align-items: center }
.found .result {
  flex: 1; min-width: 0; column-gap: .8rem; padding: .5rem .6rem; border: 0; border-radius: 12px;
  background: none; text-align: start; cursor: pointer;
}
.found .result:hover { background: var(--_hover) }
.found p { padding: 1rem; text-align: center }
`);

/**
 * Search in one conversation. What is found leads to its place in the thread.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {string} conversationId
 */
export function searchIn(element, talk, conversationId) {
  const store = talk.search();
  const label = element.t("searchHere");
  const input = h("input", {
    type: "search",
    class: "field",
    placeholder: label,
    "aria-label": label,
    oninput: () => store.ask(input.value, { in: conversationId }),
  });
  const list = listIn(element, label, [input]);
  const end = element.follow(store, ({ rows, words, ...snapshot }) => {
    const found = rows.map((message) => ({ message }));
    list.show(found, { words, isInside: true, ...snapshot, store });
  });
  list.dialog.addEventListener("close", () => {
    end();
    store.ask("");
  });
  input.focus();
}

/**
 * Show what is pinned in a conversation.
 * @param {TalkElement} element
 * @param {Talk} talk
 * @param {string} conversationId
 */
export async function showPins(element, talk, conversationId) {
  const store = talk.conversation(conversationId);
  const list = listIn(element, element.t("pinnedMessages"));
  const end = element.follow(store, ({ pins, conversation }) => {
    if (!conversation) return;
    const unpin = (/** @type {Listed} */ { id }) => talk.unpinMessage({ message: id });
    const mayUnpin = conversation.viewerCan.includes("PIN");
    const remove = mayUnpin ? { label: element.t("unpin"), act: unpin } : undefined;
    const found = pins.map(({ message }) => ({ message: { ...message, conversation } }));
    list.show(found, { isInside: true, remove, nothing: element.t("nothingPinned") });
  });
  list.dialog.addEventListener("close", end);
  await attempt(element, () => store.loadPins(), list.dialog);
}

/**
 * Show what the viewer has saved.
 * @param {TalkElement} element
 * @param {Talk} talk
 */
export function showSaved(element, talk) {
  const store = talk.saved();
  const list = listIn(element, element.t("savedMessages"));
  const unsave = async (/** @type {Listed} */ { id }) => {
    await talk.unsaveMessage({ message: id });
    store.refresh();
  };
  const remove = { label: element.t("unsave"), act: unsave };
  const end = element.follow(store, ({ rows, ...snapshot }) =>
    list.show(rows, { remove, ...snapshot, store, nothing: element.t("nothingSaved") }),
  );
  list.dialog.addEventListener("close", end);
}

/**
 * Open a dialog with a list of messages.
 * @param {TalkElement} element
 * @param {string} title
 * @param {Child[]} [above]
 */
function listIn(element, title, above = []) {
  element.adopt(style);
  const list = h("ul", { role: "list", "aria-label": title });
  const below = h("div", { role: "status" });
  const dialog = openDialog(element, { title, class: "found", body: [...above, list, below] });

  /**
   * @param {readonly {message: Listed}[]} rows
   * @param {{
   *   words?: string, isInside?: boolean, state?: string, error?: unknown, nothing?: string,
   *   hasMore?: boolean, isLoadingMore?: boolean, store?: {loadMore: () => Promise<unknown>},
   *   remove?: {label: string, act: (message: Listed) => Promise<unknown>},
   * }} how
   */
  function show(rows, { state = "ready", words, isInside, remove, error, store, ...how }) {
    const items = rows.map(({ message }) => itemOf(message, { words, isInside, remove }));
    const nothing = how.nothing ?? element.t("nothingFound");
    const more = () => attempt(element, async () => store?.loadMore(), dialog);
    /** @type {Child[]} */
    const others = [
      state === "loading" && h("p", { class: "muted" }, element.t("loading")),
      !!error && failureOf(element, error),
      state === "ready" && !rows.length && h("p", { class: "muted" }, nothing),
      how.hasMore &&
        !how.isLoadingMore &&
        h("button", { type: "button", class: "button", onclick: more }, element.t("more")),
    ];
    keepFocus(dialog, () => {
      place(list, items);
      place(below, others);
    });
  }

  /**
   * @param {Listed} message
   * @param {Pick<Parameters<typeof show>[1], "words" | "isInside" | "remove">} how
   */
  function itemOf(message, { words, isInside, remove }) {
    const { conversation, number } = message;
    const open = () => {
      dialog.close();
      element.tell("talk-open", { conversationId: conversation.id, number });
    };
    const away = () => attempt(element, async () => remove?.act(message), dialog);
    const button = { type: "button", class: "round", "aria-label": remove?.label, onclick: away };
    return h(
      "li",
      {},
      foundOf(element, message, { words, isInside, open }),
      remove && h("button", button, icon("close")),
    );
  }

  return { dialog, show };
}
