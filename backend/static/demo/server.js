/** What the demo's page asks its server for: tokens, and GraphiQL as the same person. */

/** @type {Record<string, any>} */
const { graphql, token, become } = document.body.dataset;

/** The address of the API. @type {string} */
export const url = graphql;

/**
 * A token with which this window is somebody. Cookies are shared by all windows of a browser, and
 * would make all of them the same person.
 * @param {string} username
 * @returns {Promise<string>}
 */
export async function tokenOf(username) {
  const response = await fetch(token, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken() },
    body: new URLSearchParams({ username }),
  });
  if (!response.ok) throw new Error(`The demo gave no token: ${response.status}`);
  return (await response.json()).token;
}

/**
 * Open GraphiQL in another window, signed in there as somebody.
 * @param {string} username empty for whoever is signed in there already.
 * @param {{query: string, variables: object}} [operation] for a tab of its own.
 */
export function openGraphiQL(username, operation) {
  const address = new URL(username ? become : graphql, location.href);
  // A browser takes what is behind the `#` along when it is redirected.
  if (operation) address.hash = String(fragmentOf(operation));
  if (!username) {
    open(address, "_blank", "noopener");
    return;
  }
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: address, target: "_blank", rel: "noopener" });
  for (const [name, value] of Object.entries({ username, csrfmiddlewaretoken: csrfToken() }))
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(form);
  form.submit();
  form.remove();
}

/** @param {{query: string, variables: object}} operation */
function fragmentOf({ query, variables }) {
  return new URLSearchParams({ query, variables: JSON.stringify(variables, null, 2) });
}

/** Read anew each time: it changes whenever somebody signs in to GraphiQL. */
function csrfToken() {
  const cookies = document.cookie.split("; ").map((cookie) => cookie.split("="));
  return cookies.find(([name]) => name === "csrftoken")?.[1] ?? "";
}
