/** Requests to a fake server. */

import assert from "node:assert/strict";

import { connect } from "../../schema/client/connection/index.js";
import { TalkError } from "../../schema/client/errors.js";
import { fakeServer } from "./fake.mjs";

export const REFUSED = { status: 401, body: { errors: [error("UNAUTHENTICATED")] } };

export function error(code, more = {}) {
  return { message: `It is ${code}`, extensions: { code, retryable: false, ...more } };
}

export async function connected(t, options = {}, times = {}) {
  const server = await fakeServer(t);
  const connection = connect({ url: server.url, token: "secret", ...options }, times);
  t.after(() => connection.close());
  return { server, connection };
}

/** The error that a promise is rejected with. */
export async function failure(promise) {
  const found = await promise.then(
    () => null,
    (reason) => reason,
  );
  assert.ok(found instanceof TalkError, `A TalkError, and not ${found}`);
  return found;
}

/** Answers only those whose token is among these. */
export function lettingIn(...tokens) {
  return ({ headers }) =>
    tokens.some((each) => headers.authorization === `Bearer ${each}`)
      ? { body: { data: {} } }
      : REFUSED;
}
