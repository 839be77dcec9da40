// The tabs that GraphiQL opens with: those of the last visit, those that are offered, and one that a
// link describes.

// GraphiQL keeps its state in the browser, here apart for each person.
const name = (key) => configuration.storage + key;
const storage = {
  getItem: (key) => localStorage.getItem(name(key)),
  setItem: (key, value) => localStorage.setItem(name(key), value),
  removeItem: (key) => localStorage.removeItem(name(key)),
  clear: () => Object.keys(localStorage)
    .filter((key) => key.startsWith(configuration.storage))
    .forEach((key) => localStorage.removeItem(key)),
  get length() {
    return Object.keys(localStorage).filter((key) => key.startsWith(configuration.storage)).length;
  },
};

const newTab = ({ query, variables = null }, kind = "tab") => {
  const title = query.match(/^\s*(?:query|mutation|subscription)\s+(\w+)/m)?.[1] ?? null;
  return {
    id: `${kind}-${Date.now()}-${Math.random()}`, hash: null, title: title ?? "<untitled>", query, variables,
    headers: null, operationName: title, response: null,
  };
};
const same = (one, other) =>
  one.query === other.query && (one.variables ?? null) === (other.variables ?? null);

// By the next visit, the message that a tab names may be gone, or too old to be edited. So tabs that
// nobody changed name what they would name today, and tabs that had no use before are added.
const offered = JSON.parse(storage.getItem("offeredTabs")) ?? [];
storage.setItem("offeredTabs", JSON.stringify(configuration.tabs));
const state = JSON.parse(storage.getItem("graphiql:tabState")) ?? { activeTabIndex: 0, tabs: [] };
for (const tab of configuration.tabs) {
  const before = offered.find(({ query }) => query === tab.query);
  const unchanged = before && state.tabs.find((kept) => same(kept, before));
  if (unchanged) Object.assign(unchanged, { variables: tab.variables ?? null, response: null });
  else if (!before || !state.tabs.length) state.tabs.push(newTab(tab));
}

// `#query=…&variables=…` opens a tab and runs nothing. Headers are not taken from a link, so that what
// it opens can only ever be sent as the person whom the bar names.
const MAX_LINK = 32_768;
// Another site could open many links, and fill the place that the browser gives this one.
const MAX_LINKED_TABS = 10;
const readLink = () => {
  const given = location.hash.slice(1);
  const link = new URLSearchParams(given);
  if (!link.has("query")) return JSON.parse(sessionStorage.getItem("talk:link"));
  history.replaceState(history.state, "", location.pathname + location.search);
  if (given.length > MAX_LINK) return { problem: "The link was too long to be opened." };
  const variables = parseObject(link.get("variables") || "{}");
  if (!variables) return { problem: "The variables of the link are not a JSON object." };
  const text = Object.keys(variables).length ? JSON.stringify(variables, null, 2) : null;
  return { query: link.get("query"), variables: text };
};
const parseObject = (text) => {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
};
const sayOfLink = (text) => {
  document.getElementById("talk-link").textContent = text;
  document.getElementById("talk-link").hidden = false;
};
const link = readLink();
sessionStorage.removeItem("talk:link");
if (link?.problem) {
  sayOfLink(link.problem);
} else if (link && !configuration.viewer.key) {
  // The tabs of somebody who is signed in are others. The link waits for them.
  sessionStorage.setItem("talk:link", JSON.stringify(link));
  sayOfLink("Sign in to open the operation of the link.");
} else if (link) {
  if (!state.tabs.some((tab) => same(tab, link))) {
    const linked = state.tabs.filter(({ id }) => id.startsWith("link-"));
    if (linked.length >= MAX_LINKED_TABS) state.tabs.splice(state.tabs.indexOf(linked[0]), 1);
    state.tabs.push(newTab(link, "link"));
  }
  state.activeTabIndex = state.tabs.findIndex((tab) => same(tab, link));
  sayOfLink("A link opened this tab. Read it before you press ▶.");
}
addEventListener("hashchange", () => {
  if (new URLSearchParams(location.hash.slice(1)).has("query")) location.reload();
});

storage.setItem("graphiql:tabState", JSON.stringify(state));
// GraphiQL opens the tab with these. Without such a tab, it would make one.
const { query, variables } = state.tabs[state.activeTabIndex];
storage.setItem("graphiql:query", query ?? "");
storage.setItem("graphiql:variables", variables ?? "");
