/** The panel with the details of a conversation: its name, its people, what can be done with it. */

import { detailsStyle } from "./details-style.js";
import { buttonOf, linesOf } from "./details-lines.js";
import { pictureOf } from "./details-picture.js";
import { ask, confirm, openDialog } from "./dialog.js";
import { Former, MemberList } from "./members.js";
import { h, place } from "./nodes.js";
import { attempt } from "./notice.js";
import { avatarOfConversation } from "./people.js";
import { pickPeople } from "./picker.js";
import { report } from "./report.js";
import { nodesOf } from "./thread/text.js";

/** @import {Conversation, ConversationCapability, ConversationSnapshot} from "../types.js" */
/** @import {ConversationStore, Talk} from "../types.js" */
/** @import {TalkElement} from "./base.js" */
/** @import {WordKey} from "./words.js" */

/** At this distance from the end of the list, in pixels, more members are asked for. */
const NEAR = 300;

export class Details {
  #name = h("h3", { dir: "auto" });
  #about = h("p", { class: "muted" });
  #description = h("p", { class: "description", dir: "auto" });
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
      buttonOf(this, "edit", "rename", "round", () => this.#rename()),
    );
    const invite = this.#part(
      "INVITE",
      buttonOf(this, "add", "invite", "button", () => this.#invite()),
    );
    const describe = this.#part(
      "DESCRIBE",
      buttonOf(this, "info", "describe", "button", () => this.#describe()),
    );
    const lines = linesOf(this);
    const picture = pictureOf(this);
    this.#parts.push(...lines, ...picture.parts);
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
          h("div", { class: "title" }, this.#face, ...picture.nodes),
          picture.status,
          h("div", { class: "title" }, this.#name, rename),
          this.#about,
          this.#description,
        ),
        h("div", { class: "tools" }, invite, describe),
        this.members.node,
        former.node,
        h("div", { class: "last" }, ...lines.map(({ node }) => node)),
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

  /** The conversation with the viewer's own settings, as a row of the inbox has them. */
  get own() {
    const { conversation } = this;
    return conversation && { conversation, ...conversation.viewerParticipation };
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
    place(this.#face, [avatarOfConversation(conversation, { size: 84, talk: this.talk })]);
    this.#name.textContent = name;
    const day = element.language.date(startedAt, "date");
    this.#about.textContent =
      kind === "GROUP"
        ? element.t("groupSince", { count, day })
        : element.t("privateSince", { day });
    place(this.#description, nodesOf(conversation.description));
    this.members.update(members, conversation);
    const hidden = this.#parts.filter(({ node }) => node.hidden);
    for (const { node, isShown } of this.#parts) node.hidden = !isShown(conversation);
    const { activeElement } = element.root;
    if (activeElement && !activeElement.closest("[hidden]")) return;
    // What had the focus is gone.
    const next = hidden.find(({ node }) => !node.hidden)?.node;
    if (this.dialog.open) (next ?? this.dialog.querySelector("button"))?.focus();
  }

  /**
   * @param {ConversationCapability} capability
   * @param {HTMLElement} node
   */
  #part(capability, node) {
    this.#parts.push({ node, isShown: ({ viewerCan }) => viewerCan.includes(capability) });
    return node;
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

  #describe() {
    const { element, talk, conversationId } = this;
    ask(element, {
      title: element.t("describe"),
      action: element.t("save"),
      field: {
        label: element.t("description"),
        value: this.conversation?.description,
        maxLength: talk.limits.getSnapshot()?.descriptionLength,
        isLong: true,
        isOptional: true,
      },
      act: (description) => talk.updateConversation({ conversationId, description }),
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
