"""The newcomer's way, as a newcomer goes it: in a browser, with no internet."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install '.[browser]'")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

ROOT = Path(__file__).resolve().parents[2]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port = candidate.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'demo.sqlite3'}"}
    environment |= {"DJANGO_SETTINGS_MODULE": "backend.settings"}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"
    for _ in range(300):
        try:
            httpx.get(f"{url}healthz")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url
    process.send_signal(signal.SIGINT)
    process.wait(10)


class Page:
    """One person's browser on the demo's GraphiQL, and what went wrong in it."""

    def __init__(self, browser: Any, url: str) -> None:
        self.problems: list[str] = []
        self.page = browser.new_context(viewport={"width": 1400, "height": 850}).new_page()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._note_console)
        self.page.on("request", self._note_request)
        self.url = url
        self.page.goto(url)

    def become(self, username: str) -> None:
        self.page.click(f"button[value={username}]")
        self.page.wait_for_selector(".graphiql-execute-button")

    def tabs(self) -> list[str]:
        return [tab.inner_text() for tab in self.page.query_selector_all(".graphiql-tab")]

    def run(self, tab: str) -> None:
        self.page.click(f".graphiql-tab >> text={tab}")
        # GraphiQL finds out a moment later which operation the tab has.
        self.page.wait_for_timeout(1_000)
        self.page.click(".graphiql-execute-button")

    def sees(self, text: str) -> None:
        self.page.wait_for_selector(f".result-window >> text={text}", timeout=20_000)

    def _note_console(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.problems.append(f"asked {request.url}")


def test_two_people_talk_live_with_no_internet(demo: str, tmp_path: Path) -> None:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        mira, lena = Page(browser, demo), Page(browser, demo)

        mira.become("mira")
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
        browser.close()
