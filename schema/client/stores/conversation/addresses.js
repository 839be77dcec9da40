/** Keeps the addresses of files while they are good: a browser has what is there already. */

/** @import {Attachment, Message} from "../../types.js" */

/** The server's addresses are good for twelve hours at least. So long, in milliseconds, they are kept. */
const GOOD_FOR = 10 * 3_600_000;

/** When an address came, by the time of the server. @type {WeakMap<Attachment, number>} */
const cameAt = new WeakMap();

/**
 * A message with the addresses that its files had before, as long as they are good.
 * @param {Message} message
 * @param {Message | undefined} before
 * @param {number} now
 * @returns {Message}
 */
export function keepAddresses(message, before, now) {
  if (!message.attachments.length) return message;
  const attachments = message.attachments.map((each) => {
    const known = before?.attachments.find(({ id }) => id === each.id);
    const isGood = known?.state === each.state && now - (cameAt.get(known) ?? -Infinity) < GOOD_FOR;
    if (isGood) return known;
    cameAt.set(each, now);
    return each;
  });
  return { ...message, attachments };
}

/** The addresses of a message's files are not good any more. @param {Message | undefined} message */
export function forgetAddresses(message) {
  for (const each of message?.attachments ?? []) cameAt.delete(each);
}

/**
 * Call `renew` each time that addresses have become old.
 * @param {() => void} renew
 * @returns {() => void} what ends it.
 */
export function renewing(renew) {
  const timer = setInterval(renew, GOOD_FOR);
  return () => clearInterval(timer);
}
