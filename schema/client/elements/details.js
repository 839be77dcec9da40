/** The panel with the details of a conversation: its name, its people, what can be done with it. */

import { detailsStyle } from "./details-style.js";
import { ask, confirm, openDialog } from "./dialog.js";
import { icon } from "./icons.js";
import { Former, MemberList } from "./members.js";
import { h, place, set } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOfConversation } from "./people.js";
import { pickPeople } from "./picker.js";
import { report } from "./report.js";

/** @import {Conversation, ConversationCapability, ConversationSnapshot} from "../types.js" */
/** @import {ConversationStore, Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {IconName} from "./icons.js" */
/** @import {WordKey} from "./words.js" */

/** At this distance from the end of the list, in pixels, more members are asked for. */
const NEAR = 300;

export class Details {
  #name = h("h3", { dir: "auto" });
  #about = h("p", { class: "muted" });
  #face = h("div", { "aria-hidden": "true" });
  /**
   * What depends on what the viewer may do.
   * @type {{node: HTMLElement, isShown: (conversation: Conversation) => boolean}[]}
   */
  #parts = [];

  /**
   * @param {TalkElement} element
   * @param {Talk} talk
   * @param {ConversationStore} store
   */
  constructor(element, talk, store) {
    element.adopt(detailsStyle);
    this.element = element;
    this.talk = talk;
    this.store = store;
    this.conversationId = store.id;
    const rename = this.#part(
      "RENAME",
      this.#button("edit", "rename", "round", () => this.#rename()),
    );
    const invite = this.#part(
      "INVITE",
      this.#button("add", "invite", "button", () => this.#invite()),
    );
    this.members = new MemberList(this);
    const former = new Former(this);
    this.#parts.push({ node: former.node, isShown: isGroupMember });
    this.dialog = openDialog(element, {
      title: element.t("details"),
      class: "sheet",
      body: [
        h(
          "div",
          { class: "face" },
          this.#face,
          h("div", { class: "title" }, this.#name, rename),
          this.#about,
        ),
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
  report(title, act) {
    return report(this.element, this.talk, title, act, this.dialog);
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
      kind === "GROUP"
        ? element.t("groupSince", { count, day })
        : element.t("privateSince", { day });
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
      this.confirm("clear", "clearSure", nameOf(), () =>
        talk.clearConversation({ conversationId }),
      );
    const leave = async () => {
      const act = () => talk.leaveConversation({ conversationId });
      if (await this.confirm("leave", "leaveSure", nameOf(), act)) this.dialog.close();
    };
    const report = () =>
      this.report("reportTitle", (why) => talk.reportTitle({ conversationId, why }));
    const reportLine = this.#button("flag", "reportTitle", "line", report);
    this.#parts.push({
      node: reportLine,
      isShown: ({ kind, title }) => kind === "GROUP" && !!title,
    });
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
        const { conversation, upgraded } = await talk.inviteParticipants({
          conversationId,
          participants,
        });
        return upgraded && (() => this.goTo(conversation.id));
      },
    });
  }
}

/** @param {Conversation} conversation */
function isGroupMember({ kind, viewerParticipation: { status, suspendedAt } }) {
  return kind === "GROUP" && status === "ACTIVE" && suspendedAt === null;
}
