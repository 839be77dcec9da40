"""Files in the chat: from the drop in one window to the thumbnail in another one."""

import struct
import zlib
from base64 import b64encode
from pathlib import Path
from typing import Any

from .chat import Window, axe
from .page import browser, demo, needs_chromium

__all__ = ["browser", "demo"]

pytestmark = needs_chromium

#: Drops files on the thread: each has a name, a type, and what is in it, in base64, or how much.
DROP = """(files) => {
  const transfer = new DataTransfer();
  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  for (const [name, type, given] of files) {
    const bytes = typeof given === "number" ? new Uint8Array(given) : bytesOf(given);
    transfer.items.add(new File([bytes], name, { type }));
  }
  const thread = document.querySelector("talk-chat").root.querySelector("talk-thread");
  for (const type of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
    thread.dispatchEvent(event);
    const isShown = !thread.root.querySelector(".drop").hidden;
    if (isShown !== (type !== "drop")) throw new Error(`${type}: ${isShown}`);
  }
}"""
#: How often something on the screen has moved by itself, and how far.
SHIFTS = """() => {
  window.shifted = 0;
  const note = (list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) shifted += each.value;
  };
  new PerformanceObserver(note).observe({ type: "layout-shift" });
}"""
UPLOADS = "**/talk/files/upload/**"


def png(width: int, height: int) -> bytes:
    """A picture of this size."""
    row = b"\0" + b"\x40\x80\xc0" * width

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * height)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def a_file(name: str, kind: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": kind, "buffer": content}


def talk_of(demo: str, browser: Any) -> tuple[Window, Window]:
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    mira.open("Jonas Lindqvist")
    jonas.open("Mira Okafor")
    return mira, jonas


def choose(window: Window, *files: dict[str, Any]) -> None:
    window.thread.locator("input[type=file]").set_input_files(files)


def test_from_a_drop_to_the_thumbnail_in_the_other_window(
    demo: str, browser: Any, tmp_path: Path
) -> None:
    faults = axe(tmp_path)
    mira, jonas = talk_of(demo, browser)
    jonas.page.evaluate(SHIFTS)

    mira.thread.get_by_role("button", name="Attach files").wait_for()
    dropped = [("Harbour.png", "image/png", png(900, 600)), ("Boat.png", "image/png", png(40, 50))]
    dropped.append(("<b>Score.txt", "text/plain", b"Dies irae"))
    given = [[name, kind, b64encode(content).decode()] for name, kind, content in dropped]
    mira.page.evaluate(DROP, given)
    tray = mira.thread.get_by_role("list", name="Chosen files")
    assert tray.get_by_role("listitem").count() == 3
    assert "<b>Score.txt" in tray.inner_text()
    assert faults(mira) == []
    mira.picture("files-chosen")
    tray.get_by_role("button", name="Remove Boat.png").click()
    assert tray.get_by_role("listitem").count() == 2
    # Without words. The demo has the draft of some.
    mira.box.fill("")
    mira.thread.get_by_role("button", name="Send", exact=True).click()

    picture = jonas.thread.get_by_role("button", name="Open picture Harbour.png").locator("img")
    picture.wait_for()
    jonas.page.wait_for_function("(image) => image.naturalWidth > 0", arg=picture.element_handle())
    shown = "(image) => [image.currentSrc, image.width / image.height, image.srcset]"
    source, ratio, sizes = picture.evaluate(shown)
    assert source.startswith(f"{demo}talk/files/")
    assert round(ratio, 1) == 1.5
    assert "320w" in sizes, "there is a thumbnail"
    assert not tray.is_visible()
    assert faults(mira) == faults(jonas) == []
    jonas.picture("files-received")
    # What comes at the end pushes up what was there, and no more.
    assert jonas.page.evaluate("shifted") < 0.25

    mira.choose("<b>Score.txt", "Pin")
    jonas.thread.locator(".pins", has_text="Harbour.png, <b>Score.txt").wait_for()

    with jonas.page.expect_download() as download:
        jonas.thread.get_by_role("link", name="<b>Score.txt").click()
    assert download.value.path().read_bytes() == b"Dies irae"

    jonas.thread.get_by_role("button", name="Open picture Harbour.png").click()
    jonas.dialog.get_by_role("img", name="Harbour.png").wait_for()
    assert faults(jonas) == []
    jonas.picture("files-large")
    jonas.page.keyboard.press("Escape")
    assert jonas.focused() == ["button", "Open picture Harbour.png"]

    jonas.details().get_by_role("button", name="Pictures and files").click()
    jonas.dialog.get_by_role("link", name="<b>Score.txt").wait_for()
    assert faults(jonas) == []
    jonas.picture("files-of-a-conversation")
    jonas.dialog.get_by_role("button", name="Open picture Harbour.png").click()
    jonas.dialog.get_by_role("img", name="Harbour.png").wait_for()
    jonas.page.keyboard.press("Escape")
    assert jonas.focused() == ["button", "Open picture Harbour.png"]
    assert mira.problems == jonas.problems == []


def test_a_file_that_is_on_its_way_survives_a_reload_and_can_be_taken_out(
    demo: str, browser: Any
) -> None:
    mira, jonas = talk_of(demo, browser)
    held: list[Any] = []
    mira.page.route(UPLOADS, lambda route: held.append(route))
    choose(mira, a_file("One.png", "image/png", png(300, 200)), a_file("Two.txt", "", b"Two"))
    mira.box.fill("Both of them")
    mira.box.press("Enter")
    row = mira.sees("Both of them")
    row.get_by_role("progressbar", name="One.png, uploaded").wait_for()
    mira.page.wait_for_timeout(100)
    mira.picture("files-on-their-way")

    mira.page.reload()
    mira.page.unroute(UPLOADS)
    assert held, "for this test to mean anything"
    jonas.sees("Both of them").get_by_role("link", name="Two.txt").wait_for()
    jonas.thread.get_by_role("button", name="Open picture One.png").wait_for()

    mira.open("Jonas Lindqvist")
    mira.page.route(UPLOADS, lambda route: None)
    choose(mira, a_file("Three.txt", "text/plain", b"Three"))
    mira.thread.get_by_role("button", name="Send", exact=True).click()
    mira.thread.get_by_role("button", name="send Three.txt").click()
    mira.thread.get_by_text("Three.txt").wait_for(state="detached")
    assert mira.problems == jonas.problems == []


def test_what_can_not_be_sent_is_said_in_words(demo: str, browser: Any) -> None:
    mira = Window(browser, demo, "mira")
    mira.page.evaluate("() => (document.querySelector('talk-chat').lang = 'de')")
    mira.open("Jonas Lindqvist")
    mira.thread.get_by_role("button", name="Dateien anhängen").wait_for()

    choose(mira, a_file("Leer.txt", "text/plain", b""))
    mira.thread.get_by_role("alert").get_by_text("Leer.txt ist leer.").wait_for()
    mira.page.evaluate(DROP, [["Film.mp4", "video/mp4", 25 * 1024 * 1024 + 1]])
    alert = mira.thread.get_by_role("alert")
    alert.get_by_text("Film.mp4 ist zu groß: Eine Datei darf höchstens 25 MB haben.").wait_for()
    assert not mira.thread.locator(".tray").is_visible()

    answer = '{"code": "STORAGE_FULL", "message": "Es ist kein Platz mehr.", "retryable": false}'
    mira.page.route(UPLOADS, lambda route: route.fulfill(status=507, body=answer))
    small = a_file("Bild.png", "image/png", png(9, 9))
    choose(mira, a_file("Lied.txt", "text/plain", b"La"), small)
    mira.thread.get_by_role("button", name="Senden", exact=True).click()
    refusal = mira.thread.locator("article .refusal")
    refusal.get_by_text("Es ist kein Platz mehr.").wait_for()
    mira.picture("files-refused")
    mira.page.unroute(UPLOADS)
    mira.thread.get_by_role("button", name="Lied.txt entfernen").click()

    mira.thread.get_by_role("button", name="Bild Bild.png öffnen").wait_for()
    assert mira.thread.get_by_text("Lied.txt").count() == 0
    assert [each for each in mira.problems if "507" not in each] == []


def test_a_group_gets_a_picture_and_loses_it(demo: str, browser: Any, tmp_path: Path) -> None:
    faults = axe(tmp_path)
    mira, jonas = Window(browser, demo, "mira"), Window(browser, demo, "jonas")
    jonas.open("Cake")
    mira.open("Cake")
    seen = mira.row("Cake").locator("img")
    assert seen.count() == 0
    assert not mira.details().get_by_role("button", name="Choose picture").is_visible()
    jonas.details().get_by_role("button", name="Choose picture").wait_for()
    assert not jonas.dialog.get_by_role("button", name="Remove picture").is_visible()

    def give(content: bytes) -> None:
        with jonas.page.expect_file_chooser() as chooser:
            jonas.dialog.get_by_role("button", name="Choose picture").click()
        chooser.value.set_files(a_file("Cake.png", "image/png", content))

    give(b"only words")
    jonas.dialog.get_by_role("alert").get_by_text("This file is not a picture.").wait_for()
    give(png(400, 300))
    for shown in (seen, mira.dialog.locator(".face img"), jonas.dialog.locator(".face img")):
        shown.wait_for()
        source = shown.evaluate("(image) => image.decode().then(() => image.src)")
        assert source.startswith(f"{demo}talk/files/")
    assert faults(jonas) == faults(mira) == []
    jonas.picture("picture-of-a-group")

    held: list[Any] = []

    def hold(route: Any) -> None:
        if "UpdateConversation" in route.request.post_data:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    jonas.page.route("**/graphql", hold)
    remove = jonas.dialog.get_by_role("button", name="Remove picture")
    remove.click()
    jonas.dialog.get_by_role("button", name="Remove picture").click()
    # The change comes before the answer: the button that had the focus is gone when this closes.
    seen.wait_for(state="detached")
    ((route, answer),) = held
    route.fulfill(response=answer)
    remove.wait_for(state="hidden")
    assert jonas.focused()[0] == "button"
    assert jonas.problems == mira.problems == []
