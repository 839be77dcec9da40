"""The virtual list of a thread, in a browser: what is read stays in its place."""

from collections.abc import Iterator
from typing import Any

import pytest

from .page import browser, needs_chromium
from .served import Opened, files

__all__ = ["browser"]

pytestmark = needs_chromium


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    with files() as url, Opened(browser, f"{url}/thread/list.html", "list") as page:
        yield page


# What somebody reads: the first row that begins below the upper edge of the list.
READ = """() => {
  const top = list.scroller.getBoundingClientRect().top;
  const rows = [...document.querySelectorAll("article")];
  const row = rows.find((one) => one.getBoundingClientRect().top >= top);
  return [row.dataset.key, row.getBoundingClientRect().top];
}"""


def reads(page: Any) -> list[Any]:
    return list(page.evaluate(READ))


def test_ten_thousand_rows_need_few_elements(page: Any) -> None:
    page.evaluate("list.set(items(0, 10_000), false)")

    # When: through all of them, a page at a time.
    most = page.evaluate("""async () => {
      let most = 0;
      const shown = new Set();
      for (list.scroller.scrollTop = 0; ; list.scroller.scrollTop += 5000) {
        await new Promise(requestAnimationFrame);
        const rows = document.querySelectorAll("article");
        most = Math.max(most, rows.length);
        shown.add(rows[0].dataset.key);
        if (list.stuck) return { most, shown: shown.size };
      }
    }""")

    assert most["most"] < 120
    assert most["shown"] > 120


def test_the_screen_is_never_empty(page: Any) -> None:
    page.evaluate("list.set(items(0, 3000), false)")

    # When: to places far from each other, where all heights are estimates.
    empty = page.evaluate("""async () => {
      const { scroller } = list;
      let empty = 0;
      for (let at = 0; at < 60; at++) {
        scroller.scrollTop = ((at * 7919) % 100) / 100 * scroller.scrollHeight;
        await frame();
        const box = scroller.getBoundingClientRect();
        for (const part of [0.02, 0.5, 0.98]) {
          const hit = document.elementFromPoint(box.left + 50, box.top + box.height * part);
          if (hit?.tagName !== "ARTICLE") empty++;
        }
      }
      return empty;
    }""")

    assert empty == 0


def test_what_is_read_stays_in_place(page: Any) -> None:
    page.evaluate("list.set(items(1000, 1100), false)")
    page.evaluate("frame()")
    page.evaluate("list.scroller.scrollTop -= 3000; frame()")
    before = reads(page)
    key = int(before[0])

    for change in (
        "list.set(items(900, 1100), false)",
        "list.set(items(900, 1110), false)",
        f"grow('{key - 2}', 900)",
        f"grow('{key - 5}', 3)",
        f"list.set(without(items(900, 1110), {key - 30}, {key - 10}), false)",
    ):
        page.evaluate(f"{change}; frame()")
        assert page.evaluate(f"topOf('{key}')") == pytest.approx(before[1], abs=1), change
        # When the list is at rest, it corrects its own position. Nothing moves.
        page.wait_for_timeout(250)
        assert page.evaluate(f"topOf('{key}')") == pytest.approx(before[1], abs=1), change


def test_pages_that_come_while_the_list_moves_end_no_movement(page: Any) -> None:
    page.evaluate("list.set(items(1000, 1200), false)")
    page.evaluate("frame()")

    # When: each few frames, an earlier page comes, and the reader goes on upwards.
    jumps = page.evaluate("""async () => {
      const { scroller } = list;
      let from = 1000;
      const jumps = [];
      for (let step = 0; step < 100; step++) {
        const mid = scroller.getBoundingClientRect().top + 300;
        const row = document.elementFromPoint(50, mid).closest("article");
        const { key } = row.dataset;
        const before = topOf(key);
        scroller.scrollTop -= 60;
        await new Promise(requestAnimationFrame);
        if (step % 10 === 0) list.set(items((from -= 100), 1200), false);
        await frame();
        jumps.push(topOf(key) - before - 60);
      }
      await new Promise((done) => setTimeout(done, 250));
      return { worst: Math.max(...jumps.map(Math.abs)), first: Number(list.items[0].key), from };
    }""")

    assert jumps["first"] == 0
    assert jumps["worst"] <= 1


@pytest.mark.parametrize(
    "change",
    [
        "list.set(items(0, 400), false)",
        "list.focus('201')",
        "grow('1', 300)",
        "new Promise((done) => setTimeout(done, 200))",
    ],
)
def test_a_movement_counts_before_its_event(page: Any, change: str) -> None:
    page.evaluate("list.set(items(0, 300), false); list.jump('200'); list.row('201').focus()")
    page.evaluate("frame()")
    # Given: no scroll event arrives, as when the page is busy.
    page.evaluate("""list.scroller.parentElement.addEventListener(
      "scroll", (event) => event.stopImmediatePropagation(), true)""")
    before = page.evaluate("topOf('205')")
    assert page.evaluate("topOf('201')") > 0

    page.evaluate(f"list.scroller.scrollTop -= 100; {change}")

    assert page.evaluate("topOf('205')") == pytest.approx(before + 100, abs=1)


def test_the_reader_at_the_end_stays_there(page: Any) -> None:
    page.evaluate("list.set(items(0, 100), false)")
    end = "list.scroller.scrollHeight - list.scroller.scrollTop - list.scroller.clientHeight"

    for change in (
        "list.set(items(0, 105), false)",
        "grow('103', 400)",
        "grow('104', 900)",
        "list.set(items(0, 104), false)",
        "list.scroller.style.height = '300px'",
        "list.scroller.style.height = '600px'",
        "list.scroller.style.width = '200px'",
    ):
        page.evaluate(f"{change}; frame()")
        assert page.evaluate("list.stuck"), change
        assert abs(page.evaluate(end)) <= 1, change

    # But not if there are later rows that are not here yet.
    page.evaluate("list.set(items(0, 104), true); frame()")
    page.evaluate("list.set(items(0, 154), true); frame()")
    assert not page.evaluate("list.stuck")
    assert page.evaluate(end) > 300


def test_a_jump_shows_the_row(page: Any) -> None:
    page.evaluate("list.set(items(0, 5000), false)")

    for key in ("2500", "10", "4990", "0", "4999", "123"):
        page.evaluate(f"list.jump('{key}'); frame()")
        box = page.evaluate("list.scroller.getBoundingClientRect().toJSON()")
        row = page.evaluate(f"list.row('{key}').getBoundingClientRect().toJSON()")
        assert box["top"] <= row["top"], key
        assert row["bottom"] <= box["bottom"] + 1, key
        if key in {"2500", "123"}:
            assert row["top"] == pytest.approx(box["top"] + 180, abs=2), key


def test_the_focused_row_stays_in_the_page(page: Any) -> None:
    page.evaluate("list.set(items(0, 2000), false)")
    page.evaluate("list.jump('1000'); list.focus('1000'); frame()")
    focused = "document.activeElement.dataset.key"
    assert page.evaluate(focused) == "1000"

    page.evaluate("list.scroller.scrollTop = 0; frame()")
    assert page.evaluate(focused) == "1000"
    assert page.evaluate("document.querySelectorAll('article').length") < 60
    page.evaluate("list.jumpToEnd(); frame()")
    assert page.evaluate(focused) == "1000"

    # The next arrow brings it back to the screen.
    page.evaluate("list.step(1); frame()")
    assert page.evaluate(focused) == "1001"
    assert page.evaluate("list.row('1001').getBoundingClientRect().top") < 620


def test_the_focus_of_a_removed_row_goes_to_its_neighbour(page: Any) -> None:
    page.evaluate("list.set(items(0, 200), false)")
    page.evaluate("list.focus('190'); frame()")
    focused = "document.activeElement.dataset.key"
    without = "list.set(items(0, 200).filter(({{ key }}) => ![{}].includes(key)), false); frame()"

    page.evaluate(without.format("'190'"))
    assert page.evaluate(focused) == "191"
    page.evaluate(without.format("'190', '191', '192'"))
    assert page.evaluate(focused) == "193"
    # At the end there is only the one before.
    page.evaluate("list.set(items(0, 200), false); list.focus('199'); frame()")
    page.evaluate("list.set(items(0, 199), false); frame()")
    assert page.evaluate(focused) == "198"
    page.evaluate("list.set([], false); frame()")
    assert page.evaluate("document.querySelectorAll('article').length") == 0


def test_any_changes_leave_the_rows_in_order(page: Any) -> None:
    # Given: a thousand rows, and changes of all kinds in an order that is the same each time.
    wrong = page.evaluate("""async () => {
      let seed = 7;
      const chance = (of) => (seed = (seed * 48271) % 2147483647) % of;
      let [from, to, gone] = [400, 700, new Set()];
      const show = () => list.set(items(from, to).filter(({ key }) => !gone.has(key)), false);
      const wrong = [];
      show();
      for (let step = 0; step < 300; step++) {
        const key = String(from + chance(to - from));
        const act = chance(8);
        if (act === 0 && from > 0) from -= 20;
        if (act === 1) to += chance(5);
        if (act === 2) gone.add(key);
        if (act === 3) grow(key, 10 + chance(500));
        if (act === 4) list.scroller.scrollTop += chance(4000) - 2000;
        if (act === 5) list.focus(key);
        if (act === 6) list.jump(key);
        if (act === 7) list.scroller.style.height = `${200 + chance(500)}px`;
        show();
        if (chance(3) === 0) await frame();
        const rows = [...document.querySelectorAll("article")];
        const keys = rows.map((row) => Number(row.dataset.key));
        const isMixed = keys.some((one, at) => at && one <= keys[at - 1]);
        if (isMixed) wrong.push(["order", step, keys.join()]);
        if (rows.filter((row) => row.tabIndex === 0).length !== 1) wrong.push(["tab", step]);
        if (keys.length > 130) wrong.push(["many", step, keys.length]);
      }
      await new Promise((done) => setTimeout(done, 250));
      // At rest, the places of all rows in the page are those of their heights.
      list.jumpToEnd();
      await frame();
      const { scrollHeight, scrollTop, clientHeight } = list.scroller;
      if (Math.abs(scrollHeight - scrollTop - clientHeight) > 1) wrong.push(["end"]);
      return wrong;
    }""")

    assert wrong == []
