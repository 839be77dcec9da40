/** A client of a small model of the server, for tests that decide what comes when. */

import { memoryStorage } from "../../schema/client/outbox/index.js";
import { talkOver } from "../../schema/client/talk.js";
import { FakeConnection, settle } from "./fake_connection.mjs";
import { World } from "./world.mjs";

/** @typedef {import("node:test").TestContext} TestContext */

/**
 * A client and its server. Timers stand still unless a test lets them run.
 * @param {TestContext} t
 * @param {object} [limits] of the server.
 * @param {import("../../schema/client/types.js").TalkOptions} [options] of the client.
 */
export function fakeTalk(t, limits = {}, options = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 0, 2) });
  const world = new World();
  const open = () => {
    const connection = new FakeConnection(world);
    Object.assign(connection.limits, limits);
    const given = { url: "http://a.test/", storage: memoryStorage, ...options };
    const talk = talkOver(connection, given);
    t.after(() => talk.close());
    return { connection, talk, pass };
  };
  /** Let time pass. @param {number} milliseconds */
  const pass = async (milliseconds) => {
    await settle();
    t.mock.timers.tick(milliseconds);
    await settle();
  };
  return { world, reload: open, ...open() };
}

/**
 * A thread that somebody looks at.
 * @param {TestContext} t
 * @param {number} messages how many it has at first.
 * @param {number[]} [people] who take part besides the viewer.
 * @param {object} [limits] of the server.
 */
export async function openThread(t, messages, people = [1, 2, 3], limits = {}) {
  const fake = fakeTalk(t, limits);
  const room = fake.world.start(people, messages);
  const thread = fake.talk.conversation(room.id);
  let told = 0;
  const leave = thread.subscribe(() => (told += 1));
  await settle();
  const shown = () => thread.getSnapshot();
  return {
    ...fake,
    room,
    thread,
    leave,
    shown,
    /** How often the listener was called. */
    told: () => told,
    numbers: () => shown().rows.map((row) => row.message?.number ?? row.unsent?.body),
    /** The message with this number. @param {number} number */
    message: (number) => shown().rows.find((row) => row.message?.number === number)?.message,
  };
}

/** @param {number} from @param {number} to */
export const range = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
