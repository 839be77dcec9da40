"""Where the focus is in `<talk-thread>`, and what is there without a mouse."""

from typing import Any

from .page import browser, needs_chromium
from .served import Opened, address, page, until

__all__ = ["address", "browser", "page"]

pytestmark = needs_chromium

FOCUSED = "root.activeElement?.dataset.key ?? root.activeElement?.className ?? null"


def open_menu(page: Any, number: int) -> None:
    page.evaluate(f"rowOf({number}).querySelector('.more').click()")
    page.wait_for_selector(".menu button")


def test_one_row_alone_is_reached_by_tab(page: Any) -> None:
    reaction = "[{ emoji: 'x', count: 1, viewerReacted: false }]"
    page.evaluate(f"begin(300); fake.change(300, {{ reactions: {reaction} }}); frame()")
    page.focus(".box")

    # Backwards through the newest message, and out of the list.
    stops = []
    while page.evaluate("element.matches(':focus')") and len(stops) < 20:
        page.keyboard.press("Shift+Tab")
        stops.append(page.evaluate(f"{FOCUSED} ?? ''").split(" ")[0])
    assert "reaction" in stops
    assert "message-300" in stops
    assert len([stop for stop in stops if stop.startswith("message")]) == 1
    assert len(stops) < 8


def test_a_row_that_is_made_anew_keeps_the_focus_of_its_menu(page: Any) -> None:
    page.evaluate("begin(30); frame()")
    open_menu(page, 30)
    page.evaluate("fake.change(30, { editedAt: '2026-11-20T08:00:00Z' }); frame()")
    page.keyboard.press("Escape")
    assert page.evaluate("root.activeElement.matches('article[data-key=message-30] .more')")

    # A dialog over it: the message is gone when it closes.
    open_menu(page, 30)
    page.evaluate("all('.menu button').find((one) => one.textContent === 'React').focus()")
    page.evaluate("fake.change(30, { viewerCan: [], removal: 'REMOVED', body: '' }); frame()")
    page.keyboard.press("Escape")
    assert page.evaluate("root.activeElement.closest('article').dataset.key") == "message-30"


def test_a_row_whose_menu_is_open_stays_in_the_page(page: Any) -> None:
    page.evaluate("begin(300, { page: 300 }); frame()")
    open_menu(page, 300)
    page.evaluate("find('.scroller').scrollTop = 0; frame()")
    page.evaluate("rest()")
    page.keyboard.press("Escape")
    assert page.evaluate("root.activeElement.matches('article[data-key=message-300] .more')")

    # A row that is not looked after any more takes the focus from nobody.
    open_menu(page, 300)
    page.focus(".box")
    page.evaluate("fake.messages.pop(); fake.to--; fake.show(); frame()")
    assert page.evaluate(FOCUSED) == "box"


def test_the_focus_follows_what_stands_below_the_messages(page: Any) -> None:
    page.evaluate("""begin(20, { conversation: { viewerCan: ["ANSWER_INVITATION"],
      viewerParticipation: { status: "INVITED", invitedBy: PEOPLE[1] } } })""")
    page.focus("text=Accept")
    page.keyboard.press("Enter")
    page.evaluate("fake.head = { ...fake.head, viewerCan: ['SEND'] }; fake.show(); frame()")
    assert page.evaluate(FOCUSED) == "box"
    page.evaluate("""
      const viewerParticipation = { status: "REMOVED" };
      fake.head = { ...fake.head, viewerCan: [], viewerParticipation };
      fake.show();
      frame()
    """)
    assert page.evaluate(FOCUSED) == "message-20"


def test_the_focus_comes_with_the_first_messages(page: Any) -> None:
    page.evaluate("""
      window.fake = new Fake([messageOf(1)]);
      fake.snapshot.set({ ...fake.take(), state: "loading", conversation: null, rows: [] });
      element.talk = fake.talk;
      element.focus();
    """)
    page.evaluate("fake.show(); frame()")
    assert page.evaluate(FOCUSED) == "box"


def test_who_goes_on_meanwhile_keeps_the_focus(page: Any) -> None:
    page.evaluate("""
      window.fake = new Fake([messageOf(1)]);
      fake.snapshot.set({ ...fake.take(), state: "loading", conversation: null, rows: [] });
      element.talk = fake.talk;
      element.focus();
    """)
    page.keyboard.press("Tab")
    page.evaluate("fake.show(); frame()")
    assert page.evaluate(FOCUSED) is None


def test_the_replies_lead_to_their_places(page: Any) -> None:
    page.evaluate("begin(300, { page: 300 }); fake.change(290, { replyCount: 2 }); frame()")
    page.evaluate("fake.answers.replies = () => [messageOf(100), messageOf(295)]")
    page.evaluate("rowOf(290).querySelector('.replies').click()")
    page.wait_for_selector("dialog .quote")
    assert page.inner_text("dialog h2") == "2 replies"
    assert len(page.query_selector_all("dialog .quote")) == 3

    page.locator("dialog .quote").nth(1).click()
    page.wait_for_selector(".flash")
    page.wait_for_selector("dialog", state="detached")
    page.evaluate("rest()")
    assert page.evaluate(FOCUSED) == "message-100"
    assert page.evaluate("topOf(100) > 0 && topOf(100) < innerHeight")


def test_escape_of_the_box_closes_no_dialog_around_it(page: Any) -> None:
    page.evaluate("begin(20); frame()")
    page.evaluate("""() => {
      const dialog = document.createElement("dialog");
      element.before(dialog);
      dialog.append(element);
      dialog.showModal();
      return frame();
    }""")
    page.evaluate("rowOf(20).querySelector('.more').click()")
    page.click("text=Reply")
    page.keyboard.press("Escape")
    assert page.evaluate("find('.banner').hidden")
    assert page.evaluate("document.querySelector('dialog').open")


def test_a_text_that_is_selected_beyond_a_dialog_keeps_it_open(page: Any) -> None:
    page.evaluate(
        "begin(20, {}); fake.change(20, { sender: PEOPLE[1], viewerCan: ['REPORT'] }); frame()"
    )
    open_menu(page, 20)
    page.click("text=Report")
    page.fill("dialog textarea", "They wrote what is not true.")
    box = page.locator("dialog textarea").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    assert page.query_selector("dialog[open]")
    page.mouse.click(5, 5)
    page.wait_for_selector("dialog", state="detached")

    # The list of names looks the same after a dialog.
    page.evaluate("find('.box').value = ''; find('.box').focus()")
    page.keyboard.type("@aik")
    page.wait_for_selector(".names li")
    assert page.evaluate("find('.names').offsetHeight") < 80


def test_days_have_other_names_after_midnight(browser: Any, address: str) -> None:
    options = {"viewport": {"width": 800, "height": 700}, "timezone_id": "Europe/Berlin"}
    opened = Opened(browser, address, "begin", **options)
    with opened as page:
        page.clock.install(time="2026-11-20T22:59:30Z")
        page.evaluate("begin([messageOf(1, { sentAt: '2026-11-20T20:00:00Z' })])")
        page.clock.run_for(1_000)
        until(page, "find('.day')?.textContent === 'today'")
        page.clock.run_for(61_000)
        until(page, "find('.day').textContent === 'yesterday'")


def test_the_language_of_the_page_can_change(page: Any) -> None:
    page.evaluate("begin(3); frame()")
    page.evaluate("document.documentElement.lang = 'de'")
    until(page, "find('.box')?.placeholder === 'Nachricht schreiben'")
    page.evaluate("element.lang = 'en'")
    until(page, "find('.box')?.placeholder === 'Write a message'")
