/** How large pictures are on the screen, and sizes of files in words. */

import assert from "node:assert/strict";
import test from "node:test";

import { boxOf, heightOfGrid, kindOf, sizeIn, spansOf } from "../../schema/client/elements/files/sizes.js";
import { Language } from "../../schema/client/elements/words.js";

test("a picture keeps its form, unless it would be a line", () => {
  assert.deepEqual(boxOf({ width: 900, height: 600 }), { ratio: 1.5, width: 320 });
  assert.deepEqual(boxOf({ width: 600, height: 1200 }), { ratio: 0.5, width: 170 });
  assert.deepEqual(boxOf({ width: 10_000, height: 10 }), { ratio: 3, width: 320 });
  assert.deepEqual(boxOf({ width: 10, height: 10_000 }), { ratio: 0.45, width: 72 });
  assert.deepEqual(boxOf({ width: 8, height: 8 }), { ratio: 1, width: 72 });
  assert.deepEqual(boxOf({ width: 0, height: 0 }), { ratio: 4 / 3, width: 320 });
});

test("several pictures fill whole rows", () => {
  for (let count = 2; count <= 10; count += 1) {
    const spans = spansOf(count);
    assert.equal(spans.length, count);
    assert.equal(spans.reduce((sum, span) => sum + span) % 6, 0, `${count}: ${spans}`);
    assert.ok(heightOfGrid(count) > 100 && heightOfGrid(count) < 520);
  }
});

test("a size is said as people say it", () => {
  const [english, german] = [new Language("en"), new Language("de")];
  assert.deepEqual(
    [1, 2, 1023, 1024, 1_300_000, 26_214_400].map((size) => sizeIn(size, english)),
    ["1 byte", "2 bytes", "1,023 bytes", "1 kB", "1.2 MB", "25 MB"],
  );
  assert.match(sizeIn(1_300_000, german), /^1[.,]2\sMB$/);
  assert.equal(kindOf({ filename: "Score.pdf", contentType: "text/plain" }), "PDF");
  assert.equal(kindOf({ filename: "Score", contentType: "application/pdf" }), "PDF");
});
