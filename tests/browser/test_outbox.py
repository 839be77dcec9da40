"""Unsent messages in a real browser: what its database and its locks are for."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from ..project import processes
from .page import browser, needs_chromium, sync_api

__all__ = ["browser"]

pytestmark = needs_chromium

#: Open an outbox in the page, with a connection to the real server.
OPEN = """
async (token) => {
  const { connect } = await import("/static/talk/connection/index.js");
  const { documentsFor } = await import("/static/talk/documents.js");
  const { createOutbox } = await import("/static/talk/outbox/index.js");
  const { Writable } = await import("/static/talk/store.js");
  const { verbsFor } = await import("/static/talk/verbs.js");
  const connection = connect({ url: "/graphql", token });
  const documents = documentsFor();
  const viewer = new Writable(null);
  window.outbox = createOutbox({
    verbs: verbsFor(connection, documents),
    viewer,
    whenBack: connection.whenBack.bind(connection),
    sent() {},
    server: new URL("/graphql", location.href).href,
  });
  viewer.set((await connection.query(documents.viewer)).viewer);
}
"""


class Tab:
    """A page with an outbox."""

    def __init__(self, context: Any, group: "Group", who: str = "mira", setup: str = "") -> None:
        self.group, self.token = group, group.tokens[who]
        self.page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        if setup:
            self.page.add_init_script(setup)
        #: What becomes of messages: "sent", "cut" before they arrive, or "lost" answers.
        self.network = "sent"
        #: The bodies of messages that this page sent, each as often as it tried to.
        self.tried: list[str] = []
        self.page.route("**/graphql", self._answer)
        self.open()

    def open(self) -> None:
        # A page of the same origin with nothing on it.
        self.page.goto(f"{self.group.server.url}/static/talk/package.json")
        self.page.evaluate(OPEN, self.token)

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.page.evaluate("([to, body]) => outbox.send(to, body)", [self.group.id, body])

    def come_back(self) -> None:
        self.page.evaluate("() => void dispatchEvent(new Event('online'))")

    def has(self, *bodies: str) -> None:
        """Wait until exactly these are unsent."""
        same = "(bodies) => outbox.getSnapshot().map(({body}) => body).join() === bodies.join()"
        self.page.wait_for_function(same, arg=list(bodies), timeout=10_000)

    def crash(self) -> None:
        with self.page.expect_event("crash"), contextlib.suppress(sync_api.Error):
            # What never arrives is an answer.
            self.page.goto("chrome://crash")

    def _answer(self, route: Any) -> None:
        asked = route.request.post_data_json
        if "mutation SendMessage" not in asked["query"]:
            return route.continue_()
        self.tried.append(asked["variables"]["input"]["body"])
        if self.network == "sent":
            return route.continue_()
        if self.network == "lost":
            route.fetch()
        return route.abort()


class Group:
    """A conversation of Mira's and Lena's that nobody else writes in."""

    def __init__(self, server: processes.Running, tokens: dict[str, str]) -> None:
        self.server, self.tokens = server, tokens
        lena = self._ask('{ users(search: "lena") { edges { node { id } } } }')
        document = """mutation ($people: [ID!]!) {
            startConversation(input: {participants: $people, kind: GROUP, title: "Outbox"}) {
                ... on StartConversationPayload { conversation { id } }
            }
        }"""
        people = [edge["node"]["id"] for edge in lena["users"]["edges"]]
        started = self._ask(document, people=people)
        self.id = started["startConversation"]["conversation"]["id"]

    def bodies(self) -> list[str]:
        document = """query ($id: ID!) {
            conversation(id: $id) { messages(last: 50) { edges { node { kind body } } } }
        }"""
        found = self._ask(document, id=self.id)["conversation"]["messages"]["edges"]
        return [edge["node"]["body"] for edge in found if edge["node"]["kind"] == "TEXT"]

    def gets(self, *bodies: str, tab: Tab) -> None:
        """Wait for these messages, and see that there are no others, while `tab` does its work."""
        for _ in range(200):
            if len(self.bodies()) >= len(bodies):
                break
            tab.page.wait_for_timeout(50)
        tab.has()
        assert self.bodies() == [*bodies]

    def _ask(self, document: str, **variables: Any) -> Any:
        return self.server.ask(self.tokens["mira"], document, **variables)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, dict[str, str]]]:
    """A demo, and tokens of two people."""
    folder = tmp_path_factory.mktemp("server")
    with processes.demo(folder, RATE_LIMITS=0) as running:
        yield running, {name: processes.token_for(name, folder) for name in ("mira", "lena")}


@pytest.fixture
def group(server: tuple[Any, dict[str, str]]) -> Group:
    return Group(*server)


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context
    context.close()


def test_unsent_messages_survive_a_reload_and_are_sent_in_order(group: Group, context: Any) -> None:
    tab = Tab(context, group)
    tab.network = "cut"
    tab.send("1", "2", "3")
    tab.has("1", "2", "3")
    assert group.bodies() == []

    tab.network = "sent"
    tab.open()

    group.gets("1", "2", "3", tab=tab)
    assert tab.problems == []


def test_a_message_whose_answer_was_lost_in_a_crash_is_sent_once(
    group: Group, context: Any
) -> None:
    tab = Tab(context, group)
    tab.network = "lost"
    tab.send("1", "2")
    for _ in range(100):
        if group.bodies():
            break
        tab.page.wait_for_timeout(50)
    assert group.bodies() == ["1"]
    tab.crash()

    after = Tab(context, group)

    group.gets("1", "2", tab=after)
    assert after.tried == ["1", "2"]


def test_each_of_two_tabs_sends_what_was_written_in_it(group: Group, context: Any) -> None:
    one, two = (Tab(context, group) for _ in range(2))
    one.network = two.network = "cut"
    one.send("from one")
    two.send("from two")
    third = Tab(context, group)
    third.come_back()
    third.page.wait_for_timeout(300)
    third.has()

    one.network = two.network = "sent"
    one.come_back()
    two.come_back()
    one.has()
    two.has()

    assert sorted(group.bodies()) == ["from one", "from two"]
    assert {*one.tried} == {"from one"}
    assert {*two.tried} == {"from two"}
    assert third.tried == []


def test_a_tab_sends_what_a_closed_one_left(group: Group, context: Any) -> None:
    closed, waiting, other = (Tab(context, group) for _ in range(3))
    closed.network = "cut"
    closed.send("1", "2")
    # They come to know of the other tab's messages, and wait for it to end.
    waiting.come_back()
    other.come_back()
    waiting.page.wait_for_timeout(300)
    assert waiting.tried == other.tried == []

    closed.page.close()

    group.gets("1", "2", tab=waiting)
    other.has()
    assert sorted(waiting.tried + other.tried) == ["1", "2"]


def test_nothing_is_sent_for_another_person_and_no_token_is_kept(
    group: Group, context: Any
) -> None:
    mira = Tab(context, group)
    mira.network = "cut"
    mira.send("From Mira")
    mira.page.close()

    lena = Tab(context, group, "lena")
    lena.has()
    lena.send("From Lena")
    lena.has()
    assert lena.tried == ["From Lena"]
    kept = lena.page.evaluate(
        """async () => {
          const all = [];
          for (const { name } of await indexedDB.databases()) {
            const request = indexedDB.open(name);
            await new Promise((done) => (request.onsuccess = done));
            for (const store of request.result.objectStoreNames) {
              const asked = request.result.transaction(store).objectStore(store).getAll();
              await new Promise((done) => (asked.onsuccess = done));
              all.push(...asked.result);
            }
          }
          return JSON.stringify([all, { ...localStorage }, { ...sessionStorage }]);
        }"""
    )
    assert "From Mira" in kept, "this is what the tokens are looked for in"
    assert "talk_" not in kept


NO_DATABASE = "indexedDB.open = () => { throw new DOMException('No.', 'SecurityError'); }"
BLOCKED_DATABASE = "IDBFactory.prototype.open = () => ({});"
NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });"
REFUSED_LOCKS = "LockManager.prototype.request = async () => { throw new DOMException('No.'); };"
HANGING_LOCKS = "LockManager.prototype.request = () => new Promise(() => {});"
FULL = """IDBObjectStore.prototype.put = () => {
  throw new DOMException('Full.', 'QuotaExceededError');
};"""


@pytest.mark.parametrize(
    "setup", [NO_DATABASE, BLOCKED_DATABASE, NO_LOCKS, REFUSED_LOCKS, HANGING_LOCKS, FULL]
)
def test_messages_are_sent_also_where_the_browser_keeps_nothing(
    setup: str, group: Group, context: Any
) -> None:
    tab = Tab(context, group, setup=setup)
    tab.network = "cut"
    tab.send("1", "2")
    tab.has("1", "2")

    tab.network = "sent"
    tab.come_back()

    group.gets("1", "2", tab=tab)
    assert tab.problems == []


def test_messages_are_kept_again_after_the_viewer_cleared_the_data_of_the_page(
    group: Group, context: Any
) -> None:
    tab = Tab(context, group)
    tab.network = "cut"
    tab.send("1")
    tab.page.evaluate(
        """async () => {
          for (const { name } of await indexedDB.databases()) {
            const request = indexedDB.deleteDatabase(name);
            await new Promise((done) => (request.onsuccess = done));
          }
        }"""
    )
    tab.send("2")
    # What is tried again is kept again.
    tab.come_back()
    tab.page.wait_for_timeout(300)
    tab.network = "sent"
    tab.open()

    group.gets("1", "2", tab=tab)
    assert tab.problems == []


LOSES_CONNECTIONS = """
const transaction = IDBDatabase.prototype.transaction;
IDBDatabase.prototype.transaction = function (...given) {
  if (window.isLost) {
    window.isLost = false;
    this.close();
  }
  return transaction.apply(this, given);
};
"""


def test_messages_are_kept_also_after_the_browser_lost_its_database(
    group: Group, context: Any
) -> None:
    tab = Tab(context, group, setup=LOSES_CONNECTIONS)
    tab.network = "cut"
    tab.send("1")
    tab.page.evaluate("() => { window.isLost = true; }")
    tab.send("2")
    assert tab.page.evaluate("() => window.isLost") is False
    tab.network = "sent"
    tab.open()

    group.gets("1", "2", tab=tab)
    assert tab.problems == []
