"""Drafts in a real browser: what is kept in its database, and which tab goes on with it."""

from typing import Any

from .page import browser, needs_chromium
from .test_outbox import Group, context, group, server

__all__ = ["browser", "context", "group", "server"]

pytestmark = needs_chromium

#: Open a client in the page, and the draft of a conversation.
OPEN = """
async ([token, id]) => {
  const { createTalk } = await import("/static/talk/index.js");
  const talk = createTalk({ url: "/graphql", token });
  window.draft = talk.draft(id);
  window.send = (body) => talk.conversation(id).send(body, { endsDraft: true });
  window.draft.subscribe(() => {});
}
"""


class Tab:
    """A page with a draft of Mira's."""

    def __init__(self, context: Any, group: Group) -> None:
        self.group = group
        self.page = context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        #: Whether drafts reach the server.
        self.is_cut = False
        self.page.route("**/graphql", self._answer)
        self.open()

    def open(self) -> None:
        # A page of the same origin with nothing on it.
        self.page.goto(f"{self.group.server.url}/static/talk/package.json")
        self.page.evaluate(OPEN, [self.group.tokens["mira"], self.group.id])
        self.page.wait_for_function("() => draft.getSnapshot().state === 'ready'")

    def write(self, body: str) -> None:
        self.page.evaluate("(body) => draft.write({ body })", body)

    def shows(self, body: str, **more: Any) -> None:
        """Wait until the draft has these words, and whatever else is said of it."""
        shown = """([body, more]) => {
          const shown = draft.getSnapshot();
          const names = Object.keys(more);
          return shown.body === body && names.every((name) => shown[name] === more[name]);
        }"""
        self.page.wait_for_function(shown, arg=[body, more], timeout=10_000)

    def _answer(self, route: Any) -> None:
        if self.is_cut and "mutation SaveDraft" in route.request.post_data_json["query"]:
            return route.abort()
        return route.continue_()


def stored(group: Group) -> str | None:
    document = """query ($id: ID!) {
        conversation(id: $id) { viewerParticipation { draft { body } } }
    }"""
    answer = group.server.ask(group.tokens["mira"], document, id=group.id)
    draft = answer["conversation"]["viewerParticipation"]["draft"]
    return draft["body"] if draft else None


def test_a_draft_survives_a_reload_without_a_network_and_is_saved_after_it(
    group: Group, context: Any
) -> None:
    tab = Tab(context, group)
    tab.is_cut = True
    tab.write("Half a sentence")
    tab.open()
    tab.shows("Half a sentence", isSaved=False)
    assert stored(group) is None

    tab.is_cut = False
    tab.shows("Half a sentence", isSaved=True)
    assert stored(group) == "Half a sentence"
    assert tab.problems == []


def test_a_tab_goes_on_with_what_a_closed_one_left_and_leaves_an_open_one_alone(
    group: Group, context: Any
) -> None:
    closed, opened = Tab(context, group), Tab(context, group)
    closed.is_cut = opened.is_cut = True
    closed.write("From the closed one")
    opened.write("From the open one")
    third = Tab(context, group)
    third.shows("", isSaved=True)

    closed.page.close()

    third.shows("From the closed one")
    third.shows("From the closed one", isSaved=True)
    assert stored(group) == "From the closed one"
    opened.is_cut = False
    opened.shows("From the open one", isSaved=False)
    opened.page.wait_for_function(
        "() => draft.getSnapshot().conflict?.body === 'From the closed one'"
    )


def test_what_was_sent_comes_back_in_no_tab_and_after_no_reload(group: Group, context: Any) -> None:
    one, two = Tab(context, group), Tab(context, group)
    one.write("Sent")
    two.shows("Sent")

    one.page.evaluate("(body) => send(body)", "Sent")

    one.shows("", isSaved=True)
    two.shows("", isSaved=True)
    one.open()
    one.page.wait_for_timeout(1_000)
    one.shows("", isSaved=True)
    assert stored(group) is None
    assert group.bodies() == ["Sent"]
