"""Messages that are sent later, from the menu to the other window; and files out of a message."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .chat import PHONE, SOON, Window, axe
from .page import browser, demo, needs_chromium
from .test_chat_files import a_file, choose, png, talk_of

__all__ = ["browser", "demo"]

pytestmark = needs_chromium


def later(window: Window, text: str, item: str) -> None:
    """Write this, and choose when it is sent."""
    window.box.fill(text)
    window.thread.get_by_role("button", name="Send later").wait_for()
    window.box.press("Alt+Enter")
    window.page.get_by_role("menuitem", name=item).click()


def test_from_the_menu_to_the_list_and_back_into_the_box(
    demo: str, browser: Any, tmp_path: Path
) -> None:
    faults = axe(tmp_path)
    mira = Window(browser, demo, "mira", size=PHONE, color_scheme="dark")
    mira.open("Jonas Lindqvist")
    button = mira.thread.get_by_role("button", name="Send later")
    # There is a draft.
    button.wait_for()
    mira.box.fill("")
    button.wait_for(state="hidden")

    mira.box.fill("Happy birthday!")
    button.click()
    assert faults(mira) == []
    mira.picture("later-menu")
    mira.page.get_by_role("menuitem", name="Tomorrow at 9:00 AM").click()
    mira.thread.get_by_role("alert").get_by_text("It will be sent on").wait_for()
    line = mira.thread.get_by_role("button", name="1 message is scheduled")
    line.wait_for()
    assert mira.box.input_value() == ""
    assert mira.focused() == ["textarea", "Write a message"]
    mira.picture("later-line")

    other = Window(browser, demo, "mira")
    other.open("Jonas Lindqvist")
    later(other, "Are you there?", "In an hour")
    mira.thread.get_by_role("button", name="2 messages are scheduled").click()
    mira.dialog.get_by_role("listitem").nth(1).wait_for()
    texts = mira.dialog.locator(".text").all_inner_texts()
    assert texts == ["Are you there?", "Happy birthday!"], "the earliest is the first"
    assert faults(mira) == []
    mira.picture("later-list")
    mira.dialog.get_by_role("button", name="send: Happy birthday!").click()

    line.wait_for()
    assert mira.box.input_value() == "Happy birthday!"
    assert mira.focused() == ["textarea", "Write a message"]
    other.thread.get_by_role("button", name="1 message is scheduled").wait_for()
    assert mira.problems == other.problems == []


def test_what_is_scheduled_for_now_is_sent(demo: str, browser: Any) -> None:
    mira, jonas = talk_of(demo, browser)
    for window in (mira, jonas):
        window.page.set_default_timeout(2 * SOON)

    later(mira, "The tide is in.", "At another time …")
    # The server takes what is less than a minute late. At the end of a minute, it is the next one.
    now = datetime.now(UTC).astimezone() + timedelta(seconds=10)
    mira.dialog.get_by_label("When").fill(f"{now:%Y-%m-%dT%H:%M}")
    mira.picture("later-when")
    mira.confirm("Schedule")

    jonas.sees("The tide is in.")
    mira.sees("The tide is in.")
    mira.thread.locator(".scheduled").wait_for(state="hidden")
    assert mira.problems == jonas.problems == []


def test_a_file_is_taken_out_of_a_message(demo: str, browser: Any, tmp_path: Path) -> None:
    faults = axe(tmp_path)
    mira, jonas = talk_of(demo, browser)
    mira.thread.get_by_role("button", name="Attach files").wait_for()
    choose(mira, a_file("Sea.png", "image/png", png(90, 60)), a_file("Cv.txt", "", b"Mira"))
    mira.send("")
    jonas.thread.get_by_role("link", name="Cv.txt").wait_for()

    mira.thread.locator("article", has_text="Cv.txt").hover()
    mira.thread.locator("article [data-part=more]").last.click()
    mira.page.get_by_role("menuitem", name="Edit").click()
    tray = mira.thread.get_by_role("list", name="Files of the message")
    assert tray.get_by_role("listitem").count() == 2
    assert faults(mira) == []
    mira.picture("later-files-of-a-message")
    tray.get_by_role("button", name="Remove Cv.txt").click()
    assert mira.focused() == ["button", "Remove Sea.png"]
    mira.box.press("Enter")

    jonas.thread.get_by_role("link", name="Cv.txt").wait_for(state="detached")
    jonas.thread.get_by_role("button", name="Open picture Sea.png").wait_for()
    jonas.thread.get_by_role("button", name="edited").wait_for()
    assert not tray.is_visible()
    assert mira.problems == jonas.problems == []
