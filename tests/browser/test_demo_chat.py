"""The demo's first page: who a window is, what it asks the server, and the way to GraphiQL."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.demo import lines
from tests.project import processes

from .page import browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium
PHONE = {"width": 390, "height": 800}
WRITE = "talk-chat textarea"


@pytest.fixture
def problems() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def context(demo: str, browser: Any, problems: list[str]) -> Iterator[Any]:
    """One browser, with all of its windows. It is closed before the server stops."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.on("weberror", lambda error: problems.append(str(error.error)))
    context.on("console", lambda message: note(problems, message))
    yield context
    context.close()


def note(problems: list[str], message: Any) -> None:
    if message.type in {"error", "warning"}:
        problems.append(message.text)


def opened(context: Any, demo: str, username: str = "") -> Any:
    window = context.new_page()
    window.goto(demo)
    if username:
        window.click(f".card[data-username={username}]")
        window.wait_for_selector(WRITE)
    return window


def who(window: Any) -> str:
    window.wait_for_selector(".person[aria-current]")
    return str(window.get_attribute(".person[aria-current]", "data-username"))


def test_two_windows_of_a_browser_are_two_people(context: Any, demo: str, tmp_path: Path) -> None:
    mira = opened(context, demo, "mira")
    with context.expect_page() as second:
        mira.select_option(".second", "lena")
    lena = second.value
    lena.wait_for_selector(WRITE)

    mira.fill(WRITE, "Who has the key?")
    mira.press(WRITE, "Enter")
    lena.get_by_text("Who has the key?").first.wait_for()
    lena.screenshot(path=tmp_path / "lena.png")

    assert (who(mira), who(lena)) == ("mira", "lena")
    assert "Mira" in mira.title()
    assert lena.url == demo, "the name of the person is taken out of the address"


def test_a_reload_changes_nobody(context: Any, demo: str) -> None:
    mira, lena = opened(context, demo, "mira"), opened(context, demo, "lena")

    for window, name in ((mira, "mira"), (lena, "lena")):
        window.reload()
        window.wait_for_selector(WRITE)
        assert who(window) == name
    assert not mira.is_visible(".welcome")


def test_a_click_makes_a_window_somebody_else(context: Any, demo: str) -> None:
    window = opened(context, demo, "mira")
    window.get_by_text("Yellow posters are printed!").first.wait_for()

    window.click(".person[data-username=jonas]")
    window.locator("talk-inbox").get_by_text("Mira Okafor").first.wait_for()

    assert who(window) == "jonas"
    assert not window.get_by_text("Yellow posters are printed!").count()
    assert "Jonas" in window.title()


def test_a_new_window_of_nobody_asks_who_it_is(context: Any, demo: str) -> None:
    opened(context, demo, "mira")
    window = opened(context, demo)

    window.wait_for_selector(".welcome h2")

    assert not window.query_selector(".person[aria-current]")
    assert window.is_disabled("[data-action=operations]")
    window.goto(f"{demo}#as=nobody")
    window.wait_for_selector(".welcome h2")
    assert not window.query_selector("talk-chat")


def test_what_a_window_asks_is_opened_in_graphiql_as_the_same_person(
    context: Any, demo: str, tmp_path: Path
) -> None:
    mira = opened(context, demo, "mira")
    lena = opened(context, demo, "lena")
    lena.click("[data-action=graphiql]")
    lena.wait_for_timeout(1_500)

    mira.click("[data-action=operations]")
    mira.click(".operations summary >> text=InboxStart")
    mira.screenshot(path=tmp_path / "operations.png")
    with context.expect_page() as other:
        mira.click(".operations [open] >> text=Open in GraphiQL")
    graphiql = other.value
    graphiql.wait_for_selector(".graphiql-tab-active >> text=InboxStart")

    assert "You are Mira Okafor" in graphiql.inner_text(".talk-bar")
    graphiql.wait_for_timeout(1_500)
    graphiql.click(".graphiql-execute-button")
    graphiql.wait_for_selector(".result-window >> text=Harbour Choir")
    graphiql.screenshot(path=tmp_path / "graphiql.png")
    # Its session is Mira's now. The window that is Lena has a token of its own.
    lena.fill(WRITE, "Still Lena")
    lena.press(WRITE, "Enter")
    mira.get_by_text("Lena Brandt: Still Lena").first.wait_for()


def test_graphiql_leads_back_to_the_chat_as_the_same_person(context: Any, demo: str) -> None:
    window = opened(context, demo, "mira")
    window.goto(f"{demo}graphql")
    window.click("button[value=aiko]")
    window.wait_for_selector("button[value=aiko][aria-current]")
    window.wait_for_selector(".graphiql-execute-button")

    window.click(".talk-bar >> text=Chat")
    window.wait_for_selector(WRITE)

    assert who(window) == "aiko"


def test_operations_are_listed_as_they_are_sent(context: Any, demo: str) -> None:
    window = opened(context, demo, "mira")
    window.click("[data-action=operations]")

    window.fill(WRITE, "Listed?")
    window.press(WRITE, "Enter")
    window.click(".operations summary >> text=SendMessage")

    shown = window.inner_text(".operations [open]")
    assert "mutation SendMessage" in shown
    assert '"body": "Listed?"' in shown
    window.keyboard.press("Escape")
    assert not window.is_visible(".operations")
    focused = window.evaluate("document.activeElement.dataset.action")
    assert focused == "operations"


def test_one_person_alone_sees_somebody_type_react_and_answer(
    browser: Any, problems: list[str], tmp_path: Path
) -> None:
    with processes.new_demo(tmp_path, bot=True) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.on("console", lambda message: note(problems, message))
        window = opened(context, f"{server.url}/", "mira")
        thread = window.locator("talk-thread")
        window.locator("talk-inbox").get_by_text("Aiko Tanaka").first.click()
        thread.get_by_text("Yellow posters are printed!").first.wait_for()

        window.fill(WRITE, "Thank you!")
        window.press(WRITE, "Enter")
        sent_at = time.monotonic()
        thread.get_by_text("is typing").first.wait_for()
        answers = "|".join(answer(each) for each in range(2))
        thread.get_by_text(re.compile(answers)).first.wait_for()

        assert time.monotonic() - sent_at < 10
        window.screenshot(path=tmp_path / "alone.png")
        reactions = thread.get_by_role("group", name="Reactions")
        assert reactions.get_by_text(f"{lines.reaction(1)[0]} 1").count() == 1
        window.screenshot(path=tmp_path / "alone.png")
        context.close()


def answer(turn: int) -> str:
    return re.escape(lines.answer("aiko", "Thank you!", "Mira", turn))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(context: Any, demo: str, tmp_path: Path, scheme: str) -> None:
    window = context.new_page()
    window.set_viewport_size(PHONE)
    window.emulate_media(color_scheme=scheme)
    window.goto(demo)
    window.wait_for_selector(".welcome h2")
    window.screenshot(path=tmp_path / f"welcome-{scheme}.png")
    assert width(window) <= PHONE["width"]

    window.click(".card[data-username=mira]")
    window.get_by_text("Harbour Choir").first.wait_for()
    window.click("[data-action=operations]")
    window.click(".operations summary >> nth=0")
    window.screenshot(path=tmp_path / f"operations-{scheme}.png")

    assert width(window) <= PHONE["width"]
    window.click(".operations >> text=Close")
    assert window.get_by_role("heading", level=1).count() == 1
    assert window.is_visible("talk-chat")


def width(window: Any) -> int:
    return int(window.evaluate("document.documentElement.scrollWidth"))
