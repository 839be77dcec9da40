/** Tells when the page is online again, and when its viewer comes back to it. */

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
