/** What a project of somebody else writes: compiled strictly, and with real types. */

import { connect, createTalk, Refusal, TalkError } from "talk-client";
import type { InboxRow, Message, Row, Store, Talk } from "talk-client";
import { possibleTypes, talkLink, typePolicies } from "talk-client/apollo";
import "talk-client/elements";
import { TalkProvider, useConversation, useInbox, usePresence, useViewer } from "talk-client/react";
import { cacheOptions, talkExchange } from "talk-client/urql";
import { ApolloClient, InMemoryCache } from "@apollo/client";
import { Client } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { createElement } from "react";

type IsAny<T> = 0 extends 1 & T ? true : false;
/** What is not `any`. */
const real = <T>(_value: T, ..._sure: IsAny<T> extends true ? ["this is any"] : []): void => {};

const talk = createTalk({ url: "/graphql", token: async () => "talk_" });
real(talk);
real(talk.state.getSnapshot());
real(talk.inbox().getSnapshot().rows[0].conversation.latestMessage);
real(talk.sendMessage({ conversationId: "1", body: "Hello" }));
const store: Store<readonly { id: string; name: string }[]> = talk.typing("1");
real(store);

export async function send(id: string, body: string): Promise<Message | null> {
  try {
    const { sent, upgraded } = await talk.sendMessage({ conversationId: id, body });
    real(sent.viewerCan);
    real(upgraded);
    return sent;
  } catch (error) {
    if (error instanceof Refusal) console.log(error.code, error.path[0]);
    else if (error instanceof TalkError && error.retryable) console.log(error.retryAfter ?? 0);
    else throw error;
    return null;
  }
}

export function bodyOf(row: Row): string {
  return row.unsent ? row.unsent.body : row.message.body;
}

export function Thread({ id }: { id: string }) {
  const [inbox] = useInbox();
  const [thread, conversation] = useConversation(id);
  const viewer = useViewer();
  const online = usePresence(thread.members.map(({ user }) => user.id));
  real(inbox);
  real(conversation.send);
  real(online.size);
  const unread: number = inbox.rows.reduce((sum: number, row: InboxRow) => sum + row.unreadCount, 0);
  return createElement("p", { title: viewer?.name }, unread, thread.rows.map(bodyOf));
}

export const app = (given: Talk) =>
  createElement(TalkProvider, { talk: given }, createElement(Thread, { id: "1" }));

const connection = connect({ url: "https://talk.example/graphql" });
export const apollo = new ApolloClient({
  link: talkLink(connection),
  cache: new InMemoryCache({ typePolicies: typePolicies(), possibleTypes: possibleTypes() }),
});
export const urql = new Client({
  url: "/graphql",
  exchanges: [cacheExchange({ ...cacheOptions() }), talkExchange(connection)],
});

// @ts-expect-error There is no such verb.
talk.sendMesage({ body: "" });
// @ts-expect-error A message needs a text.
talk.sendMessage({ conversationId: "1" });
// @ts-expect-error It is `live`.
if (talk.state.getSnapshot() === "open") talk.close();
