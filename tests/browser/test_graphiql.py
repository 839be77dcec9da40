"""The newcomer's way, as a newcomer goes it: in a browser, with no internet."""

from pathlib import Path
from typing import Any

from tests.project import processes

from .page import Page, browser, demo, manage, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium

TABS = ["Inbox", "Thread", "Send", "Edit", "React", "Subscribe"]


def test_two_people_talk_live_with_no_internet(demo: str, browser: Any, tmp_path: Path) -> None:
    mira, lena = Page(browser, demo), Page(browser, demo)

    mira.become("mira")
    assert "You are Mira Okafor" in mira.says()
    assert mira.tabs() == TABS
    mira.run("Inbox")
    mira.sees("Harbour Choir")
    mira.run("Thread")
    mira.sees("firstUnreadNumber")
    mira.run("Subscribe")
    # The last two changes of the demo come at once, and GraphiQL shows the last result.
    mira.sees("MESSAGE_REACTED")

    lena.become("lena")
    lena.run("Send")
    lena.sees("Hello from GraphiQL")
    mira.sees("MESSAGE_SENT")
    mira.sees("Hello from GraphiQL")

    mira.page.screenshot(path=tmp_path / "live.png")
    assert mira.problems == lena.problems == []


def test_edits_and_reactions_of_others_arrive_live(demo: str, browser: Any, tmp_path: Path) -> None:
    mira, lena = Page(browser, demo), Page(browser, demo)
    mira.become("mira")
    mira.run("Subscribe")
    mira.sees("MESSAGE_REACTED")
    lena.become("lena")

    lena.run("Edit")
    lena.sees("Edited in GraphiQL")
    mira.sees("MESSAGE_EDITED")
    mira.sees("Edited in GraphiQL")
    mira.page.screenshot(path=tmp_path / "edited.png")

    lena.run("React")
    lena.sees('"viewerReacted": true')
    mira.sees("MESSAGE_REACTED")
    mira.sees("👍")
    mira.sees('"viewerReacted": false')
    mira.page.screenshot(path=tmp_path / "reacted.png")

    mira.run("Thread")
    mira.sees("viewerCan")
    assert mira.problems == lena.problems == []


def test_everybody_has_tabs_of_their_own_and_keeps_them(demo: str, browser: Any) -> None:
    page = Page(browser, demo)
    page.become("mira")
    page.open("Send")
    page.note("Mine")

    page.become("lena")
    page.open("Send")
    lenas = page.document()
    page.become("mira")
    page.open("Send")

    assert "# Mine" not in lenas
    assert "# Mine" in page.document()
    page.page.click("text=Sign out")
    page.page.wait_for_selector("text=One click signs you in.")
    assert page.problems == []


def test_a_page_outlives_becoming_somebody_in_another(demo: str, browser: Any) -> None:
    shared = browser.new_context()
    first, second = Page(shared, demo), Page(shared, demo)
    first.become("mira")

    second.become("lena")
    first.page.evaluate("dispatchEvent(new Event('focus'))")

    first.page.wait_for_selector("button[value=lena][aria-current]")
    first.page.wait_for_selector(".graphiql-execute-button")
    first.run("Inbox")
    first.sees("Lena Brandt")
    assert first.problems == second.problems == []


def test_an_empty_inbox_gives_way_to_a_full_one(
    demo: str, browser: Any, running_demo: processes.Running
) -> None:
    manage(
        running_demo.folder,
        "from django.contrib.auth import get_user_model as model",
        "model().objects.create_superuser('nora', password='nora')",
    )
    noras = browser.new_context()
    login = noras.new_page()
    login.goto(f"{demo}admin/login/?next=/graphql")
    login.fill("#id_username", "nora")
    login.fill("#id_password", "nora")
    login.click("[type=submit]")
    login.wait_for_selector(".graphiql-execute-button")
    login.close()
    page = Page(noras, demo)
    page.page.wait_for_selector(".graphiql-execute-button")
    page.run("People")
    page.sees("Lena Brandt")

    manage(
        running_demo.folder,
        "from django.contrib.auth import get_user_model as model",
        "from talk.models import Message",
        "by = model().objects.get_by_natural_key",
        "Message.send_to_users('Welcome!', by('lena'), [by('nora')])",
    )
    page.page.reload()
    page.page.wait_for_selector(".graphiql-execute-button")

    assert page.tabs() == [tab for tab in TABS if tab != "Edit"], "Nora has written nothing yet"
    page.run("Thread")
    page.sees("Welcome!")
    assert page.problems == []


def test_the_next_visit_edits_what_was_written_since(demo: str, browser: Any) -> None:
    """Tabs are kept in the browser. Those that nobody changed name the messages of today."""
    page = Page(browser, demo)
    page.become("lena")
    page.open("React")
    page.note("Mine")
    page.run("Send")
    page.sees("Hello from GraphiQL")
    sent = page.result()["sendMessage"]["sent"]["number"]

    page.reload()

    assert page.tabs() == TABS
    page.run("Edit")
    page.sees("Edited in GraphiQL")
    assert page.result()["editMessage"]["edited"]["number"] == sent
    page.run("React")
    page.sees("viewerReacted")
    assert page.result()["react"]["reacted"]["number"] < sent, "somebody wrote in this tab"
    assert "# Mine" in page.document()
    assert page.problems == []


def test_the_open_tab_is_open_at_the_next_visit(demo: str, browser: Any) -> None:
    page = Page(browser, demo)
    page.become("lena")
    page.run("Send")
    page.sees("Hello from GraphiQL")
    page.open("Edit")
    before = page.document()

    page.reload()

    assert page.tabs() == TABS
    assert page.document() == before
    assert page.problems == []


def test_a_tab_is_added_once_it_works_and_a_closed_one_stays_closed(
    demo: str, browser: Any, running_demo: processes.Running
) -> None:
    page = Page(browser, demo)
    manage(
        running_demo.folder,
        "from talk.models import Message, Participation",
        "for each in Message.objects.filter(sender__username='lena', kind='text'):",
        "    Participation.objects.of(each.sender, each.conversation).retract(each)",
    )
    page.become("lena")
    assert "Edit" not in page.tabs()
    page.open("React")
    page.page.click(".graphiql-tab-active .graphiql-tab-close")
    page.run("Send")
    page.sees("Hello from GraphiQL")

    page.reload()

    assert page.tabs() == ["Inbox", "Thread", "Send", "Subscribe", "Edit"]
    page.run("Edit")
    page.sees("Edited in GraphiQL")
    assert page.problems == []
