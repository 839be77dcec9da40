// A server written by hand over PostgreSQL for the measured operations, and for nothing else.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import DataLoader from "dataloader";
import { buildSchema, execute, parse, validate } from "graphql";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });

const schema = buildSchema(`
  type Query {
    viewer: User!
    inbox(first: Int = 50): ParticipationConnection!
    conversation(id: ID!): Conversation
  }
  type Mutation {
    sendMessage(input: SendMessageInput!): SendMessageResult!
    markRead(input: MarkReadInput!): MarkReadResult!
    inviteParticipants(input: InviteParticipantsInput!): InviteParticipantsResult!
  }
  input SendMessageInput { conversationId: ID!, body: String!, clientId: ID }
  input MarkReadInput { conversationId: ID! }
  input InviteParticipantsInput { conversationId: ID!, participants: [ID!]! }
  union SendMessageResult = SendMessagePayload | Refusal
  union MarkReadResult = MarkReadPayload | Refusal
  type SendMessagePayload { sent: Message! }
  type MarkReadPayload { participation: Participation! }
  union InviteParticipantsResult = InviteParticipantsPayload | Refusal
  type InviteParticipantsPayload { conversation: Conversation! }
  type Refusal { message: String! }
  type User { id: ID!, username: String! }
  type ParticipationConnection { edges: [ParticipationEdge!]! }
  type ParticipationEdge { node: Participation! }
  type Participation {
    id: ID!
    unreadCount: Int!
    lastReadNumber: Int!
    user: User!
    conversation: Conversation!
  }
  type Conversation {
    id: ID!
    kind: String!
    title: String!
    latestMessage: Message
    participants(first: Int = 50): ParticipationConnection!
    messages(last: Int = 50, before: String): MessageConnection!
  }
  type MessageConnection { edges: [MessageEdge!]! }
  type MessageEdge { node: Message! }
  type Message { id: ID!, number: Int!, kind: String!, body: String!, sentAt: String!, sender: User }
`);

// The columns of each table, and the statements, each prepared under a name of its own.
const MESSAGE = "id, number, kind, body, sent_at, sender_id";
const PLACE = "id, user_id, conversation_id, last_read_number, first_unread_number";
const TALK = "id, kind, title, latest_message_id, last_number";

const AUTHENTICATE = `
  SELECT person.id, person.username FROM talk_accesstoken AS token
  JOIN auth_user AS person ON person.id = token.user_id
  WHERE token.digest = $1 AND token.revoked_at IS NULL AND person.is_active
  AND (token.expires_at IS NULL OR token.expires_at > now())`;
const INBOX = `
  SELECT ${PLACE} FROM talk_participation WHERE user_id = $1 AND status = 'active'
  ORDER BY last_activity_at DESC, id DESC LIMIT $2`;
const UNREAD = `
  SELECT place.id, (SELECT count(*)::int FROM (
    SELECT 1 FROM talk_message AS waiting
    WHERE waiting.conversation_id = place.conversation_id AND waiting.kind = 'text'
    AND waiting.number >= place.first_unread_number AND waiting.sender_id <> place.user_id
    LIMIT 100) AS unread) AS count
  FROM talk_participation AS place WHERE place.id = ANY($1::bigint[])`;
const PARTICIPANTS = `
  SELECT page.* FROM unnest($1::bigint[]) AS asked(key), LATERAL (
    SELECT ${PLACE} FROM talk_participation
    WHERE conversation_id = asked.key AND status = 'active' ORDER BY id LIMIT $2) AS page`;
const THREAD = `
  SELECT ${MESSAGE} FROM talk_message
  WHERE conversation_id = $1 AND number < $2 AND number >= $3 ORDER BY number`;
const HERE = `
  SELECT ${TALK} FROM talk_conversation WHERE id = $1 AND EXISTS (
    SELECT 1 FROM talk_participation
    WHERE conversation_id = $1 AND user_id = $2 AND status = 'active')`;
const TALKED = `SELECT ${TALK} FROM talk_conversation WHERE id = $1`;
const LOCK = "SELECT last_number, revision FROM talk_conversation WHERE id = $1 FOR NO KEY UPDATE";
const MINE = `
  SELECT id FROM talk_participation
  WHERE conversation_id = $1 AND user_id = $2 AND status = 'active'`;
const SAY = `
  INSERT INTO talk_message
    (conversation_id, number, kind, sender_id, body, removed_as, sent_at, client_id, fingerprint)
  VALUES ($1, $2, 'text', $3, $4, '', now(), $5, '') RETURNING ${MESSAGE}`;
const NOTE = `
  INSERT INTO talk_event
    (conversation_id, revision, kind, actor_id, message_id, participation_id, at)
  VALUES ($1, $2, 'message_sent', $3, $4, $5, now())`;
const MOVE = `
  UPDATE talk_participation SET last_activity_at = now(), changed_at = now(),
    first_unread_number = CASE WHEN user_id = $2 THEN first_unread_number
      ELSE coalesce(first_unread_number, $3) END
  WHERE conversation_id = $1 AND status = 'active'`;
const SAVE = `
  UPDATE talk_conversation
  SET last_number = $2, revision = $3, latest_message_id = $4, changed_at = now() WHERE id = $1`;
const JOIN = `
  INSERT INTO talk_participation (conversation_id, user_id, role, status, joined_at,
    left_at_title, joined_at_number, last_read_number, last_activity_at, changed_at)
  SELECT $1, person.id, 'member', 'active', now(), '', $3, 0, now(), now()
  FROM auth_user AS person WHERE person.id = $2 AND person.is_active
  ON CONFLICT DO NOTHING RETURNING id`;
const TELL_JOINED = `
  INSERT INTO talk_message (conversation_id, number, kind, sender_id, subject_id, body,
    removed_as, sent_at, fingerprint)
  VALUES ($1, $2, 'joined', $3, $4, '', '', now(), '') RETURNING id`;
const NOTE_JOINED = `
  INSERT INTO talk_event
    (conversation_id, revision, kind, actor_id, message_id, participation_id, at)
  VALUES ($1, $2, 'participant_joined', $3, $4, $5, now())`;
const CHANGE = `
  UPDATE talk_participation SET changed_at = now()
  WHERE conversation_id = $1 AND status = 'active'`;
const READ = `
  UPDATE talk_participation AS place
  SET last_read_number = here.last_number, first_unread_number = NULL, changed_at = now()
  FROM talk_conversation AS here
  WHERE here.id = place.conversation_id AND here.id = $1 AND place.user_id = $2
  AND place.status = 'active'
  RETURNING place.id, place.user_id, place.conversation_id, place.last_read_number,
    place.first_unread_number`;

const names = new Map();
async function rows(text, values, client = pool) {
  const name = names.get(text) ?? names.set(text, `statement${names.size}`).get(text);
  return (await client.query({ name, text, values })).rows;
}

const globalId = (type, key) => Buffer.from(`${type}:${key}`).toString("base64");
const keyOf = (id) => Number(Buffer.from(id, "base64").toString().split(":")[1]);

class User {
  constructor(row) {
    this.id = globalId("User", row.id);
    this.username = row.username;
  }
}

class Message {
  constructor(row) {
    this.id = globalId("Message", row.id);
    this.number = Number(row.number);
    this.kind = row.kind.toUpperCase();
    this.body = row.body;
    this.sentAt = row.sent_at.toISOString();
    this.senderKey = row.sender_id;
  }
  sender(_arguments, { users }) {
    return this.senderKey && users.load(this.senderKey);
  }
}

class Participation {
  constructor(row) {
    this.id = globalId("Participation", row.id);
    this.lastReadNumber = Number(row.last_read_number);
    this.row = row;
  }
  unreadCount(_arguments, { unread }) {
    return this.row.first_unread_number === null ? 0 : unread.load(this.row.id);
  }
  user(_arguments, { users }) {
    return users.load(this.row.user_id);
  }
  conversation(_arguments, { conversations }) {
    return conversations.load(this.row.conversation_id);
  }
}

class Conversation {
  constructor(row) {
    this.id = globalId("Conversation", row.id);
    this.kind = row.kind.toUpperCase();
    this.title = row.title;
    this.row = row;
  }
  latestMessage(_arguments, { messages }) {
    return this.row.latest_message_id && messages.load(this.row.latest_message_id);
  }
  async participants({ first }, { participants }) {
    const found = await participants.load({ key: this.row.id, first });
    return { edges: found.map((row) => ({ node: new Participation(row) })) };
  }
  async messages({ last, before }) {
    const end = before ? keyOf(before) : Number(this.row.last_number) + 1;
    const found = await rows(THREAD, [this.row.id, end, end - last]);
    return { edges: found.map((row) => ({ node: new Message(row) })) };
  }
}

function loaderOf(text, make) {
  return new DataLoader(async (keys) => {
    const found = new Map((await rows(text, [keys])).map((row) => [String(row.id), make(row)]));
    return keys.map((key) => found.get(String(key)) ?? null);
  });
}

const loaders = () => ({
  users: loaderOf("SELECT id, username FROM auth_user WHERE id = ANY($1)", (row) => new User(row)),
  messages: loaderOf(
    `SELECT ${MESSAGE} FROM talk_message WHERE id = ANY($1::bigint[])`,
    (row) => new Message(row),
  ),
  conversations: loaderOf(
    `SELECT ${TALK} FROM talk_conversation WHERE id = ANY($1::bigint[])`,
    (row) => new Conversation(row),
  ),
  unread: loaderOf(UNREAD, (row) => row.count),
  participants: new DataLoader(
    async (asked) => {
      const pages = new Map(asked.map(({ key }) => [String(key), []]));
      const keys = asked.map(({ key }) => key);
      for (const row of await rows(PARTICIPANTS, [keys, asked[0].first])) {
        pages.get(String(row.conversation_id)).push(row);
      }
      return asked.map(({ key }) => pages.get(String(key)));
    },
    { cacheKeyFn: ({ key, first }) => `${key}/${first}` },
  ),
});

const REFUSAL = { __typename: "Refusal", message: "You do not take part in this conversation." };

async function send(client, viewer, { conversationId, body, clientId }) {
  const key = keyOf(conversationId);
  const [here] = await rows(LOCK, [key], client);
  const [place] = await rows(MINE, [key, viewer.key], client);
  if (!place) return REFUSAL;
  const number = Number(here.last_number) + 1;
  const revision = Number(here.revision) + 1;
  const [said] = await rows(SAY, [key, number, viewer.key, body, clientId], client);
  await rows(NOTE, [key, revision, viewer.key, said.id, place.id], client);
  await rows(MOVE, [key, viewer.key, number], client);
  await rows(SAVE, [key, number, revision, said.id], client);
  return { __typename: "SendMessagePayload", sent: new Message(said) };
}

async function invite(client, viewer, { conversationId, participants }) {
  const key = keyOf(conversationId);
  const [here] = await rows(LOCK, [key], client);
  if (!(await rows(MINE, [key, viewer.key], client)).length) return REFUSAL;
  let number = Number(here.last_number);
  let revision = Number(here.revision);
  let said;
  for (const person of participants.map(keyOf)) {
    const [place] = await rows(JOIN, [key, person, number], client);
    if (!place) continue;
    number += 1;
    revision += 1;
    [said] = await rows(TELL_JOINED, [key, number, viewer.key, person], client);
    await rows(NOTE_JOINED, [key, revision, viewer.key, said.id, place.id], client);
  }
  if (said) {
    await rows(CHANGE, [key], client);
    await rows(SAVE, [key, number, revision, said.id], client);
  }
  const [row] = await rows(TALKED, [key], client);
  return { __typename: "InviteParticipantsPayload", conversation: new Conversation(row) };
}

async function inTransaction(act) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    const answer = await act(client);
    await client.query("COMMIT");
    return answer;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

const root = {
  viewer: (_arguments, { viewer }) => viewer.user,
  async inbox({ first }, { viewer }) {
    const found = await rows(INBOX, [viewer.key, first]);
    return { edges: found.map((row) => ({ node: new Participation(row) })) };
  },
  async conversation({ id }, { viewer }) {
    const [row] = await rows(HERE, [keyOf(id), viewer.key]);
    return row ? new Conversation(row) : null;
  },
  sendMessage: ({ input }, { viewer }) => inTransaction((client) => send(client, viewer, input)),
  inviteParticipants: ({ input }, { viewer }) =>
    inTransaction((client) => invite(client, viewer, input)),
  async markRead({ input }, { viewer }) {
    const [row] = await rows(READ, [keyOf(input.conversationId), viewer.key]);
    if (!row) return REFUSAL;
    return { __typename: "MarkReadPayload", participation: new Participation(row) };
  },
};

const documents = new Map();
function read(text) {
  if (!documents.has(text)) {
    const document = parse(text);
    documents.set(text, { document, errors: validate(schema, document) });
  }
  return documents.get(text);
}

async function answerTo(authorization, body) {
  const secret = (authorization ?? "").replace(/^Bearer /, "");
  const [row] = await rows(AUTHENTICATE, [createHash("sha256").update(secret).digest("hex")]);
  if (!row) return [401, { errors: [{ message: "Sign in first." }] }];
  const { query, variables, operationName } = JSON.parse(body);
  const { document, errors } = read(query);
  if (errors.length) return [400, { errors }];
  const viewer = { key: row.id, user: new User(row) };
  const asked = { schema, document, variableValues: variables, operationName };
  return [200, await execute({ ...asked, rootValue: root, contextValue: { viewer, ...loaders() } })];
}

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const [status, answer] = await answerTo(
      request.headers.authorization,
      Buffer.concat(chunks).toString(),
    ).catch((error) => [500, { errors: [{ message: error.message }] }]);
    const text = Buffer.from(JSON.stringify(answer));
    response.writeHead(status, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": text.length,
    });
    response.end(text);
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
