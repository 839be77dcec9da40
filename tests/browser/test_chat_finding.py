"""Messages that are found again in the demo's chat: by a search, pinned, saved."""

from typing import Any

from .chat import Window
from .page import browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium


def test_a_search_finds_a_message_and_leads_to_it(demo: str, browser: Any) -> None:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    jonas.open("Mira Okafor")
    jonas.send("The <i>zither</i> stands behind the organ.")
    jonas.sees("zither")
    for number in range(4):
        jonas.send(f"And something else, {number}." + "\n…" * 15)
    mira.row("Jonas Lindqvist").locator(".mark", has_text="6").wait_for()
    mira.open("Harbour Choir")

    search = mira.inbox.get_by_role("searchbox", name="Search")
    search.fill("zith org")
    found = mira.inbox.get_by_role("list", name="Messages").get_by_role("button")
    found.get_by_text("The <i>zither</i> stands behind the organ.").wait_for()
    assert found.locator("mark").all_inner_texts() == ["zith", "org"]
    mira.picture("search")
    found.first.click()
    mira.sees_head("Jonas Lindqvist")
    row = mira.sees("zither")
    row.locator(":scope.flash").wait_for()
    assert "zither" in mira.focused()[1]
    assert row.is_visible()

    search.fill('"behind the zither"')
    mira.inbox.get_by_text("Nothing found").wait_for()
    search.press("Escape")

    mira.details().get_by_role("button", name="Search in this conversation").click()
    mira.dialog.get_by_role("searchbox").fill("s")
    mira.dialog.get_by_text("at least two letters").wait_for()
    mira.dialog.get_by_role("searchbox").fill("something 2")
    mira.dialog.get_by_text("And something else, 2.").wait_for()
    mira.picture("search-in-a-conversation")
    mira.dialog.locator(".result").first.click()
    mira.sees("And something else, 2.").locator(":scope.flash").wait_for()
    assert mira.problems == jonas.problems == []


def test_what_is_pinned_stands_above_the_thread(demo: str, browser: Any) -> None:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    mira.open("Jonas Lindqvist")
    jonas.open("Mira Okafor")
    jonas.send("The code of the door is 1723.")
    mira.choose("The code of the door is 1723.", "Pin")
    for window in (mira, jonas):
        window.thread.locator(".pins", has_text="The code of the door is 1723.").wait_for()
    jonas.send("And the alarm is 99.")
    mira.choose("And the alarm is 99.", "Pin")
    mira.thread.locator(".pins", has_text="And the alarm is 99.").wait_for()
    mira.picture("pins")
    mira.thread.get_by_role("button", name="All 2").focus()
    jonas.send("Did you get both?")
    mira.sees("Did you get both?")
    assert mira.focused() == ["button", "All 2"]
    mira.page.keyboard.press("Enter")
    mira.dialog.get_by_text("The code of the door is 1723.").wait_for()
    mira.picture("all-pins")
    mira.dialog.locator("li", has_text="alarm").get_by_role("button", name="Unpin").click()
    mira.dialog.get_by_text("And the alarm is 99.").wait_for(state="detached")
    assert mira.focused() == ["button", "Unpin"], "that of the message in its place"
    mira.close_dialog()
    jonas.choose("The code of the door is 1723.", "Take back")
    jonas.confirm("Take back")
    mira.thread.locator(".pins").wait_for(state="detached")
    assert mira.problems == jonas.problems == []


def test_a_saved_message_is_in_ones_own_list(demo: str, browser: Any) -> None:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    jonas.open("Mira Okafor")
    jonas.send("My new number is 0171 23.")
    mira.open("Jonas Lindqvist")
    mira.choose("My new number is 0171 23.", "Save")
    mira.open("Harbour Choir")
    mira.inbox.get_by_role("button", name="More", exact=True).click()
    mira.page.get_by_role("menuitem", name="Saved messages").click()
    mira.dialog.get_by_text("My new number is 0171 23.").wait_for()
    mira.picture("saved")
    mira.dialog.get_by_text("My new number is 0171 23.").click()
    mira.sees_head("Jonas Lindqvist")
    mira.sees("My new number is 0171 23.").locator(":scope.flash").wait_for()
    assert mira.problems == jonas.problems == []
