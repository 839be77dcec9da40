"""An inbox of one's own in the demo's chat: archived, pinned, muted; drafts; who has seen what."""

from typing import Any

from .chat import PHONE, Window
from .page import browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium

LENA = "Lena Brandt"


def menu(window: Window, name: str, *actions: str) -> None:
    """Choose from the menu of a row of the inbox, and from the one behind it."""
    window.row(name).locator(".open").click(button="right")
    for action in actions:
        window.page.get_by_role("menuitem", name=action, exact=True).click()


def names(window: Window) -> list[str]:
    """The names in the inbox, from the top."""
    rows = window.inbox.locator(".row")
    texts: list[list[Any]] = rows.evaluate_all(
        "rows => rows.map((row) => [+row.ariaPosInSet, row.querySelector('.name').textContent])"
    )
    return [name for _, name in sorted(texts)]


def test_a_key_archives_the_row_with_the_focus_and_a_message_brings_it_back(
    demo: str, browser: Any
) -> None:
    mira, lena = Window(browser, demo, "mira"), Window(browser, demo, "lena")
    mira.open("Harbour Choir")
    before = names(mira)
    mira.row(LENA).locator(".open").focus()
    mira.page.keyboard.down("e")
    mira.row(LENA).wait_for(state="detached")
    # The key is still down.
    mira.page.keyboard.down("e")
    mira.page.keyboard.up("e")
    mira.page.wait_for_timeout(300)
    assert names(mira) == [each for each in before if each != LENA]
    assert mira.focused()[1] != "", "the row in its place has the focus"

    mira.inbox.get_by_role("button", name="Undo").press("Enter")
    mira.row(LENA).wait_for()
    assert mira.focused() is not None, "the sentence is gone, the focus is not"
    mira.row(LENA).locator(".open").focus()
    mira.page.keyboard.press("e")
    mira.row(LENA).wait_for(state="detached")

    mira.inbox.get_by_role("button", name="More", exact=True).click()
    mira.page.get_by_role("menuitem", name="Archive").click()
    mira.inbox.get_by_role("heading", name="Archive").wait_for()
    mira.row(LENA).wait_for()
    mira.picture("archive")
    mira.inbox.get_by_role("button", name="Back").click()
    mira.row("Harbour Choir").wait_for()
    assert LENA not in names(mira)

    lena.open("Mira Okafor")
    lena.send("Are you there?")
    mira.row(LENA).locator(".preview", has_text="Are you there?").wait_for()
    assert mira.problems == lena.problems == []


def test_a_finger_archives_a_row_that_it_draws_aside(demo: str, browser: Any) -> None:
    mira = Window(browser, demo, "mira", size=PHONE, has_touch=True, is_mobile=True)
    mira.row(LENA).wait_for()
    box = mira.row(LENA).locator(".open").bounding_box()
    touch = mira.page.context.new_cdp_session(mira.page)

    def draw(distance: float) -> None:
        x, y = box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2
        for kind, points in [
            ("touchStart", [{"x": x, "y": y}]),
            *[("touchMove", [{"x": x - distance * part / 10, "y": y}]) for part in range(1, 11)],
            ("touchEnd", []),
        ]:
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            mira.page.wait_for_timeout(20)

    # The first touch loads the code for it.
    draw(40)
    mira.page.wait_for_timeout(300)
    draw(40)
    assert mira.row(LENA).count() == 1, "not far enough"
    assert mira.head.count() == 0, "it opens nothing"
    draw(200)
    mira.inbox.get_by_text("is in the archive").wait_for()
    mira.picture("archived-by-a-finger")
    mira.row(LENA).wait_for(state="detached")
    assert mira.problems == []


def test_pinned_conversations_stand_first_and_muted_ones_are_quiet(demo: str, browser: Any) -> None:
    mira, lena = Window(browser, demo, "mira"), Window(browser, demo, "lena")
    mira.open("Harbour Choir")
    last = names(mira)[-1]
    menu(mira, last, "Pin")
    mira.row(last).locator(".icon-pin").wait_for()
    mira.page.wait_for_function(
        "(name) => document.querySelector('talk-chat').shadowRoot.querySelector('talk-inbox')"
        ".shadowRoot.querySelector('.row[aria-posinset=\"1\"] .name').textContent === name",
        arg=last,
    )
    menu(mira, LENA, "Mute", "For an hour")
    mira.row(LENA).locator(".icon-mute").wait_for()
    lena.open("Mira Okafor")
    lena.send("Nobody hears this.")
    mira.row(LENA).locator(".preview", has_text="Nobody hears this.").wait_for()
    assert "quiet" in mira.row(LENA).get_attribute("class")
    mira.picture("pinned-and-muted")

    menu(mira, LENA, "Notify me again")
    mira.row(LENA).locator(".icon-mute").wait_for(state="detached")
    menu(mira, last, "Unpin")
    mira.row(last).locator(".icon-pin").wait_for(state="detached")
    assert mira.problems == lena.problems == []


def test_a_draft_is_on_all_devices_and_gone_when_it_was_sent(demo: str, browser: Any) -> None:
    desk = Window(browser, demo, "mira")
    phone = Window(browser, demo, "mira", size=PHONE)
    desk.open(LENA)
    desk.box.fill("I wanted to ask")
    desk.open("Harbour Choir")
    desk.row(LENA).locator(".draft").wait_for()
    phone.row(LENA).locator(".preview", has_text="Draft: I wanted to ask").wait_for()
    phone.picture("draft-in-the-row")

    phone.open(LENA)
    phone.page.wait_for_function(
        "(box) => box.value === 'I wanted to ask'", arg=phone.box.element_handle()
    )
    phone.send("I wanted to ask about the hall.")
    phone.sees("I wanted to ask about the hall.")
    desk.row(LENA).locator(".preview", has_text="You: I wanted to ask about the hall.").wait_for()
    assert desk.row(LENA).locator(".draft").count() == 0
    desk.open(LENA)
    desk.sees("I wanted to ask about the hall.")
    assert desk.box.input_value() == ""
    assert desk.problems == phone.problems == []


def test_two_drafts_are_both_shown_and_none_is_lost(demo: str, browser: Any) -> None:
    desk, other = Window(browser, demo, "mira"), Window(browser, demo, "mira")
    desk.open(LENA)
    other.open(LENA)
    desk.context.set_offline(True)
    desk.box.fill("Written in the tunnel")
    other.box.fill("Written at home")
    other.box.blur()
    other.page.wait_for_timeout(3_000)
    desk.context.set_offline(False)

    conflict = desk.thread.locator(".conflict")
    conflict.get_by_text("Written at home").wait_for()
    assert desk.box.input_value() == "Written in the tunnel"
    desk.picture("two-drafts")
    shown = conflict.element_handle()
    desk.box.press_sequentially("!")
    assert shown.evaluate("(node) => node.isConnected"), "it is not said again at each key"
    conflict.get_by_role("button", name="Keep both").focus()
    conflict.get_by_role("button", name="Keep both").click()
    conflict.wait_for(state="detached")
    assert "Written in the tunnel" in desk.box.input_value()
    assert "Written at home" in desk.box.input_value()


def test_one_sees_who_has_seen_ones_last_message(demo: str, browser: Any) -> None:
    mira, lena = Window(browser, demo, "mira"), Window(browser, demo, "lena")
    lena.open("Harbour Choir")
    mira.open(LENA)
    mira.send("Did you get the keys?")
    mira.sees("Did you get the keys?")
    assert mira.thread.locator(".seen").count() == 0
    lena.open("Mira Okafor")
    mira.message("Did you get the keys?").locator(".seen", has_text="Seen").wait_for()

    mira.open("Harbour Choir")
    mira.send("Who is here?")
    mira.sees("Who is here?")
    lena.open("Harbour Choir")
    mira.message("Who is here?").get_by_role("button", name="Seen by 1 person").click()
    mira.dialog.get_by_text(LENA).wait_for()
    mira.picture("seen-by")
    mira.close_dialog()
    assert mira.problems == lena.problems == []


def test_the_server_of_a_picture_is_not_told_which_page_shows_it(demo: str, browser: Any) -> None:
    mira = Window(browser, demo, "mira")

    picture = mira.row("Harbour Choir").locator(".avatar img")

    picture.wait_for()
    assert picture.evaluate("each => each.referrerPolicy") == "no-referrer"
