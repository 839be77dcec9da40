"""The example of `docs/example`: two people in two windows, with a page of another origin."""

import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ..project import processes
from ..project.markdown import ROOT
from .chat import axe
from .page import browser, needs_chromium
from .served import Quiet, files

__all__ = ["browser"]

pytestmark = needs_chromium
#: Sends a file without words, as whoever is signed in. The example has no place to choose one.
SEND_A_FILE = """async () => {
  const { createTalk } = await import("talk-client");
  const { server: url, token } = sessionStorage;
  const talk = createTalk({ url, token });
  const { id } = await talk.upload(new File(["Dies irae"], "Score.txt"));
  const { inbox } = await talk.query("{ inbox { edges { node { conversation { id name } } } } }");
  const { node } = inbox.edges.find((edge) => edge.node.conversation.name === "Harbour Choir");
  await talk.sendMessage({ conversationId: node.conversation.id, body: "", attachments: [id] });
  talk.close();
}"""


class Window:
    """Somebody's window with the example."""

    def __init__(self, browser: Any, origin: str, server: str, token: str) -> None:
        self.page = browser.new_context().new_page()
        self.page.set_viewport_size({"width": 1100, "height": 750})
        self.page.set_default_timeout(15_000)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.goto(f"{origin}/docs/example/#server={server}/graphql&token={token}")
        self.sees("#state >> text=live")

    def sees(self, what: str) -> Any:
        return self.page.wait_for_selector(what)

    def misses(self, what: str) -> None:
        self.page.wait_for_selector(what, state="detached")

    def open(self, name: str) -> None:
        self.page.click(f"#inbox button:has(b:text-is('{name}'))")
        self.sees(f"#title:text-is('{name}')")
        self.sees("#rows li")

    def write(self, *bodies: str) -> None:
        for body in bodies:
            self.page.fill("#composer input", body)
            self.page.press("#composer input", "Enter")

    def row(self, body: str) -> str:
        return f"#rows li:has(p:text-is('{body}'))"

    def does(self, action: str, body: str) -> None:
        self.page.click(f"{self.row(body)} >> button:text-is('{action}')")

    def bodies(self, prefix: str) -> list[str]:
        """The texts in the thread that begin like this."""
        texts: list[str] = self.page.locator("#rows li p").all_inner_texts()
        return [text for text in texts if text.startswith(prefix)]


class World:
    """A demo and the page with the example, and the people who have opened it."""

    def __init__(self, browser: Any, folder: Path, origin: str, server: str) -> None:
        self.browser, self.folder, self.origin, self.server = browser, folder, origin, server
        self.windows: list[Window] = []

    def window(self, who: str) -> Window:
        token = processes.token_for(who, self.folder)
        window = Window(self.browser, self.origin, self.server, token)
        self.windows.append(window)
        return window

    def close(self) -> None:
        problems = [problem for window in self.windows for problem in window.problems]
        for window in self.windows:
            window.page.context.close()
        assert problems == []


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """What `python -m http.server` does in the folder of the clone."""
    with files(partial(Quiet, directory=str(ROOT))) as origin:
        yield origin


@pytest.fixture(scope="module")
def demo(origin: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A server that nobody kills."""
    folder = tmp_path_factory.mktemp("demo")
    with processes.demo(folder, ALLOWED_ORIGINS=origin) as server:
        yield folder, server.url


@pytest.fixture
def world(browser: Any, origin: str, demo: tuple[Path, str]) -> Iterator[World]:
    folder, server = demo
    world = World(browser, folder, origin, server)
    yield world
    world.close()


def test_two_people_talk(world: World, tmp_path: Path) -> None:
    mira, lena = world.window("mira"), world.window("lena")
    mira.open("Harbour Choir")
    lena.open("Harbour Choir")
    mira.sees("#online:has-text('Lena Brandt')")

    lena.page.fill("#composer input", "typing")
    mira.sees("#typing >> text=Lena Brandt … typing")
    lena.page.fill("#composer input", "")

    mira.write("Who has the key?")
    mira.sees(f"{mira.row('Who has the key?')}.mine")
    lena.does("Reply", "Who has the key?")
    lena.write("I do")
    mira.sees(f"{mira.row('I do')}:has(blockquote:text-is('Mira Okafor: Who has the key?'))")
    mira.does("👍", "I do")
    lena.sees(f"{lena.row('I do')} >> .chip:text-is('👍 1')")
    mira.page.click(f"{mira.row('I do')} >> .chip")
    lena.misses(f"{lena.row('I do')} >> .chip")
    lena.does("Edit", "I do")
    lena.write("So do I")
    mira.sees(f"{mira.row('So do I')} >> text=Lena Brandt · edited")
    lena.does("Take back", "So do I")
    mira.sees(mira.row("(retracted)"))
    lena.page.evaluate(SEND_A_FILE)
    mira.sees("#rows li a:text-is('Score.txt')")
    mira.sees("#inbox small:text-is('Score.txt')")
    mira.page.screenshot(path=tmp_path / "thread.png")


def test_nothing_is_in_the_way_of_assistive_technology(world: World, tmp_path: Path) -> None:
    faults = axe(tmp_path)
    mira = world.window("mira")
    mira.open("Harbour Choir")

    assert faults(mira) == []


def test_what_is_refused_stays_until_it_is_mended(world: World) -> None:
    mira = world.window("mira")
    mira.open("Harbour Choir")

    mira.write("x" * 10_001)
    mira.sees("#rows li.refused >> text=This message is too long.")
    mira.write("Next")
    mira.sees(f"{mira.row('Next')}.mine:not(.waiting, .sending)")
    mira.page.click("#rows li.refused >> text=Edit")
    mira.write("Short")
    mira.misses("#rows li.refused")
    mira.sees(f"{mira.row('Short')}.mine:not(.waiting, .sending)")

    mira.write("y" * 10_001)
    mira.page.click("#rows li.refused >> text=Discard")
    mira.misses("#rows li.refused")


def test_groups_are_started_joined_and_left(world: World) -> None:
    mira, lena = world.window("mira"), world.window("lena")
    mira.page.click("summary")
    mira.page.fill("#start [name=people]", "jonas, tomás")
    mira.page.fill("#start [name=title]", "Posters")
    mira.page.click("#start button")
    mira.sees("#title:text-is('Posters')")
    mira.write("Yellow or blue?")

    mira.page.on("dialog", lambda dialog: dialog.accept("lena"))
    mira.page.click("#invite")
    mira.sees("#rows .told >> text=Mira Okafor added Lena Brandt")
    mira.write("Or green?")
    lena.sees("#inbox button:has(b:text-is('Posters')) >> .badge")
    lena.open("Posters")
    lena.page.bring_to_front()
    lena.sees(lena.row("Yellow or blue?"))
    lena.misses("#inbox button:has(b:text-is('Posters')) >> .badge")
    lena.page.click("#leave")
    lena.misses("#inbox button:has(b:text-is('Posters'))")
    mira.sees("#rows .told >> text=Lena Brandt left")

    mira.page.fill("#start [name=people]", "nobody at all")
    mira.page.click("#start button")
    mira.sees("#notice >> text=Nobody is called nobody at all.")


def test_earlier_messages_come_and_stay_where_they_were(world: World) -> None:
    mira = world.window("mira")
    mira.open("Harbour Choir")
    first = mira.page.locator("#rows li >> nth=0")
    was = first.inner_text()
    first.scroll_into_view_if_needed()
    before = mira.page.locator("#rows li").count()

    mira.page.click("#earlier")
    mira.page.wait_for_function(
        "(before) => document.querySelectorAll('#rows li').length > before", arg=before
    )

    added = mira.page.locator("#rows li").count() - before
    again = mira.page.locator(f"#rows li >> nth={added}")
    assert again.inner_text() == was
    assert again.is_visible()


def test_a_bad_token_is_not_kept(world: World) -> None:
    mira = world.window("mira")
    mira.page.click("#sign-out")
    mira.page.fill("[name=token]", "talk_wrong")
    mira.page.click("#sign-in button")
    mira.sees("#state >> text=signed out")

    mira.page.reload()
    assert mira.page.is_visible("#sign-in")
    assert mira.page.input_value("[name=token]") == ""


def test_messages_arrive_once_and_in_order_while_the_server_is_killed(
    browser: Any, origin: str, tmp_path: Path
) -> None:
    port = processes.free_port()
    world = World(browser, tmp_path, origin, f"http://127.0.0.1:{port}")
    with processes.demo(tmp_path, port=port, ALLOWED_ORIGINS=origin) as server:
        mira, lena = world.window("mira"), world.window("lena")
        for window in (mira, lena):
            window.open("Harbour Choir")
        mira.write("M 1", "M 2", "M 3")
        lena.write("L 1", "L 2", "L 3")
        server.stop(signal.SIGKILL)
        mira.write("M 4", "M 5")
        lena.write("L 4", "L 5")
        mira.sees("#state >> text=away")
        mira.sees(f"{mira.row('M 5')}.waiting")
        mira.page.screenshot(path=tmp_path / "away.png")
    with processes.new_demo(tmp_path, port=port, ALLOWED_ORIGINS=origin):
        mira.write("M 6")
        lena.write("L 6")
        for window in (mira, lena):
            for body in ("M 6", "L 6"):
                window.sees(f"{window.row(body)}:not(.waiting, .sending)")
        shown = [[window.bodies(prefix) for prefix in ("M ", "L ")] for window in (mira, lena)]
        world.close()

    expected = [[f"{who} {number}" for number in range(1, 7)] for who in ("M", "L")]
    assert shown == [expected, expected]
