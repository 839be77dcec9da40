/** The panel with the details of a conversation: its name, its people, and what can be done with it. */

import { ask, confirm, openDialog } from "./dialog.js";
import { icon } from "./icons.js";
import { Former, MemberList } from "./members.js";
import { h, place, set } from "./nodes.js";
import { attempt, notice } from "./notice.js";
import { avatarOfConversation } from "./people.js";
import { pickPeople } from "./picker.js";
import { sheet } from "./theme.js";

/** @import {Conversation, ConversationCapability, ConversationSnapshot, ConversationStore} from "../types.js" */
/** @import {Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {IconName} from "./icons.js" */
/** @import {WordKey} from "./words.js" */

/** At this distance from the end of the list, in pixels, more members are asked for. */
const NEAR = 300;

const style = sheet(`
.sheet {
  width: min(24rem, 100vw); height: 100dvh; max-height: none; max-width: none; margin-block: 0; margin-inline: auto 0;
  border-width: 0; border-start-end-radius: 0; border-end-end-radius: 0;
}
.sheet { --_ring: var(--_raised) }
.sheet .dialog-body { padding: 0 1rem 1.2rem; flex: 1; gap: 1.1rem }
.face { padding-top: .4rem; display: grid; justify-items: center; gap: .35rem; text-align: center }
.face h3 { font-size: 1.25em; font-weight: 700; margin-top: .4rem }
.face .title { display: inline-flex; align-items: center; gap: .2rem }
.tools { display: flex; flex-wrap: wrap; justify-content: center; gap: .6rem }
.group h3 { padding: 0 .5rem .35rem; font-size: .85em; font-weight: 600; color: var(--_muted) }
.member { display: flex; align-items: center; gap: .8rem; min-height: 3.3em; padding: .25rem .5rem }
.member > div { flex: 1; min-width: 0 }
.member .about { font-size: .86em; color: var(--_muted) }
.last { display: grid; gap: 2px; padding-top: .7rem; border-top: 1px solid var(--_line) }
.line {
  display: flex; align-items: center; gap: .8rem; min-height: 2.7em; padding: .3rem .6rem; border: 0; border-radius: 10px;
  background: none; text-align: start; cursor: pointer;
}
.line:hover { background: var(--_hover) }
.line .icon { color: var(--_muted) }
.line.danger, .line.danger .icon { color: var(--_danger) }
`);

export class Details {
  #name = h("h3", { dir: "auto" });
  #about = h("p", { class: "muted" });
  #face = h("div", { "aria-hidden": "true" });
  /** What depends on what the viewer may do. @type {{node: HTMLElement, isShown: (conversation: Conversation) => boolean}[]} */
  #parts = [];

  /**
   * @param {TalkElement} element
   * @param {Talk} talk
   * @param {ConversationStore} store
   */
  constructor(element, talk, store) {
    element.adopt(style);
    this.element = element;
    this.talk = talk;
    this.store = store;
    this.conversationId = store.id;
    const rename = this.#part("RENAME", this.#button("edit", "rename", "round", () => this.#rename()));
    const invite = this.#part("INVITE", this.#button("add", "invite", "button", () => this.#invite()));
    this.members = new MemberList(this);
    const former = new Former(this);
    this.#parts.push({ node: former.node, isShown: isGroupMember });
    this.dialog = openDialog(element, {
      title: element.t("details"),
      class: "sheet",
      body: [
        h("div", { class: "face" }, this.#face, h("div", { class: "title" }, this.#name, rename), this.#about),
        h("div", { class: "tools" }, invite),
        this.members.node,
        former.node,
        h("div", { class: "last" }, ...this.#lines()),
      ],
      onclose: () => {
        end();
        this.members.end();
      },
    });
    const body = /** @type {HTMLElement} */ (this.dialog.querySelector(".dialog-body"));
    body.addEventListener("scroll", () => {
      const { hasMoreMembers } = store.getSnapshot();
      const isNear = body.scrollTop + body.clientHeight > body.scrollHeight - NEAR;
      if (isNear && hasMoreMembers) this.#loadMembers();
    });
    const end = element.follow(store, (snapshot) => this.#update(snapshot));
    this.#loadMembers();
  }

  /** @returns {Conversation | null} */
  get conversation() {
    return this.store.getSnapshot().conversation;
  }

  /**
   * Do something, and say in the panel what went wrong.
   * @param {() => Promise<unknown>} act
   */
  attempt(act) {
    return attempt(this.element, act, this.dialog);
  }

  /** Go to another conversation. @param {string} conversationId */
  goTo(conversationId) {
    this.dialog.close();
    this.element.tell("talk-open", { conversationId });
  }

  /**
   * Ask for a reason, and report somebody or something.
   * @param {WordKey} title
   * @param {(why: string) => Promise<unknown>} act
   */
  async report(title, act) {
    const { element, talk } = this;
    const isDone = await ask(element, {
      title: element.t(title),
      text: element.t("reportHint"),
      action: element.t("report"),
      field: {
        label: element.t("reason"),
        isLong: true,
        maxLength: talk.limits.getSnapshot()?.reasonLength,
      },
      act,
    });
    if (isDone) notice(element, element.t("reported"), this.dialog);
  }

  /**
   * Ask whether something is meant, and do it.
   * @param {WordKey} key
   * @param {WordKey} sure
   * @param {string} name
   * @param {() => Promise<unknown>} act
   */
  confirm(key, sure, name, act) {
    const { element } = this;
    return confirm(element, element.t(key), element.t(sure, { name }), act);
  }

  #loadMembers() {
    this.attempt(() => this.store.loadMembers());
  }

  /** @param {ConversationSnapshot} snapshot */
  #update({ conversation, members, state }) {
    if (!conversation) {
      if (state === "missing") this.dialog.close();
      return;
    }
    const { kind, name, participantCount: count, startedAt } = conversation;
    const { element } = this;
    place(this.#face, [avatarOfConversation(conversation, { size: 84 })]);
    this.#name.textContent = name;
    const day = element.language.date(startedAt, "date");
    this.#about.textContent =
      kind === "GROUP" ? element.t("groupSince", { count, day }) : element.t("privateSince", { day });
    this.members.update(members, conversation);
    for (const { node, isShown } of this.#parts) node.hidden = !isShown(conversation);
    const { activeElement } = element.root;
    if (activeElement && !activeElement.closest("[hidden]")) return;
    // What had the focus is gone.
    if (this.dialog.open) this.dialog.querySelector("button")?.focus();
  }

  /**
   * @param {IconName} name
   * @param {WordKey} key
   * @param {string} look
   * @param {() => unknown} onclick
   */
  #button(name, key, look, onclick) {
    const words = this.element.t(key);
    const button = h("button", { type: "button", class: look, onclick }, icon(name));
    if (look === "round") set(button, "aria-label", words);
    else button.append(words);
    return button;
  }

  /**
   * @param {ConversationCapability} capability
   * @param {HTMLElement} node
   */
  #part(capability, node) {
    this.#parts.push({ node, isShown: ({ viewerCan }) => viewerCan.includes(capability) });
    return node;
  }

  /** What stands at the end of the panel. */
  #lines() {
    const { talk, conversationId } = this;
    const nameOf = () => this.conversation?.name ?? "";
    const clear = () =>
      this.confirm("clear", "clearSure", nameOf(), () => talk.clearConversation({ conversationId }));
    const leave = async () => {
      const act = () => talk.leaveConversation({ conversationId });
      if (await this.confirm("leave", "leaveSure", nameOf(), act)) this.dialog.close();
    };
    const report = () =>
      this.report("reportTitle", (why) => talk.reportTitle({ conversationId, why }));
    const reportLine = this.#button("flag", "reportTitle", "line", report);
    this.#parts.push({ node: reportLine, isShown: ({ kind, title }) => kind === "GROUP" && !!title });
    return [
      this.#button("trash", "clear", "line", clear),
      reportLine,
      this.#part("LEAVE", this.#button("leave", "leave", "line danger", leave)),
    ];
  }

  #rename() {
    const { element, talk, conversationId } = this;
    const maxLength = talk.limits.getSnapshot()?.titleLength;
    ask(element, {
      title: element.t("rename"),
      action: element.t("save"),
      field: { label: element.t("groupName"), value: this.conversation?.title, maxLength },
      act: (title) => talk.renameConversation({ conversationId, title }),
    });
  }

  #invite() {
    const { element, talk, conversationId } = this;
    pickPeople(element, talk, {
      title: element.t("invite"),
      action: element.t("invite"),
      without: ({ id }) => this.store.getSnapshot().members.some(({ user }) => user.id === id),
      act: async (people) => {
        const participants = people.map(({ id }) => id);
        const { conversation, upgraded } = await talk.inviteParticipants({ conversationId, participants });
        return upgraded && (() => this.goTo(conversation.id));
      },
    });
  }
}

/** @param {Conversation} conversation */
function isGroupMember({ kind, viewerParticipation: { status, suspendedAt } }) {
  return kind === "GROUP" && status === "ACTIVE" && suspendedAt === null;
}
