"""Two people in two windows with the demo's chat."""

import os
import re
import signal
from pathlib import Path
from typing import Any

from tests.project import processes
from tests.project.markdown import ROOT
from tests.project.network import Network

from .chat import SOON, Window
from .page import browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium


def talk_of(mira: Window, jonas: Window) -> None:
    """Open the private conversation of both, in both windows."""
    mira.open("Jonas Lindqvist")
    jonas.open("Mira Okafor")


def test_words_arrive_live_and_can_be_changed_answered_and_taken_back(
    demo: str, browser: Any
) -> None:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    talk_of(mira, jonas)

    mira.send("Shall we meet at seven?")
    mira.sees("Shall we meet at seven?")
    jonas.sees("Shall we meet at seven?")

    mira.choose("Shall we meet at seven?", "Edit")
    mira.send("Shall we meet at <b>eight</b>?")
    jonas.sees("Shall we meet at <b>eight</b>?").locator("text=edited").wait_for()

    jonas.choose("at <b>eight</b>?", "Reply")
    jonas.send("Eight is fine.")
    answer = mira.sees("Eight is fine.")
    quote = answer.locator(".quote")
    assert "at <b>eight</b>?" in quote.inner_text()
    quote.click()
    assert "at <b>eight</b>?" in mira.focused()[1]

    jonas.choose("Eight is fine.", "React")
    jonas.page.get_by_role("menuitem", name="👍").or_(
        jonas.page.get_by_role("button", name="👍")
    ).first.click()
    mira.sees("Eight is fine.").get_by_text("👍").wait_for()

    jonas.choose("Eight is fine.", "Take back")
    jonas.confirm("Take back")
    mira.sees("Jonas Lindqvist took this message back")
    assert mira.message("Eight is fine.").count() == 0
    assert mira.problems == jonas.problems == []


def test_typing_and_presence_are_shown_while_they_last(demo: str, browser: Any) -> None:
    mira = Window(browser, demo, "mira")
    mira.open("Jonas Lindqvist")
    assert mira.head.locator(".avatar.online").count() == 0

    jonas = Window(browser, demo, "jonas")
    jonas.open("Mira Okafor")
    mira.head.locator(".avatar.online").wait_for()
    mira.row("Jonas Lindqvist").locator(".avatar.online").wait_for()

    jonas.box.press_sequentially("Let me see", delay=30)
    mira.thread.get_by_text("Jonas Lindqvist is typing").wait_for()
    jonas.send("Let me see.")
    mira.sees("Let me see.")
    mira.thread.get_by_text("is typing").wait_for(state="detached")

    jonas.context.close()
    mira.head.locator(".avatar:not(.online)").wait_for()


def test_the_inbox_counts_what_is_unread_and_mentions(demo: str, browser: Any) -> None:
    mira, lena = Window(browser, demo, "mira"), Window(browser, demo, "lena")
    mira.open("Aiko Tanaka")
    lena.open("Concert on the 12th")

    lena.box.press_sequentially("Is the hall warm, @mir", delay=20)
    lena.thread.get_by_role("option", name="Mira Okafor").wait_for()
    lena.box.press("Enter")
    lena.box.press("Enter")

    row = mira.row("Concert on the 12th")
    row.locator(".preview", has_text="Lena Brandt: Is the hall warm, @Mira Okafor").wait_for()
    assert "mention" in row.inner_text()
    mira.open("Concert on the 12th")
    mira.thread.get_by_text("New", exact=True).wait_for()
    # What was not on the screen is not read yet.
    mira.thread.locator(".newest").click()
    mira.row("Concert on the 12th").locator(".mark").first.wait_for(state="detached")

    row.locator(".open").click(button="right")
    mira.page.get_by_role("menuitem", name="Mark as unread").click()
    row.locator(".dot").wait_for()
    row.locator(".open").click(button="right")
    mira.page.get_by_role("menuitem", name="Mark as read").click()
    row.locator(".dot").wait_for(state="detached")
    assert mira.problems == lena.problems == []


def test_a_group_is_started_named_grown_and_left(demo: str, browser: Any) -> None:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    mira.inbox.get_by_role("button", name="New conversation").click()
    mira.pick("Jonas Lindqvist", "Priya Raman")
    mira.dialog.get_by_label("Name of the group").fill("Tea & biscuits")
    mira.dialog.get_by_role("button", name="Start").click()
    mira.sees_head("Tea & biscuits")
    mira.send("Who brings the biscuits?")

    jonas.open("Tea & biscuits")
    jonas.sees("Who brings the biscuits?")
    mira.details()
    mira.dialog.get_by_role("button", name="Rename group").click()
    mira.dialog.get_by_label("Name of the group").fill("Biscuits")
    mira.confirm("Save")
    jonas.sees_head("Biscuits")
    jonas.sees("Mira Okafor named the group “Biscuits”")

    mira.dialog.get_by_role("button", name="Add people").click()
    mira.pick("Aiko Tanaka")
    mira.confirm("Add people")
    mira.dialog.locator(".member", has_text="Aiko Tanaka").wait_for()
    jonas.sees("Mira Okafor added Aiko Tanaka")

    mira.member("Jonas Lindqvist", "Make admin")
    mira.dialog.locator(".member", has_text="Jonas Lindqvist").get_by_text("Admin").wait_for()
    jonas.details()
    jonas.member("Aiko Tanaka", "Remove from group")
    jonas.confirm("Remove from group")
    jonas.dialog.locator(".member", has_text="Aiko Tanaka").wait_for(state="detached")
    mira.dialog.locator(".member", has_text="Aiko Tanaka").wait_for(state="detached")

    jonas.dialog.get_by_role("button", name="Leave group").click()
    jonas.confirm("Leave group")
    jonas.row("Biscuits").wait_for(state="detached")
    mira.dialog.locator(".member", has_text="Jonas Lindqvist").wait_for(state="detached")
    mira.dialog.get_by_role("button", name="People who left").click()
    mira.dialog.get_by_role("button", name="Bring Jonas Lindqvist back").click()
    mira.dialog.locator(".member", has_text="Jonas Lindqvist").get_by_text("left").wait_for(
        state="detached"
    )
    mira.close_dialog()
    jonas.row("Biscuits").wait_for()
    assert mira.problems == jonas.problems == []


def test_what_is_refused_is_said_where_it_was_asked_for(demo: str, browser: Any) -> None:
    mira = Window(browser, demo, "mira")
    mira.open("Harbour Choir")
    mira.details()

    mira.dialog.get_by_role("button", name="Rename group").click()
    # A name that nobody sees.
    mira.dialog.get_by_label("Name of the group").fill("\u200b")
    mira.confirm("Save")

    refusal = "This title is empty or too long."
    mira.dialog.get_by_role("alert").get_by_text(refusal).wait_for()
    assert mira.focused()[0] == "input"
    mira.dialog.get_by_role("button", name="Cancel").click()
    assert mira.focused() == ["button", "Rename group"]
    mira.close_dialog()
    assert "Harbour Choir" in mira.focused()[1]
    assert mira.problems == []


def test_people_are_blocked_reported_and_unblocked(demo: str, browser: Any) -> None:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    talk_of(mira, jonas)
    mira.details()
    mira.member("Jonas Lindqvist", "Report person")
    mira.dialog.get_by_label("Reason").fill("Too many puns")
    mira.confirm("Report")
    mira.dialog.get_by_text("Thank you.").wait_for()

    mira.member("Jonas Lindqvist", "Block")
    mira.confirm("Block")
    mira.dialog.locator(".member", has_text="Jonas Lindqvist").get_by_text("blocked").wait_for()
    mira.close_dialog()

    # The refused message stays, and is sent when it may be.
    jonas.send("Are you there?")
    refused = jonas.sees("Are you there?")
    refused.get_by_text("You can't write to this person or invite them.").wait_for()

    mira.inbox.get_by_role("button", name="More", exact=True).click()
    mira.page.get_by_role("menuitem", name="Blocked people").click()
    mira.dialog.get_by_role("button", name="Unblock Jonas Lindqvist").click()
    mira.dialog.get_by_text("You have blocked nobody.").wait_for()
    mira.close_dialog()

    jonas.message("Are you there?").get_by_role("button", name="Send again").click()
    mira.sees("Are you there?")
    assert mira.message("Are you there?").count() == 1
    assert mira.problems == jonas.problems == []


def test_invitations_are_accepted_and_declined(tmp_path: Path, browser: Any) -> None:
    settings = "from backend.settings import *\nTALK['INVITATIONS_ASK'] = True\n"
    (tmp_path / "asking.py").write_text(settings, encoding="utf-8")
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    given = {"DJANGO_SETTINGS_MODULE": "asking", "PYTHONPATH": path}
    with processes.demo(tmp_path, **given) as server:
        mira, aiko = (Window(browser, f"{server.url}/", name) for name in ("mira", "aiko"))
        for title in ("Tea", "Coffee"):
            mira.inbox.get_by_role("button", name="New conversation").click()
            mira.pick("Aiko Tanaka", "Lena Brandt")
            mira.dialog.get_by_label("Name of the group").fill(title)
            mira.dialog.get_by_role("button", name="Start").click()
            mira.sees_head(title)

        coffee = aiko.inbox.get_by_role("region", name="Invitation to Coffee")
        coffee.get_by_text("Mira Okafor invites you").wait_for()
        aiko.picture("invitations")
        coffee.get_by_role("button", name="Decline").click()
        coffee.wait_for(state="detached")
        assert aiko.focused()[0] == "button"

        tea = aiko.inbox.get_by_role("region", name="Invitation to Tea")
        tea.get_by_role("button", name="Accept").click()
        aiko.sees_head("Tea")
        aiko.row("Tea").wait_for()
        tea.wait_for(state="detached")
        aiko.send("With milk, please.")
        mira.open("Tea")
        mira.sees("With milk, please.")
        assert mira.problems == aiko.problems == []


def test_nothing_is_lost_when_the_server_dies(tmp_path: Path, browser: Any) -> None:
    with processes.demo(tmp_path) as first, Network(first.url) as network:
        mira, jonas = (Window(browser, f"{network.url}/", name) for name in ("mira", "jonas"))
        talk_of(mira, jonas)
        mira.send("Before the storm")
        jonas.sees("Before the storm")

        first.stop(signal.SIGKILL)
        network.cut()
        notice = "No connection. What you write is kept and sent later."
        mira.page.get_by_text(notice).wait_for()
        mira.send("In the storm")
        mira.send("Still in it")
        mira.sees("Still in it")
        mira.picture("away")
        # The panel was never needed before, and can't be loaded now.
        mira.head.locator(".who").click()
        mira.head.get_by_role("alert").get_by_text("That did not work.").wait_for()

        with processes.new_demo(tmp_path) as second:
            network.point_to(second.url)
            for text in ("In the storm", "Still in it"):
                jonas.page.wait_for_timeout(200)
                jonas.message(text).wait_for(timeout=3 * SOON)
                assert jonas.message(text).count() == mira.message(text).count() == 1
            mira.page.get_by_text(notice).wait_for(state="detached")
            jonas.send("After the storm")
            mira.sees("After the storm")
            mira.details()
            mira.dialog.locator(".member", has_text="Jonas Lindqvist").wait_for()
            mira.close_dialog()
            texts = jonas.thread.locator(".log").inner_text()
            assert re.search("Before.*In the storm.*Still in it.*After", texts, re.DOTALL)


def test_a_conversation_is_cleared_for_oneself(demo: str, browser: Any) -> None:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    talk_of(mira, jonas)
    jonas.sees("Do you have a minute after rehearsal?")

    jonas.details()
    jonas.dialog.get_by_role("button", name="Clear conversation").click()
    jonas.confirm("Clear conversation")
    jonas.close_dialog()

    jonas.message("Do you have a minute after rehearsal?").wait_for(state="detached")
    mira.sees("Do you have a minute after rehearsal?")
    assert mira.problems == jonas.problems == []
