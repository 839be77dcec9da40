/** A `fetch` whose answers can be held back, as a slow network does. */

export class Held {
  /** @type {((body: string) => boolean) | null} */
  #isHeld = null;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** Hold the answers to requests with this text in their body, once the server has given them. */
  hold(text) {
    this.#isHeld = (body) => body.includes(text);
  }

  /** How many answers are held. */
  get count() {
    return this.#waiting.length;
  }

  release() {
    this.#isHeld = null;
    for (const go of this.#waiting.splice(0)) go();
  }

  fetch = async (url, init) => {
    const response = await fetch(url, init);
    if (!this.#isHeld?.(init.body)) return response;
    const text = await response.text();
    await new Promise((go) => this.#waiting.push(go));
    return new Response(text, { status: response.status, headers: response.headers });
  };
}
