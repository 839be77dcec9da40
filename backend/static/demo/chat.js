/** The demo's page: a chat in which each window can be another person. */

import "../talk/elements/index.js";
import { avatarOf } from "../talk/elements/people.js";
import { createTalk } from "../talk/index.js";
import { Operations } from "./operations.js";
import { openGraphiQL, tokenOf, url } from "./server.js";

/** The place where this window keeps who it is. Each window has its own. */
const KEY = "talk-demo-person";

const find = (/** @type {string} */ selector) => /** @type {any} */ (document.querySelector(selector));
const links = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("a[data-username]"))];
const operations = new Operations(find(".operations"), find("[data-action=operations]"), {
  open: (operation) => openGraphiQL(who(), operation),
});
/** @type {import("../talk/types.js").Talk | undefined} */
let talk;

const who = () => sessionStorage.getItem(KEY) ?? "";

/** Be the person whom the address names, or the one that this window was before. */
function begin() {
  const named = new URLSearchParams(location.hash.slice(1)).get("as");
  const isKnown = links.some((link) => link.dataset.username === named);
  if (named && isKnown && named !== who()) {
    sessionStorage.setItem(KEY, named);
    end();
  }
  if (named !== null) history.replaceState(null, "", location.pathname);
  show();
}

function end() {
  find(".chat").replaceChildren();
  talk?.close();
  talk = undefined;
  operations.clear();
}

function show() {
  const username = who();
  for (const link of links) {
    const isThis = link.dataset.username === username;
    if (isThis) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    // Where there is no room for all.
    if (isThis) link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  for (const option of find(".second").options) option.hidden = option.value === username;
  find(".welcome").hidden = username !== "";
  find("[data-action=operations]").disabled = username === "";
  if (username && !talk) start(username);
}

/** @param {string} username */
function start(username) {
  talk = createTalk({
    url,
    token: () => tokenOf(username),
    visible: true,
    onOperation: (operation) => operations.add(operation),
  });
  const chat = /** @type {any} */ (document.createElement("talk-chat"));
  chat.talk = talk;
  find(".chat").replaceChildren(chat);
  const { unreadTotal } = talk;
  const name = find(`.person[data-username=${username}] .name`).textContent;
  const title = () => {
    const unread = unreadTotal.getSnapshot();
    document.title = unread ? `(${unread}) ${name} · Talk` : `${name} · Talk`;
  };
  unreadTotal.subscribe(title);
  title();
}

find(".second").addEventListener("change", (/** @type {Event} */ { target }) => {
  const select = /** @type {HTMLSelectElement} */ (target);
  open(`${location.pathname}#as=${select.value}`, "_blank", "noopener");
  select.value = "";
});
find("[data-action=graphiql]").addEventListener("click", () => openGraphiQL(who()));
addEventListener("hashchange", begin);
for (const link of links) {
  // The same colour as in the chat.
  const { id = "", name = "" } = link.dataset;
  const colour = avatarOf({ id, name }).style.getPropertyValue("--_hue");
  /** @type {HTMLElement} */ (link.querySelector(".avatar")).style.setProperty("--hue", colour);
}
begin();
