"""The newcomer's way, as a newcomer goes it: in a browser, with no internet."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.project import processes

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install '.[browser]'")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    with processes.demo(tmp_path) as server:
        yield f"{server.url}/"
        assert server.stop(signal.SIGINT) == 0


def manage(folder: Path, *lines: str) -> None:
    """Run `lines` of Python beside the demo."""
    database = f"sqlite:///{folder / 'demo.sqlite3'}"
    processes.succeed("manage.py", "shell", "-c", "\n".join(lines), DEBUG=1, DATABASE_URL=database)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


class Page:
    """A page with the demo's GraphiQL, and what went wrong in it."""

    def __init__(self, of: Any, url: str) -> None:
        """`of` is a browser, for a person of its own, or what two pages of one person share."""
        self.problems: list[str] = []
        self.page = of.new_page()
        self.page.set_viewport_size({"width": 1400, "height": 850})
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._note_console)
        self.page.on("request", self._note_request)
        self.url = url
        self.page.goto(url)

    def become(self, username: str) -> None:
        self.page.click(f"button[value={username}]")
        self.page.wait_for_selector(f"button[value={username}][aria-current]")
        self.page.wait_for_selector(".graphiql-execute-button")

    def tabs(self) -> list[str]:
        return [tab.inner_text() for tab in self.page.query_selector_all(".graphiql-tab")]

    def open(self, tab: str) -> None:
        self.page.click(f".graphiql-tab >> text={tab}")
        # GraphiQL finds out a moment later which operation the tab has.
        self.page.wait_for_timeout(1_000)

    def run(self, tab: str) -> None:
        self.open(tab)
        self.page.click(".graphiql-execute-button")

    def note(self, text: str) -> None:
        """Write a comment above the document."""
        self.page.click(".graphiql-query-editor .CodeMirror")
        self.page.keyboard.press("Control+Home")
        self.page.keyboard.type(f"# {text}\n")
        # What is typed is kept a moment later.
        self.page.wait_for_timeout(1_500)

    def document(self) -> str:
        return str(self.page.inner_text(".graphiql-query-editor"))

    def says(self) -> str:
        return str(self.page.inner_text(".talk-bar"))

    def sees(self, text: str) -> None:
        self.page.wait_for_selector(f".result-window >> text={text}", timeout=20_000)

    def _note_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.problems.append(f"asked {request.url}")


def test_two_people_talk_live_with_no_internet(demo: str, browser: Any, tmp_path: Path) -> None:
    mira, lena = Page(browser, demo), Page(browser, demo)

    mira.become("mira")
    assert "You are Mira Okafor" in mira.says()
    assert mira.tabs() == ["Inbox", "Thread", "Send", "Subscribe"]
    mira.run("Inbox")
    mira.sees("Harbour Choir")
    mira.run("Thread")
    mira.sees("firstUnreadNumber")
    mira.run("Subscribe")
    mira.sees("MESSAGE_SENT")

    lena.become("lena")
    lena.run("Send")
    lena.sees("Hello from GraphiQL")
    mira.sees("Hello from GraphiQL")

    mira.page.screenshot(path=tmp_path / "live.png")
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


def test_an_empty_inbox_gives_way_to_a_full_one(demo: str, browser: Any, tmp_path: Path) -> None:
    manage(
        tmp_path,
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
        tmp_path,
        "from django.contrib.auth import get_user_model as model",
        "from talk.models import Message",
        "by = model().objects.get_by_natural_key",
        "Message.send_to_users('Welcome!', by('lena'), [by('nora')])",
    )
    page.page.reload()
    page.page.wait_for_selector(".graphiql-execute-button")

    assert page.tabs() == ["Inbox", "Thread", "Send", "Subscribe"]
    page.run("Thread")
    page.sees("Welcome!")
    assert page.problems == []
