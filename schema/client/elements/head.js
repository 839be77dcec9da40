/** `<talk-head>`: who a thread is with, the way back to the inbox, and the way to the details. */

import { TalkElement } from "./base.js";
import { icon } from "./icons.js";
import { h, place } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOfConversation } from "./people.js";
import { sheet } from "./theme.js";

/** @import {Conversation, Talk} from "../types.js" */

const style = sheet(`
:host { position: relative; border-bottom: 1px solid var(--_line) }
.head { display: flex; align-items: center; gap: .25rem; min-height: 4.1em; padding: .4rem .6rem }
.who {
  display: flex; flex: 1; align-items: center; gap: .75rem; min-width: 0; padding: .35rem .5rem;
  border: 0;
  border-radius: 12px; background: none; text-align: start; cursor: pointer;
}
.who:hover { background: var(--_hover) }
.who > span:last-child { display: grid; min-width: 0 }
.name { font-weight: 650; font-size: 1.05em }
.who span span { overflow: hidden; white-space: nowrap; text-overflow: ellipsis }
.about { font-size: .86em; color: var(--_muted) }
.about.online { color: color-mix(in srgb, var(--_online) 70%, var(--_text)) }
:host(:not([narrow])) .back { display: none }
`);

let failures = 0;

/** Load the panel. Browsers may keep that a module was not there: then it has another address the next time. */
async function loadDetails() {
  try {
    return await import("./details.js");
  } catch {
    failures += 1;
    return import(`./details.js?again=${failures}`);
  }
}

export class TalkHead extends TalkElement {
  static styles = [style];
  static observedAttributes = ["conversation"];

  #isOnline = false;

  focus() {
    /** @type {HTMLElement | null} */ (this.root.querySelector(".back"))?.focus();
  }

  /** @param {Talk} talk */
  start(talk) {
    const id = this.getAttribute("conversation");
    if (!id) return;
    const store = talk.conversation(id);
    const back = h(
      "button",
      {
        type: "button",
        class: "round back",
        "aria-label": this.t("back"),
        onclick: () => this.tell("talk-back", {}),
      },
      icon("back"),
    );
    const open = () =>
      attempt(this, async () => new (await loadDetails()).Details(this, talk, store));
    const who = h("button", {
      type: "button",
      class: "who",
      "aria-haspopup": "dialog",
      onclick: open,
    });
    place(this.root, [h("div", { class: "head" }, back, who)]);

    this.#isOnline = false;
    let watched = "";
    /** @type {unknown[]} */
    let shown = [];
    const show = () => {
      const { conversation } = store.getSnapshot();
      who.hidden = !conversation;
      if (!conversation) return;
      // Most news of a thread are none of its head's.
      if (conversation !== shown[0] || this.#isOnline !== shown[1])
        place(who, this.#who(conversation));
      shown = [conversation, this.#isOnline];
      const other = conversation.kind === "PRIVATE" ? conversation.others[0]?.id : null;
      if (!other || other === watched) return;
      watched = other;
      this.follow(talk.presence([other]), (present) => {
        this.#isOnline = present.has(other);
        show();
      });
    };
    this.follow(store, show);
  }

  /** @param {Conversation} conversation */
  #who(conversation) {
    const isOnline = this.#isOnline;
    const { kind, name, participantCount: count } = conversation;
    const about =
      kind === "GROUP" ? this.t("members", { count }) : isOnline ? this.t("online") : "";
    return [
      avatarOfConversation(conversation, { size: 40, isOnline, talk: this.talk }),
      h(
        "span",
        {},
        h("span", { class: "name", dir: "auto" }, name),
        about && h("bdi", { class: `about ${isOnline ? "online" : ""}` }, about),
        h("span", { class: "spoken" }, `, ${this.t("details")}`),
      ),
    ];
  }
}
