/** A chat on Talk's client: who is signed in, the inbox, and new conversations. */

import { createTalk } from "talk-client";
import { attempt, button, follow, h, listIn, onClick, onSubmit, part } from "./dom.js";
import { findAll, showThread } from "./thread.js";

/** @import {InboxRow, Talk} from "talk-client" */

const { server, token } = part("sign-in").elements;

/** Open the chat of the person who has this token. */
function signIn() {
  for (const field of [server, token]) sessionStorage.setItem(field.name, field.value);
  const talk = createTalk({ url: server.value, token: token.value, visible: true });
  let closeThread = () => {};
  const open = (/** @type {string} */ id) => {
    closeThread();
    closeThread = showThread(talk, id);
  };
  const signOut = () => {
    sessionStorage.clear();
    closeThread();
    talk.close();
    part("state").textContent = "signed out";
    [part("sign-in").hidden, part("chat").hidden, part("thread").hidden] = [false, true, true];
  };
  [part("sign-in").hidden, part("chat").hidden] = [true, false];
  onClick("sign-out", signOut);
  onSubmit(part("start"), () => start(talk, open));
  follow(talk.viewer, (viewer) => (part("viewer").textContent = viewer?.name ?? ""));
  follow(talk.unreadTotal, (total) => (document.title = total ? `(${total}) Chat` : "Chat"));
  followInbox(talk, open);
  follow(talk.state, (state) => {
    part("state").textContent = state;
    if (state === "signed out") signOut();
  });
}

/** @param {Talk} talk @param {(id: string) => void} open */
function followInbox(talk, open) {
  const showRows = listIn(part("inbox"), (/** @type {InboxRow} */ row) => {
    const { id: conversationId, name, latestMessage } = row.conversation;
    if (row.status === "INVITED") {
      const accept = button("Accept", () => talk.acceptInvitation({ conversationId }));
      const decline = button("Decline", () => talk.declineInvitation({ conversationId }));
      return h("li", {}, `You are invited to ${name}. `, accept, decline);
    }
    const opens = button("", () => open(conversationId));
    const said = latestMessage?.body || latestMessage?.attachments[0]?.filename;
    opens.append(h("b", {}, name), h("small", {}, said));
    if (row.unreadCount) opens.append(h("span", { className: "badge" }, String(row.unreadCount)));
    return h("li", {}, opens);
  });
  onClick("more", talk.inbox().loadMore);
  follow(talk.inbox(), ({ rows, invitations, hasMore }) => {
    showRows([...invitations, ...rows]);
    part("more").hidden = !hasMore;
  });
}

/** @param {Talk} talk @param {(id: string) => void} open */
async function start(talk, open) {
  const { people, title } = part("start").elements;
  const participants = await findAll(talk, people.value);
  const kind = participants.length > 1 || title.value ? "GROUP" : "PRIVATE";
  const { conversation } = await talk.startConversation({ participants, kind, title: title.value });
  part("start").reset();
  open(conversation.id);
}

onSubmit(part("sign-in"), signIn);
// `#server=…&token=…` signs in, too, and does not stay in the address.
const given = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);
for (const field of [server, token])
  field.value = given.get(field.name) ?? sessionStorage.getItem(field.name) ?? field.value;
if (token.value) attempt(signIn);
