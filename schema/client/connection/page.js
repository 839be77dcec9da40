/** The page: where its server is, and when it is online again or its viewer comes back to it. */

/**
 * The absolute address of a server.
 * @param {string | URL} [url] relative to the page, or to the script of a worker.
 */
export function addressOf(url = "/graphql") {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (!URL.canParse(url, base)) {
    throw new TypeError(`There is no server at "${url}". Outside of a page, \`url\` has to be absolute.`);
  }
  return new URL(url, base);
}

/**
 * Call `onBack` when the page may have a network again: it is online, shown again, or thawed; and
 * `onLost` when it is offline. Outside of pages there is nothing to tell. The function that is
 * answered ends it.
 * @param {{onBack: () => void, onLost: () => void}} listeners
 */
export function watchPage({ onBack, onLost }) {
  const page = globalThis.document;
  const onVisible = () => page.visibilityState === "visible" && onBack();
  /** @type {[EventTarget, string, () => void][]} */
  const watched = [];
  if (typeof globalThis.addEventListener === "function") {
    watched.push([globalThis, "online", onBack], [globalThis, "pageshow", onBack]);
    watched.push([globalThis, "offline", onLost]);
  }
  if (page) watched.push([page, "visibilitychange", onVisible]);
  for (const [target, type, listener] of watched) target.addEventListener(type, listener);
  return () => {
    for (const [target, type, listener] of watched) target.removeEventListener(type, listener);
  };
}
