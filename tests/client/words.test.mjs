/** The words of the interface: each language has all of them, and the code names no others. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";

import { Language, loadWords, setWords } from "../../schema/client/elements/words.js";
import { de } from "../../schema/client/elements/words/de.js";
import { en as first } from "../../schema/client/elements/words/en.js";
import { files } from "../../schema/client/elements/files/words.js";
import { later } from "../../schema/client/elements/words/later.js";

const en = { ...first, ...later, ...files };
/** Words that are not there at first, by the modules that bring them. */
const BROUGHT = { "words/later.js": later, "files/words.js": files };

const ELEMENTS = new URL("../../schema/client/elements/", import.meta.url);

/** The names of the values in the words for one key. */
const valuesOf = (word) =>
  new Set(Object.values(typeof word === "string" ? [word] : word).flatMap((form) => form.match(/\{\w+\}/g) ?? []));

/** The names of the modules that have code. */
const modules = () =>
  readdirSync(ELEMENTS, { recursive: true }).filter((name) => /^(?!.*words\/).*\.js$/.test(name));

test("both languages have the same keys, and the same values in them", () => {
  const keys = [first, later, files].flatMap((table) => Object.keys(table));
  assert.equal(Object.keys(en).length, keys.length);
  assert.deepEqual(Object.keys(de).toSorted(), Object.keys(en).toSorted());
  for (const [key, word] of Object.entries(en)) {
    assert.deepEqual(valuesOf(de[key]), valuesOf(word), key);
    assert.equal(typeof de[key], typeof word, key);
  }
});

test("each key is used by the code, and the code uses no others", () => {
  const code = modules().map((name) => readFileSync(new URL(name, ELEMENTS), "utf8")).join("\n");
  const said = [...code.matchAll(/\b(?:t|say)\(\s*"(\w+)"/g)].map(([, key]) => key);

  assert.ok(said.length > 5, "the expression finds what is said");
  assert.deepEqual(said.filter((key) => !Object.hasOwn(en, key)), []);
  assert.deepEqual(Object.keys(en).filter((key) => !code.includes(`"${key}"`)), []);
});

test("a module that says words of later loads them", () => {
  const said = (text, table) =>
    [...text.matchAll(/"(\w+)"/g)].map(([, key]) => key).filter((key) => Object.hasOwn(table, key));
  /** The modules that come with one. */
  const withImports = (name, found = new Set()) => {
    if (found.has(name)) return found;
    found.add(name);
    const text = readFileSync(new URL(name, ELEMENTS), "utf8");
    for (const [, to] of text.matchAll(/^import (?:.* from )?"(\.{1,2}\/[^"]+)";$/gm)) {
      const { href } = new URL(to, new URL(name, ELEMENTS));
      if (href.startsWith(ELEMENTS.href)) withImports(href.slice(ELEMENTS.href.length), found);
    }
    return found;
  };
  const atFirst = withImports("chat.js");
  for (const tag of ["inbox.js", "thread.js", "head.js"]) withImports(tag, atFirst);

  for (const [module, table] of Object.entries(BROUGHT)) {
    assert.ok(!atFirst.has(module));
    for (const name of modules()) {
      const keys = said(readFileSync(new URL(name, ELEMENTS), "utf8"), table);
      if (atFirst.has(name)) assert.deepEqual(keys, [], name);
      else if (keys.length) assert.ok(withImports(name).has(module), `${name}: ${keys}`);
    }
  }
});

test("a plural form is chosen by the count", async () => {
  await setWords("en", { cancel: { one: "{count} thing", other: "{count} things" } });

  const english = new Language("en-GB");
  assert.equal(english.say("cancel", { count: 1 }), "1 thing");
  assert.equal(english.say("cancel", { count: 2000 }), "2,000 things");
  await setWords("en", { cancel: en.cancel });
});

test("a name does not turn the words around it", () => {
  const english = new Language("en");
  const words = english.say("systemRemoved", { name: "\u202eMira\u2067", other: "Lena" });

  assert.equal(words, english.say("systemRemoved", { name: "Mira", other: "Lena" }));
  assert.equal(english.list(["\u202eMira", "{other}\u2066"]), "Mira and {other}");
});

test("a host replaces words and adds a language, whose gaps are English", async () => {
  await setWords("pt", { cancel: "Cancelar" });

  const portuguese = new Language("pt-BR");
  assert.equal(portuguese.say("cancel"), "Cancelar");
  assert.equal(portuguese.say("close"), en.close);
  assert.equal(portuguese.locale, "pt-BR");
});

test("a language without words is English, with its dates", () => {
  assert.equal(loadWords("ja"), null);
  const language = new Language("ja");
  assert.equal(language.say("cancel"), "Cancel");
  assert.equal(language.locale, "en");
});

test("German is loaded when a page is German", async () => {
  await loadWords("de-AT");
  assert.equal(loadWords("de-AT"), null);
  assert.equal(new Language("de-AT").say("cancel"), "Abbrechen");
});

test("values are not read as words of their own", () => {
  assert.equal(new Language("en").say("systemLeft", { name: "{other} $&" }), "{other} $& left");
});

test("a moment is written as short as it can be understood", () => {
  const language = new Language("en");
  const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString();

  assert.match(language.short(ago(0)), /^\d+:\d\d/);
  assert.equal(language.short(ago(1)), "yesterday");
  assert.match(language.short(ago(3)), /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/);
  assert.match(language.short(ago(800)), /^\w{3} \d+, \d{4}$/);
  assert.equal(language.day(ago(0)), "today");
  assert.match(language.day(ago(800)), /day, \w+ \d+, \d{4}$/);
});
