"""GraphiQL's page on screens of several sizes: its explanations are seen, its parts can be used."""

from pathlib import Path
from typing import Any

import pytest

from .page import Page, browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium

SIZES = {"desk": (1400, 850), "laptop": (1280, 720), "phone": (390, 844), "small phone": (360, 640)}

PARTS = (".talk-bar", ".graphiql-query-editor", ".graphiql-execute-button", ".result-window")

#: The lines of the open tab, and whether each is seen as a whole.
LINES = """() => {
  const inside = (inner, outer) =>
    inner.left >= outer.left && inner.right <= outer.right
    && inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
  const editor = document.querySelector(".graphiql-query-editor .CodeMirror");
  const frame = document.querySelector(".graphiql-query-editor-wrapper").getBoundingClientRect();
  const bar = document.querySelector(".graphiql-toolbar").getBoundingClientRect();
  const window = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  return editor.CodeMirror.getValue().split("\\n").map((text, line) => {
    const { left, top, bottom } = editor.CodeMirror.charCoords({ line, ch: 0 }, "window");
    const { right } = editor.CodeMirror.charCoords({ line, ch: text.length }, "window");
    const box = { left, top, right, bottom };
    const under = left < bar.right && right > bar.left && top < bar.bottom && bottom > bar.top;
    return [text, inside(box, frame) && inside(box, window) && !under];
  });
}"""


@pytest.fixture(params=SIZES)
def page(request: Any, demo: str, browser: Any) -> Page:
    page = Page(browser, demo)
    width, height = SIZES[request.param]
    page.page.set_viewport_size({"width": width, "height": height})
    page.become("mira")
    page.page.wait_for_timeout(1_000)
    return page


def test_the_first_tab_says_what_to_press_and_what_comes(page: Page) -> None:
    lines = page.page.evaluate(LINES)
    said = [text for text, _seen in lines if text.startswith("#")]

    assert said[0].startswith("# Press ▶")
    assert "conversations" in " ".join(said)
    hidden = [text for text, seen in lines if not seen]
    assert not set(said) & set(hidden)
    if page.page.viewport_size["width"] > 1000:
        assert len(lines) - len(hidden) >= 15, "most of the document is seen, too"
    page.page.click(".graphiql-execute-button")
    page.sees("Harbour Choir")
    assert page.problems == []


def test_every_tab_explains_itself_above_the_fold(page: Page) -> None:
    for tab in page.tabs():
        page.open(tab)
        lines = page.page.evaluate(LINES)

        assert lines[0][0].startswith("# "), tab
        assert all(seen for text, seen in lines if text.startswith("#")), tab


def test_bar_editor_and_result_are_within_reach(page: Page, tmp_path: Path) -> None:
    page.run("Send")
    page.sees("Hello from GraphiQL")
    size = page.page.viewport_size
    page.page.screenshot(path=tmp_path / f"{size['width']}.png")

    for part in PARTS:
        box = page.page.locator(part).first.bounding_box()
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= size["width"], part
        assert box["y"] + box["height"] <= size["height"], part
    result = page.page.locator(".result-window").bounding_box()
    assert result["width"] >= 300
    assert result["height"] >= 200
    assert page.page.evaluate("document.documentElement.scrollWidth") == size["width"]
    page.page.click("button[value=lena]")
    page.page.wait_for_selector("button[value=lena][aria-current]")
    page.page.click("[aria-label='Show Documentation Explorer']")
    page.page.wait_for_selector(".graphiql-doc-explorer >> text=Root Types")
    docs = page.page.locator(".graphiql-doc-explorer").bounding_box()
    assert docs["width"] >= 200
    assert docs["x"] + docs["width"] <= size["width"]
    assert page.problems == []
