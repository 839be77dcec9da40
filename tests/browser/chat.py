"""Windows with the demo's chat, and what one does in them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.project.npm import npm

from .page import problems_of, sync_api

#: A folder in which the pictures that the tests take are kept.
PICTURES = os.environ.get("TALK_PICTURES")
#: How long to wait for what comes from the other window, in milliseconds.
SOON = 10_000
DESK, PHONE = (1180, 780), (390, 780)

#: The innermost element that has the focus.
FOCUSED = """() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element && element !== document.body
    ? [element.localName, element.getAttribute("aria-label") ?? element.textContent.trim()]
    : null;
}"""

#: Rules about a whole page. The chat is a part of one.
OF_THE_PAGE = ["page-has-heading-one", "region"]


class Window:
    """A window with the chat, in which somebody is signed in."""

    def __init__(self, browser: Any, url: str, username: str, **options: Any) -> None:
        width, height = options.pop("size", DESK)
        given = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce"}
        self.context = browser.new_context(**given | options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(SOON)
        self.problems = problems_of(self.page)
        self.username = username
        self.page.goto(f"{url}#as={username}")
        self.inbox = self.page.locator("talk-inbox")
        self.head = self.page.locator("talk-head")
        self.thread = self.page.locator("talk-thread")
        self.box = self.thread.get_by_role("textbox")
        self.dialog = self.page.locator("dialog[open]").last

    def row(self, name: str) -> Any:
        """The row of the inbox with this conversation."""
        return self.inbox.locator(".row", has=self.page.locator(".name", has_text=name)).first

    def open(self, name: str) -> None:
        self.row(name).locator(".open").click()
        self.sees_head(name)

    def sees_head(self, name: str) -> None:
        self.head.locator(".name", has_text=name).wait_for()

    def send(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def message(self, text: str) -> Any:
        """The row of the thread with this text."""
        return self.thread.locator(".log > *", has_text=text).last

    def sees(self, text: str) -> Any:
        """Wait until the thread has a message with this text."""
        row = self.message(text)
        row.wait_for()
        return row

    def choose(self, text: str, action: str) -> None:
        """Choose an action of the menu of a message."""
        row = self.sees(text)
        row.hover()
        row.locator("[data-part=more]").click()
        self.page.get_by_role("menuitem", name=action, exact=True).click()

    def confirm(self, action: str) -> None:
        self.dialog.locator(".dialog-foot").get_by_role("button", name=action).click()

    def details(self) -> Any:
        self.head.locator(".who").click()
        return self.dialog

    def close_dialog(self) -> None:
        self.dialog.get_by_role("button", name="Close").click()

    def member(self, name: str, action: str) -> None:
        """Choose an action of the menu of somebody in the details."""
        self.dialog.get_by_role("button", name=f"More about {name}").click()
        self.page.get_by_role("menuitem", name=action).click()

    def pick(self, *names: str) -> None:
        """Choose people in the dialog."""
        for name in names:
            self.dialog.get_by_role("searchbox").fill(name)
            self.dialog.get_by_role("checkbox", name=name).check()

    def focused(self) -> Any:
        return self.page.evaluate(FOCUSED)

    def picture(self, name: str) -> None:
        """Take a picture, if somebody wants to have it."""
        if PICTURES:
            self.page.wait_for_timeout(400)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", timeout=60_000)


def axe(folder: Path) -> Callable[[Any], list[str]]:
    """What looks for faults of accessibility in a window. Skips where there is no npm."""
    npm(folder, "install", "--no-save", "axe-core@4")
    script = (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    rules = {rule: {"enabled": False} for rule in OF_THE_PAGE}

    def look(window: Any) -> list[str]:
        window.page.evaluate(script)
        found = window.page.evaluate("(rules) => axe.run(document, { rules })", rules)
        assert found["passes"], "for this test to mean anything"
        return [
            f"{fault['id']}: {node['target']} {node['html'][:200]}"
            for fault in found["violations"]
            for node in fault["nodes"]
        ]

    return look


__all__ = ["DESK", "PHONE", "Window", "axe", "sync_api"]
