"""Measures the first impression: from a bare clone to a message that arrives in the other window.

`python -m tests.first_impression` clones this repository and does what the README says. It prints
the seconds of each step, and fails if all of them together take more than a minute. It needs a
Chromium and the extra `browser`.
"""

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from .browser.page import CHROMIUM, QUIET, sync_api
from .project.markdown import README, ROOT, examples
from .project.processes import environment, free_port

LIMIT = 60
WORDS = "Can you read this already?"


def main() -> int:
    steps = Steps()
    with tempfile.TemporaryDirectory(prefix="talk-first-") as folder:
        clone = Path(folder) / "talk"
        with steps.timed("git clone"):
            run(["git", "clone", "-q", "--depth", "1", f"file://{ROOT}", clone])
        *install, serve = examples(clone / README.name)[0].code.strip().split(" && ")
        for command in install:
            with steps.timed(command):
                run(shlex.split(command), cwd=clone)
        with demo(shlex.split(serve), clone) as (url, wait):
            with steps.timed(serve):
                wait()
            talk_to_oneself(url, steps)
    return steps.total()


def talk_to_oneself(url: str, steps: "Steps") -> None:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        with steps.timed("the first window shows a conversation"):
            mira = window(browser, url, "mira")
        with steps.timed("the second window, of somebody else"):
            lena = window(browser, url, "lena")
        with steps.timed("from the key Enter to the other window"):
            say(mira, WORDS)
            sees(lena, WORDS)
        browser.close()


class Steps:
    """Prints each step and how long it took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.seconds.append(time.monotonic() - begun)
        self._print(self.seconds[-1], name)

    def total(self) -> int:
        """0 if it was fast enough, otherwise 1."""
        total = sum(self.seconds)
        busy = os.times()
        work = busy.children_user + busy.children_system
        load, *_earlier = os.getloadavg()
        self._print(total, f"in all, of at most {LIMIT}")
        self._print(work, f"of a processor ({os.cpu_count()} of them, load {load:.1f})")
        return int(total > LIMIT)

    def _print(self, seconds: float, name: str) -> None:
        sys.stdout.write(f"{seconds:7.2f} s  {name}\n")
        sys.stdout.flush()


def newcomers() -> dict[str, str]:
    """The environment of somebody who has nothing of this project."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV"}
    return {name: value for name, value in environment().items() if name not in ours}


def run(command: list[Any], cwd: Path | None = None) -> None:
    done = subprocess.run(
        command, cwd=cwd, env=newcomers(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def demo(command: list[str], clone: Path) -> Iterator[Any]:
    """The demo's address, and a function that waits until it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with (
        (clone / "demo.log").open("w") as log,
        subprocess.Popen(
            [*command, "--port", str(port)], cwd=clone, env=newcomers(), stdout=log, stderr=log
        ) as server,
    ):

        def wait() -> None:
            while True:
                try:
                    return httpx.get(f"{url}healthz").raise_for_status()
                except httpx.HTTPError:
                    if server.poll() is not None:
                        raise RuntimeError((clone / "demo.log").read_text()) from None
                    time.sleep(0.02)

        try:
            yield url, wait
        finally:
            server.terminate()


def window(browser: Any, url: str, username: str) -> Any:
    """A window that is this person, once it shows messages."""
    page = browser.new_context().new_page()
    page.goto(f"{url}#as={username}")
    page.get_by_role("log").get_by_role("article").last.wait_for()
    return page


def say(page: Any, words: str) -> None:
    page.get_by_role("textbox").last.fill(words)
    page.keyboard.press("Enter")


def sees(page: Any, words: str) -> None:
    """In the thread, or, if that does not stand at its end, in the inbox."""
    page.get_by_text(words).locator("visible=true").first.wait_for()


if __name__ == "__main__":
    sys.exit(main())
