/** Words, numbers and dates of the interface in the language of the page. A host can replace words. */

import { en } from "./words/en.js";

/** @import {files} from "./files/words.js" */
/** @import {later} from "./words/later.js" */
/** @typedef {keyof typeof en | keyof typeof later | keyof typeof files} WordKey */
/** @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Word */
/** @typedef {Partial<Record<WordKey, Word>>} Table */

// Static files with hashes in their names may be loaded under two addresses. Both share these tables.
const SHARED = Symbol.for("talk.words");
const shared = /** @type {Record<symbol, Map<string, Table>>} */ (
  /** @type {unknown} */ (globalThis)
);
const tables = (shared[SHARED] ??= new Map([
  ["en", en],
  // What another language leaves out, and what English leaves for later.
  ["", { ...en }],
]));

/** Languages that are loaded when a page has them. */
const SHIPPED = /** @type {Record<string, () => Promise<Table>>} */ ({
  de: async () => (await import("./words/de.js")).de,
});

/**
 * Replace or add words, before the elements are on the page.
 * @param {string} language such as `en` or `pt`.
 * @param {Table} words what is left out stays as it is, or English.
 */
export async function setWords(language, words) {
  await loadWords(language);
  tables.set(language, { ...tables.get(language), ...words });
  languages.clear();
}

/** Add English words that a module brings along. @param {Table} words */
export function addWords(words) {
  Object.assign(/** @type {Table} */ (tables.get("")), words);
}

/**
 * Load the words of a language. Answers null if they are there.
 * @param {string} language
 */
export function loadWords(language) {
  const short = language.split("-")[0];
  if (tables.has(language) || tables.has(short) || !Object.hasOwn(SHIPPED, short)) return null;
  return SHIPPED[short]().then((table) => void tables.set(short, table));
}

/** @type {Map<string, Language>} */
const languages = new Map();

/**
 * The language of this name.
 * @param {string} name
 */
export function languageNamed(name) {
  const known = languages.get(name) ?? new Language(name);
  languages.set(name, known);
  return known;
}

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const FORMS = {
  time: { hour: "numeric", minute: "2-digit" },
  weekday: { weekday: "short" },
  day: { day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
  longDay: { weekday: "long", day: "numeric", month: "long" },
  longDate: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
  full: { dateStyle: "full", timeStyle: "short" },
};

/** Signs that turn the direction of writing. A name with one would turn the words behind it, too. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** The words, numbers and dates of one language. */
export class Language {
  #table;
  #plurals;
  #numbers;
  #relative;
  /** @type {Map<string, Intl.DateTimeFormat>} */
  #formats = new Map();

  /** @param {string} name the language of a page; English instead if there are no words in it. */
  constructor(name) {
    const own = tables.get(name) ?? tables.get(name.split("-")[0]);
    this.#table = /** @type {Table} */ (own ?? en);
    /** What dates and numbers are written by. */
    this.locale = own ? name : "en";
    this.#plurals = new Intl.PluralRules(this.locale);
    this.#numbers = new Intl.NumberFormat(this.locale);
    this.#relative = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
  }

  /**
   * The words for a key. `{name}` in them becomes the value `name`; `count` chooses the plural form.
   * @param {WordKey} key
   * @param {Record<string, string | number>} [values]
   * @returns {string}
   */
  say(key, values = {}) {
    const word = /** @type {Word} */ (this.#table[key] ?? tables.get("")?.[key]);
    const form =
      typeof word === "string"
        ? word
        : (word[this.#plurals.select(Number(values.count))] ?? word.other ?? "");
    return form.replace(/\{(\w+)\}/g, (whole, name) => this.#write(values[name] ?? whole));
  }

  /**
   * Names in a row: "Ann, Ben and Cy".
   * @param {Iterable<string>} names
   */
  list(names) {
    return new Intl.ListFormat(this.locale).format(names).replace(TURNS, "");
  }

  /**
   * A moment in one of the forms: `time`, `full`, ….
   * @param {string | Date} moment
   * @param {keyof typeof FORMS} form
   */
  date(moment, form) {
    let format = this.#formats.get(form);
    if (!format)
      this.#formats.set(form, (format = new Intl.DateTimeFormat(this.locale, FORMS[form])));
    return format.format(new Date(moment));
  }

  /**
   * A moment as short as it can be understood now: the time, the day of the week, or the date.
   * @param {string} moment
   */
  short(moment) {
    const days = daysAgo(moment);
    if (days < 1) return this.date(moment, "time");
    if (days === 1) return this.#relative.format(-1, "day");
    return this.date(moment, days < 7 ? "weekday" : isThisYear(moment) ? "day" : "date");
  }

  /**
   * A day as the line between messages names it: "today", or the day of the week with the date.
   * @param {string} moment
   */
  day(moment) {
    const days = daysAgo(moment);
    if (days >= 0 && days < 2) return this.#relative.format(-days, "day");
    return this.date(moment, isThisYear(moment) ? "longDay" : "longDate");
  }

  /** @param {string | number} value */
  #write(value) {
    return typeof value === "number" ? this.#numbers.format(value) : value.replace(TURNS, "");
  }
}

/**
 * How many midnights lie between a moment and now.
 * @param {string} moment
 */
function daysAgo(moment) {
  const midnight = (/** @type {Date} */ date) => new Date(date).setHours(0, 0, 0, 0);
  return Math.round((midnight(new Date()) - midnight(new Date(moment))) / 86_400_000);
}

/** @param {string} moment */
function isThisYear(moment) {
  return new Date(moment).getFullYear() === new Date().getFullYear();
}
