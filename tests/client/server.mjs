/** The server that the tests were given, and the demo's people by their user names. */

export { until } from "./until.mjs";

const { TALK_URL, TALK_TOKENS } = process.env;
if (!TALK_URL) throw new Error("Run these tests with `python -m pytest tests/client`.");

/** The address of the server's GraphQL. */
export const url = TALK_URL;
/** @type {Record<"mira" | "jonas" | "priya" | "tomas" | "aiko" | "lena", string>} */
export const tokens = JSON.parse(TALK_TOKENS ?? "{}");

/**
 * What somebody is answered, without the client that is tested.
 * @param {keyof typeof tokens} who
 * @param {string} query
 * @param {object} [variables]
 * @returns {Promise<any>} the data.
 */
export async function ask(who, query, variables = {}) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${tokens[who]}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/**
 * Do something as somebody, without the client that is tested.
 * @param {keyof typeof tokens} who
 * @param {string} mutation
 * @param {object} input
 * @param {string} [payload] what to select of the payload.
 * @returns {Promise<any>} the payload.
 */
export async function act(who, mutation, input, payload = "__typename") {
  const name = mutation[0].toUpperCase() + mutation.slice(1);
  const fragment = `... on ${name}Payload { ${payload} } ... on Refusal { code }`;
  const document = `mutation ($input: ${name}Input!) { ${mutation}(input: $input) { ${fragment} } }`;
  const { [mutation]: answer } = await ask(who, document, { input });
  if (answer.code) throw new Error(answer.code);
  return answer;
}

/** @type {Map<string, string>} */
const ids = new Map();

/**
 * The id of somebody.
 * @param {keyof typeof tokens} who
 */
export async function idOf(who) {
  if (!ids.has(who)) ids.set(who, (await ask(who, "{ viewer { id } }")).viewer.id);
  return /** @type {string} */ (ids.get(who));
}

/**
 * Start a group that nobody else writes in, and answer its id.
 * @param {keyof typeof tokens} owner
 * @param {(keyof typeof tokens)[]} others
 * @param {string} title
 */
export async function startGroup(owner, others, title = "A test") {
  const participants = await Promise.all(others.map(idOf));
  const input = { participants, kind: "GROUP", title };
  const { conversation } = await act(owner, "startConversation", input, "conversation { id }");
  return /** @type {string} */ (conversation.id);
}
