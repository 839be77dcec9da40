/** Clients of a fake server, and what they follow. */

import { connect } from "../../schema/client/connection/index.js";
import { fakeServer } from "./fake.mjs";
import { until } from "./until.mjs";

export const DOCUMENT = "subscription Changes($after: Int) { changes(after: $after) { revision } }";
/** So that nobody waits for long. */
const QUICK = { firstPause: 0.05, longestPause: 0.4, settled: 0.3, idle: 0.2 };

/** A client, its server, and the states that its connection had. */
export async function connected(t, options = {}, times = {}) {
  const server = await fakeServer(t);
  const given = { url: server.url, token: "secret", ...options };
  const connection = connect(given, { ...QUICK, ...times });
  t.after(() => connection.close());
  const states = [];
  connection.state.subscribe(() => states.push(connection.state.getSnapshot()));
  return { server, connection, states };
}

/** A subscription that remembers what it was told, and goes on after that. */
export function follow(connection, document = DOCUMENT) {
  const followed = { heard: [], ends: [], stop: () => {} };
  const variables = () => ({ after: followed.heard.at(-1)?.changes.revision ?? 0 });
  followed.stop = connection.subscribe(document, variables, {
    next: (data) => followed.heard.push(data),
    end: (error) => followed.ends.push(error?.code ?? null),
  });
  return followed;
}

/** Wait until there were so many sockets, and the newest runs so many operations. Answers this. */
export async function running(server, sockets, operations = 1) {
  const isSo = () =>
    server.sockets.length === sockets && server.socket.running.length === operations;
  await until(isSo);
  return server.socket;
}
