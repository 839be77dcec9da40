/** The people of a conversation in its panel, and those who left it. */

import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { h, place } from "./nodes.js";
import { avatarOf } from "./people.js";

/** @import {Conversation, Member, Role} from "../types.js" */
/** @import {Details} from "./details.js" */
/** @import {MenuItem} from "./menu.js" */

const ROLES = /** @type {const} */ (["OWNER", "ADMIN", "MEMBER"]);
const ROLE_NAMES = /** @type {const} */ ({ OWNER: "owner", ADMIN: "admin", MEMBER: "member" });
const MAKE = /** @type {const} */ ({
  OWNER: "makeOwner",
  ADMIN: "makeAdmin",
  MEMBER: "makeMember",
});

/** The people who take part. */
export class MemberList {
  #list = h("ul", { role: "list" });
  /** @type {Map<string, {node: HTMLElement, member: Member, look: string, more: HTMLElement}>} */
  #rows = new Map();
  /** @type {readonly Member[]} */
  #members = [];
  /** @type {ReadonlySet<string>} */
  #present = new Set();
  #watched = "";
  end = () => {};

  /** @param {Details} details */
  constructor(details) {
    this.details = details;
    const title = details.element.t("people");
    this.#list.setAttribute("aria-label", title);
    this.node = h("section", { class: "group" }, h("h3", {}, title), this.#list);
  }

  /**
   * @param {readonly Member[]} members
   * @param {Conversation} conversation
   */
  update(members, conversation) {
    this.#members = members;
    this.#watch();
    this.#show(conversation);
  }

  #watch() {
    const { talk, element } = this.details;
    const most = talk.limits.getSnapshot()?.presenceUsers ?? 0;
    const ids = this.#members.slice(0, most).map(({ user }) => user.id);
    if (ids.join(" ") === this.#watched) return;
    this.#watched = ids.join(" ");
    this.end();
    this.end = element.follow(talk.presence(ids), (present) => {
      this.#present = present;
      const { conversation } = this.details;
      if (conversation) this.#show(conversation);
    });
  }

  /** @param {Conversation} conversation */
  #show(conversation) {
    const before = this.#rows;
    this.#rows = new Map();
    for (const member of this.#members) {
      const row = before.get(member.id) ?? this.#row();
      this.#rows.set(member.id, row);
      const look = `${this.#present.has(member.user.id)} ${conversation.viewerParticipation.role}`;
      if (row.member !== member || row.look !== look) this.#update(row, member, look);
    }
    place(
      this.#list,
      [...this.#rows.values()].map(({ node }) => node),
    );
  }

  #row() {
    const { element } = this.details;
    const open = () => openMenu(element, more, this.#menu(row.member));
    const more = h(
      "button",
      { type: "button", class: "round", "aria-haspopup": "menu", onclick: open },
      icon("more"),
    );
    /** @type {{node: HTMLElement, member: any, look: string, more: HTMLElement}} */
    const row = { node: h("li", { class: "member" }, more), member: null, look: "", more };
    return row;
  }

  /**
   * @param {{node: HTMLElement, member: Member, look: string, more: HTMLElement}} row
   * @param {Member} member
   * @param {string} look
   */
  #update(row, member, look) {
    const { element, talk } = this.details;
    const { user, role, suspendedAt } = member;
    const isViewer = user.id === talk.viewer.getSnapshot()?.id;
    const isOnline = this.#present.has(user.id);
    row.member = member;
    row.look = look;
    row.more.hidden = isViewer;
    row.more.setAttribute("aria-label", element.t("moreAbout", { name: user.name }));
    const about = [
      role !== "MEMBER" && element.t(ROLE_NAMES[role]),
      isOnline && !isViewer && element.t("online"),
      suspendedAt && element.t("suspended"),
      user.blocked && element.t("blocked"),
    ].filter(Boolean);
    const name = isViewer ? `${user.name} (${element.t("you")})` : user.name;
    place(row.node, [
      avatarOf(user, { size: 38, isOnline }),
      h(
        "div",
        {},
        h("p", { dir: "auto" }, name),
        about.length > 0 && h("p", { class: "about" }, about.join(" · ")),
      ),
      row.more,
    ]);
  }

  /**
   * @param {Member} member
   * @returns {MenuItem[]}
   */
  #menu(member) {
    const { details } = this;
    const { element, talk, conversationId, conversation } = details;
    const { user, role } = member;
    const { name, id } = user;
    const can = conversation?.viewerCan ?? [];
    const isOwner = conversation?.viewerParticipation.role === "OWNER";
    // Owners act on everybody, admins on members.
    const outranks = isOwner || role === "MEMBER";
    const change = (/** @type {Role} */ to) => ({
      label: element.t(MAKE[to]),
      icon: /** @type {const} */ ("people"),
      act: () =>
        details.attempt(() => talk.changeRole({ conversationId, participant: id, role: to })),
    });
    const roles = ROLES.filter((to) => to !== role && (isOwner || to !== "OWNER"));
    /** @type {(MenuItem | false)[]} */
    const items = [
      conversation?.kind === "GROUP" && {
        label: element.t("writeTo", { name }),
        icon: "edit",
        act: () =>
          details.attempt(async () => {
            const started = await talk.startConversation({ participants: [id], kind: "PRIVATE" });
            details.goTo(started.conversation.id);
          }),
      },
      ...(can.includes("CHANGE_ROLES") && outranks ? roles.map(change) : []),
      user.blocked
        ? {
            label: element.t("unblock"),
            icon: "check",
            act: () => details.attempt(() => talk.unblockUser({ user: id })),
          }
        : {
            label: element.t("block"),
            icon: "block",
            act: () =>
              details.confirm("block", "blockSure", name, () => talk.blockUser({ user: id })),
          },
      {
        label: element.t("reportUser"),
        icon: "flag",
        act: () => details.report("reportUser", (why) => talk.reportUser({ user: id, why })),
      },
      can.includes("REMOVE_MEMBERS") &&
        outranks && {
          label: element.t("remove"),
          icon: "leave",
          isDanger: true,
          act: () => {
            const act = () => talk.removeParticipant({ conversationId, participant: id });
            return details.confirm("remove", "removeSure", name, act);
          },
        },
    ];
    return items.filter((item) => item !== false);
  }
}

/** The people who left or were removed, whom members can bring back. */
export class Former {
  #list = h("ul", { role: "list", hidden: true });

  /** @param {Details} details */
  constructor(details) {
    this.details = details;
    const words = details.element.t("former");
    this.button = h(
      "button",
      { type: "button", class: "line", "aria-expanded": "false", onclick: () => this.#toggle() },
      icon("clock"),
      words,
    );
    this.#list.setAttribute("aria-label", words);
    this.node = h("section", { class: "group last" }, this.button, this.#list);
  }

  async #toggle() {
    this.#list.hidden = !this.#list.hidden;
    this.button.setAttribute("aria-expanded", String(!this.#list.hidden));
    if (!this.#list.hidden) await this.details.attempt(() => this.#load());
  }

  async #load() {
    const { element, talk, conversationId } = this.details;
    const people = await talk.formerMembers(conversationId);
    const nobody = h("li", { class: "member muted" }, element.t("nobodyLeft"));
    place(this.#list, people.length ? people.map((member) => this.#row(member)) : [nobody]);
  }

  /** @param {Member} member */
  #row({ user: { id, name, avatar }, status }) {
    const { element, talk, conversationId } = this.details;
    const bring = async () => {
      const act = () => talk.reinstateParticipant({ conversationId, participant: id });
      if (!(await this.details.attempt(act))) return;
      await this.details.attempt(() => this.#load());
      this.button.focus();
    };
    const button = h(
      "button",
      { type: "button", class: "button", onclick: bring },
      element.t("bringBack"),
    );
    button.setAttribute("aria-label", element.t("bringBackName", { name }));
    const about = element.t(status === "LEFT" ? "hasLeft" : "wasRemoved");
    const who = h("div", {}, h("p", { dir: "auto" }, name), h("p", { class: "about" }, about));
    return h("li", { class: "member" }, avatarOf({ id, name, avatar }, { size: 38 }), who, button);
  }
}
