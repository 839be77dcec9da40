"""Makes the README's picture: `python -m tests.browser.picture` writes `docs/images/chat.png`.

Two people talk: one at a desk, one with a phone at night.
"""

import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

from tests.project import processes
from tests.project.markdown import ROOT

from .page import CHROMIUM, QUIET, sync_api

PICTURE = ROOT / "docs" / "images" / "chat.png"

FRAME = """<!doctype html>
<style>
  body {{ display: flex; align-items: end; gap: 28px; margin: 0; padding: 28px 34px }}
  html {{ background: #e8e9f3 }}
  img {{ display: block; box-shadow: 0 10px 40px #0003 }}
  .desk {{ width: 1000px; border-radius: 12px }}
  .phone {{ width: 304px; border: 7px solid #16181f; border-radius: 34px }}
</style>
<img class="desk" src="data:image/png;base64,{desk}">
<img class="phone" src="data:image/png;base64,{phone}">
"""


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        processes.demo(Path(folder)) as server,
        sync_api.sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        desk = browser.new_context(viewport={"width": 1000, "height": 640}).new_page()
        phone = browser.new_context(
            viewport={"width": 390, "height": 780}, color_scheme="dark"
        ).new_page()
        desk.goto(f"{server.url}/#as=mira")
        phone.goto(f"{server.url}/#as=lena")
        talk(desk, phone)
        images = {"desk": desk.screenshot(), "phone": phone.screenshot()}
        frame(browser, {name: b64encode(image).decode() for name, image in images.items()})
        browser.close()


def talk(desk: Any, phone: Any) -> None:
    phone.get_by_text("Harbour Choir").first.click()
    phone.mouse.move(0, 0)
    for page in (desk, phone):
        page.get_by_role("log").get_by_role("article").last.wait_for()
    # Who sends something is shown the newest messages.
    say(desk, "I have the keys again.")
    say(phone, "Wonderful! Is the hall open tonight?")
    sees(desk, "Wonderful! Is the hall open tonight?")
    say(desk, "From seven on. Bring the blue folder, please.")
    sees(phone, "From seven on. Bring the blue folder, please.")
    say(phone, "Both of them. I am on the tram already, ten minutes.")
    sees(desk, "Both of them. I am on the tram already, ten minutes.")
    desk.get_by_role("textbox").last.press_sequentially("See you there", delay=300)
    phone.get_by_text("is typing").wait_for()


def say(page: Any, words: str) -> None:
    page.get_by_role("textbox").last.fill(words)
    page.keyboard.press("Enter")
    sees(page, words)


def sees(page: Any, words: str) -> None:
    page.get_by_role("log").get_by_text(words).wait_for()


def frame(browser: Any, images: dict[str, str]) -> None:
    page = browser.new_page(viewport={"width": 1414, "height": 696})
    page.set_content(FRAME.format(**images))
    page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
