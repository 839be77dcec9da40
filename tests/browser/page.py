"""The demo's GraphiQL in a browser."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.project import processes

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install '.[browser]'")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def demo(running_demo: processes.Running) -> str:
    """The address of a demo that has what a demo begins with, and no more."""
    processes.begin_anew(running_demo)
    return f"{running_demo.url}/"


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


def problems_of(page: Any) -> list[str]:
    """What goes wrong in a page from now on: uncaught errors, and those of the console."""
    problems: list[str] = []

    def note(message: Any) -> None:
        if message.type in {"error", "warning"}:
            problems.append(message.text)

    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", note)
    return problems


class Page:
    """A page with the demo's GraphiQL, and what went wrong in it."""

    def __init__(self, of: Any, url: str, fragment: str = "") -> None:
        """`of` is a browser, for a person of its own, or what two pages of one person share."""
        self.page = of.new_page()
        self.problems = problems_of(self.page)
        self.page.set_viewport_size({"width": 1400, "height": 850})
        self.page.on("request", self._note_request)
        self.url = url
        self.page.goto(f"{url}graphql{fragment}")

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

    def result(self) -> Any:
        """The data of the answer that the open tab shows."""
        return self.shown()["data"]

    def shown(self) -> Any:
        """All that the open tab shows as its result."""
        program = "(element) => element.CodeMirror.getValue()"
        shown = self.page.eval_on_selector(".result-window .CodeMirror", program)
        return json.loads(shown or "null")

    def reload(self) -> None:
        self.page.reload()
        self.page.wait_for_selector(".graphiql-execute-button")
        # GraphiQL keeps what it shows a moment later.
        self.page.wait_for_timeout(1_000)

    def ask(self, document: str) -> None:
        """Write `document` in the place of what the tab has, and run it."""
        self._write(".graphiql-query-editor", document)
        self.page.click(".graphiql-execute-button")

    def write_headers(self, text: str) -> None:
        self.page.click("button >> text=Headers")
        self._write(".graphiql-editor-tool .graphiql-editor:not(.hidden)", text)

    def note_frames(self) -> list[str]:
        """What the page sends over WebSockets from now on."""
        frames: list[str] = []

        def note(socket: Any) -> None:
            socket.on("framesent", lambda frame: frames.append(str(frame)))

        self.page.on("websocket", note)
        return frames

    def _write(self, editor: str, text: str) -> None:
        program = "(element, text) => element.CodeMirror.setValue(text)"
        self.page.eval_on_selector(f"{editor} .CodeMirror", program, text)
        # GraphiQL finds out a moment later.
        self.page.wait_for_timeout(1_000)

    def _note_request(self, request: Any) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.problems.append(f"asked {request.url}")
