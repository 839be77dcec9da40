/** A list of rows whose heights nobody knows before they are shown. */

import { VirtualList } from "/talk/elements/thread/list.js";

const heights = new Map();
const heightOf = (key) => heights.get(key) ?? 24 + ((Number(key) * 7919) % 211);
const items = (from, to) => Array.from({ length: to - from }, (_, at) => ({ key: String(from + at) }));

const list = new VirtualList(document.getElementById("scroller"), document.getElementById("body"), {
  estimate: () => 60,
  render(index, old) {
    const row = old ?? document.createElement("article");
    const { key } = list.items[index];
    row.textContent = key;
    row.style.height = `${heightOf(key)}px`;
    return row;
  },
  moved() {},
});

Object.assign(window, {
  list,
  items,
  without: (all, from, to) => all.filter(({ key }) => Number(key) < from || Number(key) > to),
  grow(key, height) {
    heights.set(key, height);
    const row = list.row(key);
    if (row) row.style.height = `${height}px`;
  },
  topOf: (key) => list.row(key)?.getBoundingClientRect().top,
  frame: () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
});
