"""What it costs to scroll through a long thread: the processor's time for a frame."""

from collections.abc import Callable
from typing import Any

import pytest

from .page import browser, needs_chromium
from .served import Opened, files

__all__ = ["browser"]

pytestmark = needs_chromium

MESSAGES = 10_000
#: Of the 16.7 milliseconds of a frame, so many may be spent on what the element does.
MOST_MILLISECONDS = 10
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
ALL_WORK = ("TaskDuration",)

# A screen in three frames: nobody reads at this speed. Now and then, a jump to another part.
SCROLL = """async (step) => {
  const scroller = find(".scroller");
  let [frames, rows] = [0, 0];
  for (let part = 0; part < 10; part++) {
    scroller.scrollTop = (scroller.scrollHeight * part) / 10;
    for (let at = 0; at < 60; at++, frames++) {
      scroller.scrollTop += step;
      await new Promise(requestAnimationFrame);
    }
    rows = Math.max(rows, all("article").length);
  }
  return { frames, rows };
}"""


def clock(page: Any, of: tuple[str, ...] = WORK) -> Callable[[], float]:
    """A clock of the page's thread, in milliseconds, whatever else the machine does."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    session.send("Performance.enable")

    def read() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return sum(one["value"] for one in metrics if one["name"] in of) * 1_000

    return read


def test_ten_thousand_messages_scroll_without_jank(
    browser: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    size = {"width": 800, "height": 700}
    with (
        files() as url,
        Opened(browser, f"{url}/thread/thread.html", "begin", viewport=size) as page,
    ):
        worked = clock(page)
        page.evaluate(f"begin({MESSAGES}, {{ page: {MESSAGES} }})")
        opened = worked()
        page.evaluate("find('.scroller').scrollTop = 0; rest()")

        before = worked()
        found = page.evaluate(SCROLL, 210)
        frame = (worked() - before) / found["frames"]

        before = worked()
        page.evaluate("(async () => { for (let at = 0; at < 20; at++) fake.arrive(); })()")
        arrival = (worked() - before) / 20

    with capsys.disabled():
        print(  # noqa: T201
            f"\n  {MESSAGES:,} messages: opened in {opened:.0f} ms, {frame:.1f} ms for each of "
            f"{found['frames']:,} frames, {arrival:.1f} ms for a new message, "
            f"at most {found['rows']} rows in the page"
        )
    assert found["rows"] < 80
    assert frame < MOST_MILLISECONDS


#: Milliseconds of the processor for a page of such messages.
MOST_FOR_A_PAGE = 3_000
# The longest that the server takes: 10,000 signs, and 51 people who are mentioned.
WORST = {
    "brackets behind a link": "'http://a' + ')'.repeat(9_990)",
    "links": "'http://a '.repeat(1_111)",
    "marks on a letter": "'a' + '\u0301'.repeat(9_990)",
    "marks on a link": "'http://a/' + '\u0301'.repeat(9_990)",
    "one word": "'W'.repeat(10_000)",
    "lines": r"'\n'.repeat(9_999) + 'x'",
    "both directions and links": "'a\u0301 \u0628 http://a.b '.repeat(660)",
    "turns of direction": "'\u2067'.repeat(9_990) + 'x'",
    "people": "'@A '.repeat(3_333)",
}


@pytest.mark.parametrize("body", WORST.values(), ids=WORST)
def test_no_messages_hold_the_page_up(browser: Any, body: str) -> None:
    others = "Array.from({ length: 50 }, (_, at) => ({ id: `${at}`, name: '!'.repeat(140) + at }))"
    people = f"[{{ id: 'a', name: 'A' }}, ...{others}]"
    message = f"messageOf(at + 1, {{ body: {body}, mentions: {people} }})"
    with files() as url, Opened(browser, f"{url}/thread/thread.html", "begin") as page:
        worked = clock(page, ALL_WORK)
        before = worked()
        page.evaluate(f"begin(Array.from({{ length: 40 }}, (_, at) => {message}))")
        took = worked() - before
    print(f"{took:.0f} ms")  # noqa: T201
    assert took < MOST_FOR_A_PAGE
