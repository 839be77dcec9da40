/** The menu "Send later": when what stands in the box is to be sent. Loaded when somebody opens it. */

import { TalkError } from "../../errors.js";
import { newId } from "../../outbox/entry.js";
import { ask } from "../dialog.js";
import { openMenu } from "../menu.js";
import { notice } from "../notice.js";

/** @import {View} from "./view.js" */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;
/** The hour at which a day begins. */
const MORNING = 9;

/**
 * @param {View} view
 * @param {HTMLElement} anchor
 */
export function openLater(view, anchor) {
  const { composer, element, language } = view;
  const { hour, tomorrow, monday } = choicesAt(view.talk.now());
  /** @param {Parameters<View["t"]>[0]} key @param {Date} at */
  const item = (key, at) => ({
    label: view.t(key, { time: language.date(at, "time") }),
    act: () => view.try(() => schedule(view, at)),
  });
  const items = [
    item("laterHour", hour),
    item("laterTomorrow", tomorrow),
    item("laterMonday", monday),
    { label: view.t("laterOther"), act: () => choose(view, tomorrow) },
  ];
  // Tomorrow may be Monday.
  if (tomorrow.getTime() === monday.getTime()) items.splice(2, 1);
  const isInBox = composer.box.matches(":focus");
  const menu = openMenu(element, anchor, items);
  menu.addEventListener("toggle", () => {
    if (isInBox && anchor.matches(":focus")) composer.box.focus();
  });
}

/**
 * Times that are chosen often, where the viewer is.
 * @param {number} now
 */
export function choicesAt(now) {
  const hour = new Date(Math.ceil((now + HOUR) / MINUTE) * MINUTE);
  const morningAfter = (/** @type {number} */ days) => {
    const day = new Date(now);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, MORNING);
  };
  // On a Monday, it is the next one.
  const monday = morningAfter((8 - new Date(now).getDay()) % 7 || 7);
  return { hour, tomorrow: morningAfter(1), monday };
}

/** Ask for another time. @param {View} view @param {Date} proposed */
function choose(view, proposed) {
  const now = view.talk.now();
  const times = { min: localTime(now), max: localTime(now + YEAR) };
  ask(view.element, {
    title: view.t("sendLater"),
    action: view.t("schedule"),
    field: { label: view.t("when"), value: localTime(proposed.getTime()), times },
    act: (text) => schedule(view, new Date(text)),
  });
}

/** A time as a field of a form has it. @param {number} time */
function localTime(time) {
  return new Date(time - new Date(time).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}

/** What had no answer, as JSON. It may have arrived, so it is tried again with the same id. */
const unanswered = { input: "", clientId: "" };

/**
 * Have what stands in the box sent at this time.
 * @param {View} view
 * @param {Date} at
 */
async function schedule(view, at) {
  const { composer, element, language, store, talk } = view;
  const { body, mentions, ...others } = composer.written();
  const ids = mentions?.map(({ id }) => id) ?? null;
  const input = { conversationId: store.id, body, at: at.toISOString(), mentions: ids, ...others };
  const text = JSON.stringify(input);
  const clientId = unanswered.input === text ? unanswered.clientId : newId();
  unanswered.input = "";
  composer.node.inert = true;
  try {
    await talk.scheduleMessage({ ...input, clientId });
  } catch (error) {
    if (error instanceof TalkError) Object.assign(unanswered, { input: text, clientId });
    throw error;
  } finally {
    composer.node.inert = false;
    if (!element.root.querySelector("dialog")) composer.box.focus();
  }
  // Another device may have gone on writing.
  if (composer.draft.getSnapshot().body.trim() === body) composer.draft.discard();
  store.setTyping(false);
  notice(element, view.t("scheduledFor", { time: language.date(at, "full") }), view.screen);
}
