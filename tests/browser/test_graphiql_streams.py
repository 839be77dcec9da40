"""How GraphiQL's page shows a subscription: its last results, the newest on top."""

from typing import Any

from tests.project.network import Network

from .page import Page, browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium

ALL_CHANGES = """subscription All($id: ID!) {
  conversationChanges(id: $id, after: 0) { revision message { body } }
}"""


def revisions(page: Page) -> list[int]:
    events = page.shown()["newestFirst"]
    return [event["data"]["conversationChanges"]["revision"] for event in events]


def test_the_last_changes_are_shown_and_the_newest_is_on_top(demo: str, browser: Any) -> None:
    mira, lena = Page(browser, demo), Page(browser, demo)
    mira.become("mira")
    lena.become("lena")
    mira.run("Subscribe")
    mira.sees("MESSAGE_REACTED")
    before = revisions(mira)

    lena.run("Send")
    mira.sees("Hello from GraphiQL")

    assert revisions(mira) == [before[0] + 1, *before]
    assert mira.shown()["received"] == len(before) + 1
    assert mira.problems == lena.problems == []


def test_of_many_changes_twenty_are_shown(demo: str, browser: Any) -> None:
    page = Page(browser, demo)
    page.become("mira")
    page.open("Subscribe")
    page.ask(ALL_CHANGES)
    page.sees("My thumb is too big")
    page.page.wait_for_timeout(1_000)

    newest = revisions(page)[0]
    assert revisions(page) == list(range(newest, newest - 20, -1))
    assert page.shown()["received"] == newest, "for this test to mean anything"
    assert page.problems == []


def test_a_stream_that_is_stopped_shows_nothing_more(demo: str, browser: Any) -> None:
    mira, lena = Page(browser, demo), Page(browser, demo)
    mira.become("mira")
    lena.become("lena")
    mira.run("Subscribe")
    mira.sees("MESSAGE_REACTED")
    before = mira.shown()

    mira.page.click(".graphiql-execute-button")
    lena.run("Send")
    lena.sees("Hello from GraphiQL")
    mira.page.wait_for_timeout(1_500)

    assert mira.shown() == before
    assert mira.problems == lena.problems == []


def test_the_error_that_ends_a_stream_is_on_top(demo: str, browser: Any) -> None:
    page = Page(browser, demo)
    page.become("mira")
    page.ask('subscription { conversationChanges(id: "Q29udmVyc2F0aW9uOjk5OTk5") { revision } }')
    page.sees("NOT_FOUND")

    (end,) = page.shown()["newestFirst"]
    assert end["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    page.page.wait_for_selector(".graphiql-execute-button[aria-label^=Execute]")
    assert page.problems == []


def test_after_a_lost_connection_no_change_is_missing_or_shown_twice(
    demo: str, browser: Any
) -> None:
    lena = Page(browser, demo)
    lena.become("lena")
    with Network(demo.rstrip("/")) as network:
        mira = Page(browser, f"{network.url}/")
        mira.become("mira")
        mira.run("Subscribe")
        mira.sees("MESSAGE_REACTED")
        before = revisions(mira)
        lena.run("Send")
        mira.sees("Hello from GraphiQL")

        network.cut()
        lena.run("Edit")
        mira.sees("Edited in GraphiQL")

        assert revisions(mira) == [before[0] + 2, before[0] + 1, *before]
    assert lena.problems == []
