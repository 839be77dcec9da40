/** A network between a client and a server, which can be cut or vanish. */

import { once } from "node:events";
import { connect, createServer } from "node:net";

/**
 * Start a network that leads to a server, and ends with a test.
 * @param {{after: (end: () => void) => void}} t
 * @param {string} target the address of the server's GraphQL.
 */
export async function network(t, target) {
  const proxy = new Network(new URL(target));
  await proxy.start();
  t.after(() => proxy.stop());
  return proxy;
}

export class Network {
  /** Both ends of each connection. */
  #connections = new Set();
  #server = createServer((near) => this.#join(near));
  #isAway = false;

  /** @param {URL} target */
  constructor(target) {
    this.target = target;
  }

  async start() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const url = new URL(this.target);
    url.port = this.#server.address().port;
    this.url = url.href;
  }

  stop() {
    this.cut();
    this.#server.close();
  }

  /** From now on nothing arrives, and nobody is told. What was connected stays lost. */
  vanish() {
    this.#isAway = true;
    for (const each of this.#connections) each.mute();
  }

  /** New connections arrive again. */
  comeBack() {
    this.#isAway = false;
  }

  /** End all connections, such that both sides notice. */
  cut() {
    for (const each of this.#connections) each.end();
  }

  #join(near) {
    const far = this.#isAway ? null : connect(Number(this.target.port), this.target.hostname);
    const connection = {
      mute() {
        for (const each of [near, far]) each?.unpipe().pause();
      },
      end() {
        for (const each of [near, far]) each?.destroy();
      },
    };
    this.#connections.add(connection);
    for (const each of [near, far]) {
      each?.on("error", () => {});
      each?.on("close", () => {
        // What vanished tells nobody that the other side is gone.
        if (!this.#isAway) connection.end();
        if (near.destroyed && (!far || far.destroyed)) this.#connections.delete(connection);
      });
    }
    if (far) near.pipe(far).pipe(near);
  }
}
