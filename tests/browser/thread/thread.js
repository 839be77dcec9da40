/** A page with a thread, and a fake client for it. */

import "/talk/elements/index.js";
// What comes after the first messages is here already when a test presses a key.
import "/talk/elements/thread/more.js";
import { TalkError } from "/talk/errors.js";
import { Fake, messageOf, PEOPLE } from "./fake.js";

const element = document.querySelector("talk-thread");

Object.assign(window, {
  Fake,
  TalkError,
  messageOf,
  PEOPLE,
  element,
  root: element.root,
  /** Show a conversation of so many messages, or of these. */
  begin(messages, more) {
    const all = typeof messages === "number" ? Array.from({ length: messages }, (_, at) => messageOf(at + 1)) : messages;
    window.fake = new Fake(all, more);
    element.talk = window.fake.talk;
    return window.frame();
  },
  find: (selector) => element.root.querySelector(selector),
  all: (selector) => [...element.root.querySelectorAll(selector)],
  rowOf: (number) => element.root.querySelector(`article[data-key="message-${number}"]`),
  topOf: (number) => window.rowOf(number)?.getBoundingClientRect().top ?? null,
  limit(changes) {
    const { limits } = window.fake.talk;
    limits.set({ ...limits.getSnapshot(), ...changes });
  },
  /** As if the window was hidden, or shown again. */
  see(visibilityState) {
    Object.defineProperty(document, "visibilityState", { value: visibilityState, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  },
  frame: () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
  rest: (time = 250) => new Promise((done) => setTimeout(done, time)),
});
