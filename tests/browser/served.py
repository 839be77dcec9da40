"""Serves files: those of the client and pages that try them, with a strict security policy."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from .page import problems_of

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"/talk/": ROOT / "schema/client", "/": Path(__file__).parent}
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Files(Quiet):
    extensions_map = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}

    def translate_path(self, path: str) -> str:
        prefix = next(prefix for prefix in FOLDERS if path.startswith(prefix))
        self.directory = str(FOLDERS[prefix])
        return super().translate_path("/" + path.removeprefix(prefix))

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


@contextmanager
def files(handler: Any = Files) -> Iterator[str]:
    """The address of the server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Opened:
    """A page of ours, and what went wrong in it."""

    def __init__(self, of: Any, address: str, ready: str, **options: Any) -> None:
        """`ready` is the name of what the page's script leaves at `window`."""
        self.context = of.new_context(**options)
        self.page = self.context.new_page()
        self.problems = problems_of(self.page)
        self.page.goto(address)
        until(self.page, f"window.{ready}")

    def __enter__(self) -> Any:
        return self.page

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        self.context.close()
        if error is None:
            assert self.problems == []


def until(page: Any, condition: str) -> None:
    """Wait. Playwright's own `wait_for_function` needs `unsafe-eval`."""
    for _ in range(200):
        if page.evaluate(f"!!({condition})"):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"It was never so: {condition}")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page with `<talk-thread>` and a client that has no server."""
    with files() as url:
        yield f"{url}/thread/thread.html"


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    with Opened(browser, address, "begin", viewport={"width": 800, "height": 700}) as page:
        yield page
