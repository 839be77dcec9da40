/** A conversation on the screen. */

import { attempt, follow, listIn, onClick, part } from "./dom.js";
import { prepareComposer, rowMaker } from "./messages.js";

/** @import {Named, Talk} from "talk-client" */

const namesOf = (/** @type {readonly Named[]} */ all) => all.map(({ name }) => name).join(", ");

/** Show a conversation. Answers what closes it. @param {Talk} talk @param {string} id */
export function showThread(talk, id) {
  const thread = talk.conversation(id);
  const scroller = part("scroller");
  part("thread").hidden = false;
  onClick("earlier", thread.loadEarlier);
  onClick("newest", thread.jumpToNewest);
  onClick("leave", () => talk.leaveConversation({ conversationId: id }));
  onClick("invite", async () => {
    const participants = await findAll(talk, prompt("Whom do you want to invite?") ?? "");
    await talk.inviteParticipants({ conversationId: id, participants });
  });
  for (const name of ["rows", "online"]) part(name).replaceChildren();
  const showRows = listIn(part("rows"), rowMaker(talk, thread, prepareComposer(thread)));
  const fromEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
  /** What the viewer sees is read. */
  const see = () => {
    const { rows, hasLater } = thread.getSnapshot();
    const newest = rows.findLast(({ message }) => message)?.message;
    if (newest && !hasLater && fromEnd() < 40 && document.hasFocus()) thread.shown(newest.number);
  };
  scroller.onscroll = window.onfocus = see;
  let endPresence = /** @type {(() => void) | undefined} */ (undefined);
  const ends = [
    () => endPresence?.(),
    follow(thread, ({ conversation, rows, hasEarlier, hasLater, ...more }) => {
      const [distance, first] = [fromEnd(), part("rows").firstChild];
      const elements = showRows(rows);
      rows.forEach(({ message }, index) =>
        elements[index].classList.toggle("new", message?.number === more.firstUnreadNumber),
      );
      part("earlier").hidden = !hasEarlier;
      part("newest").hidden = !hasLater;
      // The end stays in view, and so does what is in view when earlier messages come.
      if (distance < 40 || first !== elements[0]) scroller.scrollTop += fromEnd() - distance;
      see();
      part("title").textContent = conversation?.name ?? more.error?.message ?? more.state;
      if (!conversation) return;
      part("leave").hidden = !conversation.viewerCan.includes("LEAVE");
      part("invite").hidden = !conversation.viewerCan.includes("INVITE");
      const people = more.members.map(({ user }) => user);
      endPresence ??=
        people[0] &&
        follow(talk.presence(people.map(({ id }) => id)), (present) => {
          const online = namesOf(people.filter(({ id }) => present.has(id)));
          part("online").textContent = online && `online: ${online}`;
        });
    }),
    follow(talk.typing(id), (people) => {
      part("typing").textContent = people.length ? `${namesOf(people)} … typing` : "";
    }),
  ];
  attempt(thread.loadMembers);
  return () => ends.forEach((end) => end());
}

/** The ids of people. @param {Talk} talk @param {string} names with commas between them. */
export async function findAll(talk, names) {
  const ids = [];
  for (const name of names.split(",").filter((each) => each.trim())) {
    const [person] = await talk.findPeople(name.trim());
    if (!person) throw new Error(`Nobody is called ${name.trim()}.`);
    ids.push(person.id);
  }
  return ids;
}
