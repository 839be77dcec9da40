"""What README and options say of this repository is so."""

import re
import shlex

import pytest
from django.conf import settings
from django.core.management import get_commands

from schema import authentication
from talk.conf import Conf

from .declared import EXTRAS, REQUIREMENTS
from .markdown import README, ROOT, example, examples, names, table
from .processes import PRODUCTION, succeed, variables

OPTIONS = ROOT / "docs" / "options.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob(".github/*.md"))]

#: What the table of options says in words, and the default that it says.
WORDS = {
    "the user model's name fields": None,
    "a plain one": None,
    "any document": None,
    "from the name of the default database": None,
    "unless they are e-mail addresses": None,
    "the full name": None,
    "no picture": None,
    "no token": None,
    "always": None,
    "all types": None,
    "no limit": None,
    "no proxy sends files": None,
    "none": None,
    "`127.0.0.1:3310`": "127.0.0.1:3310",
    "every emoji": None,
    "members": "members",
    "no prefix": "",
    "as `DEBUG`": None,
    "`False`": False,
    "`True`": True,
    "on": True,
    "`()`": (),
    "`{}`": {},
    "`memory://`": "memory://",
    "`talk.policy.Policy`": "talk.policy.Policy",
    "see the list": Conf.RATE_LIMITS,
    "token, session": None,
}

#: What a messaging server may have, and a name that its schema then has.
NOUNS = {
    "files": "startUpload",
    "receipts": "seenBy",
    "scheduled": "scheduleMessage",
    "previews": "linkPreview",
    "push notifications": "registerDevice",
    "webhooks": "Webhook",
    "polls": "Poll",
    "calls": "startCall",
}


def test_its_first_two_commands_run_it_and_test_it():
    run, test = (each.code for each in examples(README)[:2])

    start = "python3 -m venv .venv && .venv/bin/pip install -q -e "
    assert run == f"{start}'.[server]' && .venv/bin/python manage.py demo\n"
    assert test == f"{start}'.[test]' && .venv/bin/python -m tests\n"


def test_what_talk_is_said_not_to_have_is_not_there():
    """The page that compares Talk with others is written by hand, and features come later."""
    compared = (ROOT / "docs" / "compared.md").read_text(encoding="utf-8")
    said, *_apps = re.findall(r"Talk has (no .+?)\.", compared, flags=re.DOTALL)
    sdl = (ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8")
    there = {noun for noun, name in NOUNS.items() if name in sdl}

    assert {"files", "scheduled", "receipts"} <= there
    assert {noun for noun in NOUNS if noun in said} == NOUNS.keys() - there


def test_the_check_of_everything_finds_the_second_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (pattern,) = re.findall(r"sed -n 's/(.+)/\\1/p' README\.md", script)
    pattern = pattern.replace(r"\(", "(").replace(r"\)", ")")

    found = re.findall(pattern, README.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert [f"{line}\n" for line in found] == [examples(README)[1].code]


def test_the_options_are_those_there_are():
    options = {name: value for name, value in vars(Conf).items() if name.isupper()}
    rows = {names(option)[0]: default for option, default, _meaning in table(OPTIONS, "option")}

    assert list(rows) == list(options)
    for name, said in rows.items():
        default = WORDS[said] if said in WORDS else float(said)
        assert default == options[name], name
    defaults = [each.__name__ for each in authentication.DEFAULT_AUTHENTICATORS]
    assert defaults == ["TokenAuthenticator", "SessionAuthenticator"]


def test_the_variables_are_those_that_the_settings_read():
    rows = table(OPTIONS, "variable")

    assert sorted(name for row in rows for name in names(row[0])) == sorted(variables())
    for name, default, _meaning in rows:
        if default.strip("`").isupper() or default.isdigit():
            (name,) = names(name)
            assert str(variables()[name]).removesuffix(".0") == default.strip("`"), name


def test_its_production_commands_are_there(tmp_path):
    lines = example(README, "sh", "collectstatic").replace("\\\n", "").splitlines()

    install, *exports = lines[:3]
    assert install == f"pip install --require-hashes -r {REQUIREMENTS.relative_to(ROOT)}"
    exported = {
        word.partition("=")[0] for line in exports for word in shlex.split(line) if "=" in word
    }
    assert exported == set(PRODUCTION) - {"DEBUG"}
    migrate, collect, serve = (shlex.split(line) for line in lines[3:])
    assert migrate == ["python", "manage.py", "migrate"]
    assert migrate[2] in get_commands()
    succeed(*collect[1:], STATIC_ROOT=tmp_path / "static", **PRODUCTION)
    assert (tmp_path / "static" / "admin").is_dir()
    assert serve[-1] == f"{settings.ASGI_APPLICATION.replace('.application', ':application')}"
    succeed("-m", "daphne", "--help")


def test_the_extras_that_the_pages_name_are_there():
    named = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named |= set(re.findall(r"--extra (\w+)|(?<=\.\[)(\w+)|(?<=/talk\[)(\w+)", text))

    assert {"".join(each) for each in named} <= set(EXTRAS)
    assert len(named) >= 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_that_a_page_names_are_there(page):
    for name in re.findall(r"`((?:backend|schema|talk|tests)/[^`*…]+)`", page.read_text("utf-8")):
        # In the wheel, the package has another name.
        path = name.partition("::")[0].replace("talk/graphql", "schema")
        assert (ROOT / path).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_repository_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)

    for link in re.findall(r"\]\(([^)]+)\)", text):
        if "://" not in link:
            path, _hash, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            if anchor:
                headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), flags=re.MULTILINE)
                assert anchor in {anchor_of(heading) for heading in headings}, link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_modules_that_a_page_names_are_there(page):
    named = re.findall(
        r"`((?:talk|schema|backend|tests)/[\w/]+\.py)`", page.read_text(encoding="utf-8")
    )
    missing = [
        path for path in named if not (ROOT / path.replace("talk/graphql", "schema")).exists()
    ]

    assert missing == []


def anchor_of(heading):
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
