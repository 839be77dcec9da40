"""The chat on a page of a Django project that follows the page on embedding."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import pytest

from tests.project.host import Host
from tests.project.markdown import example, examples
from tests.project.test_docs import EMBEDDING

from .page import browser, needs_chromium

__all__ = ["browser"]

pytestmark = needs_chromium
#: A middleware that sends the header which the page on embedding names.
POLICY = """
class Policy:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        # The form for signing in has styles of its own.
        if request.path.startswith("/chat"):
            response.headers["Content-Security-Policy"] = {policy!r}
        return response
"""
PEOPLE = """
from django.contrib.auth.models import User
from talk.models import Message

mira, jonas = (
    User.objects.create_superuser(name, password=name, first_name=name.title())
    for name in ("mira", "jonas")
)
Message.send_to_users("Hello Mira!", jonas, [mira])
"""


def project(folder: Path) -> Host:
    """A project with the page, as `docs/embedding.md` has it."""
    host = Host(folder)
    host.append("host/settings.py", example(EMBEDDING, "python", "INSTALLED_APPS = ["))
    host.append("host/settings.py", example(EMBEDDING, "python", "STATICFILES_DIRS"))
    host.append("host/settings.py", "CSRF_COOKIE_HTTPONLY = True\n")
    host.append("host/urls.py", example(EMBEDDING, "python", "talk.graphql.urls"))
    host.append("host/urls.py", example(EMBEDDING, "python", "TemplateView"))
    host.append("host/asgi.py", next(asgi_examples()))
    for language, name in (("css", "chat.css"), ("js", "words.js")):
        (code,) = (each.code for each in examples(EMBEDDING, language))
        assert f"host/static/host/{name}" in code.partition("\n")[0]
        host.append(f"host/static/host/{name}", code)
    host.append("host/templates/chat.html", example(EMBEDDING, "html", "{% talk_chat %}"))
    host.manage("migrate", "--verbosity", "0")
    host.shell(PEOPLE)
    return host


def asgi_examples() -> Iterator[str]:
    return (each.code for each in examples(EMBEDDING, "python") if "with_sockets" in each.code)


@contextmanager
def signed_in(of: Any, url: str, name: str, problems: list[str], **options: Any) -> Iterator[Any]:
    """The page with the chat of somebody. What goes wrong there is a problem."""
    context = of.new_context(**options)
    page = context.new_page()
    page.goto(f"{url}/chat")
    page.fill("[name=username]", name)
    page.fill("[name=password]", name)
    with page.expect_navigation(url=f"{url}/chat"):
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: note(problems, message))
        page.click("[type=submit]")
    yield page
    context.close()


def note(problems: list[str], message: Any) -> None:
    address = str(message.location.get("url", ""))
    # A new project has no icon.
    if message.type in {"error", "warning"} and not address.endswith("/favicon.ico"):
        problems.append(f"{message.text} {address}")


def test_two_people_talk_on_a_page_with_a_strict_policy(browser: Any, tmp_path: Path) -> None:
    host = project(tmp_path)
    (header,) = (each.code for each in examples(EMBEDDING, "http"))
    policy = header.strip().removeprefix("Content-Security-Policy: ")
    assert "unsafe" not in policy
    host.append("host/policy.py", POLICY.format(policy=policy))
    host.append("host/settings.py", 'MIDDLEWARE += ["host.policy.Policy"]\n')
    problems: list[str] = []
    with (
        host.serve() as server,
        signed_in(browser, server.url, "mira", problems) as mira,
        signed_in(browser, server.url, "jonas", problems, color_scheme="dark") as jonas,
    ):
        mira.get_by_text("Hello Mira!").first.wait_for()
        vary = mira.evaluate("fetch('/chat').then((page) => page.headers.get('vary'))")
        assert "Cookie" in vary, "no cache gives the page to others"
        mira.get_by_role("heading", name="Messages").wait_for()
        accent = (
            "getComputedStyle(document.querySelector('talk-chat')).getPropertyValue('--_accent')"
        )
        assert "#0a6e4f" in mira.evaluate(accent)

        mira.fill("talk-chat textarea", "Hello Jonas!")
        mira.press("talk-chat textarea", "Enter")
        jonas.get_by_role("log").get_by_text("Hello Jonas!").wait_for()
        mira.screenshot(path=tmp_path / "mira.png")
        jonas.screenshot(path=tmp_path / "jonas.png")

    assert problems == []


def test_it_has_a_size_on_a_page_that_gives_it_none(browser: Any, tmp_path: Path) -> None:
    host = project(tmp_path)
    host.shell(
        "from django.contrib.auth.models import User\n"
        "from talk.models import Message\n"
        "mira, jonas = User.objects.order_by('pk')\n"
        "for number in range(60): Message.send_to_users(f'Line {number}', jonas, [mira])"
    )
    page = host.folder / "host/templates/chat.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub("<link.*?>", "", text), encoding="utf-8")
    problems: list[str] = []
    with host.serve() as server, signed_in(browser, server.url, "mira", problems) as mira:
        mira.get_by_role("log").get_by_text("Line").first.wait_for()
        _, _, width, height = mira.locator("talk-chat").bounding_box().values()
        assert width > 1000
        assert 400 < height < 720
        box = mira.locator("talk-chat textarea").bounding_box()
        assert box["y"] + box["height"] < 720, "the box for a text is on the screen"

    assert problems == []


@pytest.mark.skipif(django.VERSION < (6, 0), reason="Django 6 has policies of its own")
def test_it_works_with_the_nonces_of_django(browser: Any, tmp_path: Path) -> None:
    host = project(tmp_path)
    host.append("host/settings.py", example(EMBEDDING, "python", "SECURE_CSP"))
    host.append("host/settings.py", 'LANGUAGE_CODE = "de"\n')
    page = host.folder / "host/templates/chat.html"
    text = page.read_text(encoding="utf-8")
    # A page's own scripts need the nonce, too.
    page.write_text(re.sub("<script.*?</script>", "", text), encoding="utf-8")
    problems: list[str] = []
    with host.serve() as server, signed_in(browser, server.url, "mira", problems) as mira:
        mira.get_by_text("Hello Mira!").first.wait_for()
        mira.get_by_role("heading", name="Unterhaltungen").wait_for()
        mira.fill("talk-chat textarea", "Mit Nonce")
        mira.press("talk-chat textarea", "Enter")
        mira.get_by_text("Mit Nonce").first.wait_for()

    assert problems == []
