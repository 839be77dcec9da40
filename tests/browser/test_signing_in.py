"""Whose requests GraphiQL sends: those of the session, or of the token in its headers."""

from pathlib import Path
from typing import Any

from tests.project import processes

from .page import Page, browser, demo, manage, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium


def test_a_token_in_headers_speaks_for_subscriptions_too(
    demo: str, browser: Any, tmp_path: Path, running_demo: processes.Running
) -> None:
    mira = Page(browser, demo)
    mira.become("mira")
    frames = mira.note_frames()
    changes = "subscription { inboxChanges { participation { user { name } } } }"

    mira.write_headers(
        f'{{"authorization": "Bearer {processes.token_for("lena", running_demo.folder)}"}}'
    )
    mira.ask("{ viewer { name } }")
    mira.sees("Lena Brandt")
    mira.ask(changes)
    mira.page.wait_for_timeout(1_500)
    manage(
        running_demo.folder,
        "from django.contrib.auth import get_user_model as model",
        "from talk.models import Message",
        "by = model().objects.get_by_natural_key",
        "Message.send_to_users('Hello Lena', by('tomas'), [by('lena')])",
    )
    mira.sees("inboxChanges")
    mira.sees("Lena Brandt")
    assert any('"authorization":"Bearer talk_' in frame for frame in frames)
    mira.page.screenshot(path=tmp_path / "token.png")
    mira.page.click(".graphiql-execute-button")

    mira.write_headers("")
    mira.ask("{ viewer { name } }")
    mira.sees("Mira Okafor")
    assert mira.problems == []

    mira.write_headers('{"Authorization": "Bearer talk_wrong"}')
    mira.ask(changes)
    mira.sees("4403")


def test_a_page_sends_nothing_for_somebody_who_signed_in_elsewhere(
    demo: str, browser: Any, tmp_path: Path
) -> None:
    shared = browser.new_context()
    older = Page(shared, demo)
    older.become("mira")
    # As two windows are beside each other: no page learns that it has the focus.
    stop = "addEventListener('focus', (event) => event.stopImmediatePropagation(), true)"
    older.page.evaluate(stop)
    newer = Page(shared, demo)
    newer.become("lena")

    older.page.wait_for_selector("text=This browser is signed in as Lena Brandt now.")
    requests: list[str] = []
    older.page.on("request", lambda request: requests.append(request.url))
    older.page.on("websocket", lambda socket: requests.append(socket.url))
    for document in ("{ viewer { name } }", "subscription { inboxChanges { cursor } }"):
        older.ask(document)
        older.sees("this page is Mira Okafor's")
    assert requests == []
    older.page.screenshot(path=tmp_path / "older.png")

    older.page.click("text=Reload this page")
    older.page.wait_for_selector("button[value=lena][aria-current]")
    older.page.wait_for_selector(".graphiql-execute-button")
    newer.page.evaluate(stop)
    older.page.click("text=Sign out")
    newer.page.wait_for_selector("text=This browser is signed out now.")
    assert older.problems == newer.problems == []
