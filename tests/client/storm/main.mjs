/** Two people talk through the client, while servers, networks, the layer and the database fail. */

import assert from "node:assert/strict";
import { createInterface } from "node:readline";

import { Network } from "../proxy.mjs";
import { pause, until } from "../until.mjs";
import { Chance } from "./chance.mjs";
import { difference } from "./fresh.mjs";
import { Person } from "./person.mjs";

const { ports, people, groups, conversations, others, seed } = JSON.parse(process.env.STORM);
const urls = ports.map((port) => `http://127.0.0.1:${port}/graphql`);
/** Seconds within which all is right again after the last fault. */
const PATIENCE = 40;

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
let asked = Promise.resolve();

/** Let the test that started this do something with servers, and wait until it is done. */
function order(action, more = {}) {
  asked = asked.then(async () => {
    process.stdout.write(`${JSON.stringify({ action, ...more })}\n`);
    return JSON.parse((await answers.next()).value);
  });
  return asked;
}

const tell = (text) => process.stdout.write(`${text}\n`);

const networks = await Promise.all(
  urls.map(async (url) => {
    const network = new Network(new URL(url));
    await network.start();
    return network;
  }),
);
const talkers = people.map(
  ({ name, token }, index) =>
    new Person({
      name,
      token,
      conversations,
      groups,
      network: networks[index],
      others: index === 0 ? others : null,
      seed: seed + 1000 * index,
    }),
);
const chance = new Chance(seed - 1);
/** How often each kind of fault happened. */
const faults = {};

function happened(name) {
  faults[name] = (faults[name] ?? 0) + 1;
}

/** Cut both networks, so many times. */
async function cut(times) {
  for (let count = 0; count < times; count += 1) {
    await pause(0.3 + chance.next());
    chance.pick(networks).cut();
    happened("network cut");
  }
}

/** Kill a server, and start another one in its place. */
async function kill(index) {
  happened("server killed");
  const { port } = await order("kill", { index });
  urls[index] = `http://127.0.0.1:${port}/graphql`;
  networks[index].target = new URL(urls[index]);
}

/** Let the network of somebody vanish, until they have noticed it. */
async function vanish(index) {
  happened("network vanished");
  networks[index].vanish();
  const vanishedAt = performance.now();
  await until(() => talkers[index].talk.state.getSnapshot() === "away", 20);
  noticed.push((performance.now() - vanishedAt) / 1000);
  await pause(1);
  networks[index].comeBack();
}

async function layer(action, seconds) {
  happened(`layer ${action}`);
  await order("layer", { how: action, seconds });
}

/** Both reload their pages, so many times, while what they sent is on its way. */
async function reload(times) {
  for (let count = 0; count < times; count += 1) {
    await Promise.all(talkers.map((each) => each.reload(chance)));
    happened("page reloaded");
    await pause(chance.next());
  }
}

async function dropDatabase(times) {
  for (let count = 0; count < times; count += 1) {
    await pause(0.5);
    const { dropped } = await order("drop");
    happened("database connections dropped");
    assert.ok(dropped > 0, "for this test to mean anything");
  }
}

const noticed = [];
const WEATHER = {
  "networks are cut": () => cut(5),
  "a server is killed": () => kill(0),
  "a network vanishes, and the other server is killed": () => Promise.all([vanish(0), kill(1)]),
  "the layer is killed, the database drops connections": () =>
    Promise.all([layer("killed", 2), dropDatabase(3)]),
  "the layer is paused, networks are cut": () => Promise.all([layer("paused", 3), cut(3)]),
};

/** Seconds until the stores of both are what fresh queries answer. */
async function settle() {
  const begun = performance.now();
  await until(() => talkers.every((each) => each.isCalm), PATIENCE).catch((error) => {
    throw new Error(JSON.stringify(talkers.map((each) => each.unsettled)), { cause: error });
  });
  let found;
  const isRight = async () => {
    for (const [index, each] of talkers.entries()) {
      found = await difference(each, urls[index], people[index].token);
      if (found) return false;
    }
    return true;
  };
  await until(isRight, PATIENCE).catch((error) => {
    throw found ?? error;
  });
  return (performance.now() - begun) / 1000;
}

/** Compare what was given to the outboxes with what the server has. */
async function compareSent() {
  const stored = await order("messages");
  for (const person of talkers) {
    const mine = stored.filter((each) => each.sender === person.name);
    const refused = new Set(person.refused.map((each) => each.clientId));
    const arrived = new Set(mine.map((each) => each.clientId));
    const expected = person.given.filter(({ clientId }) => {
      const mayHaveArrived = person.discarded.get(clientId);
      return mayHaveArrived === undefined
        ? !refused.has(clientId)
        : mayHaveArrived && arrived.has(clientId);
    });
    for (const id of conversations) {
      const [sent, given] = [mine, expected].map((all) =>
        all.filter((each) => each.conversationId === id).map((each) => each.clientId),
      );
      assert.deepEqual(sent, given, `${person.name}: each once, in order, in ${id}`);
    }
    compareTexts(person, mine, expected);
  }
  return stored.length;
}

/** Compare what messages say with what their sender last let them say. */
function compareTexts({ refused, unanswered, edited }, stored, given) {
  // An edit of what was unsent may be refused when its message is there. The outbox keeps this text.
  const kept = new Set(refused.map((each) => each.body));
  const texts = new Map(stored.map((each) => [each.clientId, each]));
  for (const { clientId, body } of given) {
    const last = edited.get(clientId) ?? body;
    const { body: now, removed } = texts.get(clientId);
    if (!removed && !unanswered.has(now) && !kept.has(last)) assert.equal(now, last);
  }
}

const begun = performance.now();
tell(`seed ${seed}`);
await until(() => talkers.every((each) => each.isReady), PATIENCE);
// Members are followed from then on, when somebody has looked at them.
await Promise.all(
  talkers.flatMap((each) => each.conversations.map((store) => store.loadMembers())),
);
let longest = 0;

/** Let something happen while both go on, and see whether all is right again afterwards. */
async function rage(name, happen, count) {
  const startedAt = performance.now();
  let isOver = false;
  const weather = happen().finally(() => (isOver = true));
  // They go on for as long as the fault lasts.
  const acting = talkers.map(async (each) => {
    do await each.act(count);
    while (!isOver && count);
  });
  await Promise.all([weather, ...acting]);
  // Whoever has left is told of no changes, so that their store need not be what a query answers.
  await talkers[0].bringBack();
  const seconds = await settle();
  longest = Math.max(longest, seconds);
  for (const each of talkers) assert.deepEqual(each.faults, []);
  const all = (performance.now() - startedAt) / 1000;
  tell(`${name}: right again after ${seconds.toFixed(2)} s, of ${all.toFixed(0)} s`);
}

for (const [name, happen] of Object.entries(WEATHER)) await rage(name, happen, 8);
await rage("pages are reloaded", () => reload(4), 0);
const stored = await compareSent();

const sum = (tables) => {
  const total = {};
  for (const table of tables) {
    for (const [key, count] of Object.entries(table)) total[key] = (total[key] ?? 0) + count;
  }
  return total;
};
const total = (numbers) => numbers.reduce((before, each) => before + each, 0);
const done = sum(talkers.map((each) => each.done));
const connections = total(talkers.map((each) => each.reconnects));
const given = total(talkers.map((each) => each.given.length));
const kept = total(talkers.map((each) => each.refused.length));
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
tell(`${total(Object.values(done))} verbs ${JSON.stringify(done)}`);
tell(`refusals ${JSON.stringify(sum(talkers.map((each) => each.refusals)))}`);
tell(`faults ${JSON.stringify(faults)}, ${connections} connections of two clients`);
tell(`a vanished network was noticed after ${noticed.map((each) => each.toFixed(1)).join(", ")} s`);
tell(`${given} messages given, ${stored} stored, ${kept} refused and kept, 0 twice, 0 lost`);
tell(`right again after at most ${longest.toFixed(2)} s; all in ${seconds} s`);
for (const each of talkers) each.talk.close();
for (const each of networks) each.stop();
process.exit(0);
