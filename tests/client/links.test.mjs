/** The page finds the links in a text by the same rules as the server. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { linksIn } from "../../schema/client/elements/thread/links.js";

/** @type {Record<string, [string, string | null]>} */
const CASES = JSON.parse(readFileSync(new URL("../previews/links.json", import.meta.url), "utf8"));

for (const [name, [text, link]] of Object.entries(CASES)) {
  test(name, () => {
    const pages = linksIn(text).filter(({ href }) => href.startsWith("http"));
    assert.equal(pages.at(0)?.shown ?? null, link);
  });
}

test("links are where they are written", () => {
  const text = "See https://a.example, mailto:b@c.example and HTTP://d.example/!";
  const found = linksIn(text).map(({ shown, index, href }) => [text.indexOf(shown) - index, href]);
  assert.deepEqual(found, [
    [0, "https://a.example/"],
    [0, "mailto:b@c.example"],
    [0, "http://d.example/"],
  ]);
});
