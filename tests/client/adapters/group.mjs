/** A group of Jonas and Mira, what Jonas does there, and what the server has of it. */

import { act, ask, startGroup } from "../server.mjs";
import { PAGE } from "./operations.mjs";

/** A new group with so many messages. */
export async function groupWith(count) {
  const id = await startGroup("jonas", ["mira"]);
  const messages = [];
  for (let number = 1; number <= count; number++) messages.push(await say(id, `No. ${number}`));
  return { id, messages };
}

export async function say(conversationId, body, who = "jonas") {
  const input = { conversationId, body };
  return (await act(who, "sendMessage", input, "sent { id number revision }")).sent;
}

export const edit = (message, body) => act("jonas", "editMessage", { message, body });

/** The last messages, asked for without a cache. */
export async function fresh(id, count) {
  const { conversation } = await ask("mira", PAGE, { id, last: count });
  return conversation.messages.edges.map(({ node }) => node);
}

/** Without the names of types, which caches ask for. */
export const plain = (value) =>
  JSON.parse(JSON.stringify(value, (key, each) => (key === "__typename" ? undefined : each)));
