"""The search of the demo's chat: people and conversations by name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .chat import Window
from .page import browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium


@contextmanager
def late(window: Window, pattern: str, only: str = "") -> Iterator[None]:
    """Let answers to requests like this come only when this ends."""
    held: list[Any] = []

    def hold(route: Any) -> None:
        if only in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    window.page.route(pattern, hold)
    yield
    while not held:
        window.page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    window.page.unroute(pattern)


def test_people_and_conversations_are_found(demo: str, browser: Any) -> None:
    mira = Window(browser, demo, "mira")
    search = mira.inbox.get_by_role("searchbox", name="Search")

    mira.open("Aiko Tanaka")
    search.fill("cho")
    mira.inbox.locator(".results").get_by_text("Harbour Choir").wait_for()
    search.press("Enter")
    mira.sees_head("Harbour Choir")
    assert search.input_value() == ""

    search.fill("pri")
    mira.inbox.get_by_role("list", name="People").get_by_role("button", name="Priya Raman").click()
    mira.sees_head("Priya Raman")
    mira.thread.get_by_text("No messages yet").wait_for()

    search.fill("nobody has this name")
    mira.inbox.get_by_text("Nothing found").wait_for()
    search.press("Escape")
    mira.row("Harbour Choir").wait_for()
    assert mira.problems == []


def test_enter_opens_the_first_result_of_what_was_typed(demo: str, browser: Any) -> None:
    """However late the code of the search and the server's answers come."""
    mira = Window(browser, demo, "mira")
    search = mira.inbox.get_by_role("searchbox", name="Search")
    mira.open("Aiko Tanaka")
    with late(mira, "**/search.js"):
        search.press_sequentially("cho")
        search.press("Enter")
    mira.sees_head("Harbour Choir")
    assert search.input_value() == ""

    with late(mira, "**/graphql"):
        search.press_sequentially("priya")
        search.press("Enter")
    mira.sees_head("Priya Raman")
    assert search.input_value() == ""

    with late(mira, "**/graphql"):
        search.press_sequentially("ferr")
        search.press("Enter")
        mira.box.focus()
    mira.inbox.get_by_role("list", name="People").get_by_text("Tomás Ferreira").wait_for()
    assert mira.head.locator(".name").inner_text() == "Priya Raman", "they went on there"
    assert mira.problems == []


def test_enter_waits_for_people_and_takes_nothing_that_was_found_before(
    demo: str, browser: Any
) -> None:
    lena = Window(browser, demo, "lena")
    search = lena.inbox.get_by_role("searchbox", name="Search")
    lena.open("Mira Okafor")
    lena.send("Tomás comes later.")
    lena.sees("Tomás comes later.")
    lena.open("Harbour Choir")
    with late(lena, "**/graphql", only="query People"):
        search.fill("tomás")
        search.press("Enter")
        lena.inbox.get_by_role("list", name="Messages").wait_for()
    lena.sees_head("Tomás Ferreira")

    search.fill("comes later")
    lena.inbox.get_by_role("list", name="Messages").wait_for()
    search.fill("lindqvist")
    search.press("Enter")
    lena.sees_head("Jonas Lindqvist")
    assert lena.problems == []


def test_a_result_keeps_the_focus_when_the_servers_answer_comes(demo: str, browser: Any) -> None:
    mira = Window(browser, demo, "mira")
    search = mira.inbox.get_by_role("searchbox", name="Search")
    mira.open("Aiko Tanaka")
    with late(mira, "**/graphql"):
        search.fill("a")
        mira.inbox.locator(".results").get_by_role("button").first.wait_for()
        search.press("ArrowDown")
        before = mira.focused()
    mira.inbox.get_by_role("list", name="People").wait_for()

    assert before[0] == "button"
    assert mira.focused() == before
    assert mira.problems == []
