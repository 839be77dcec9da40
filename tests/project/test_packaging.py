"""What others install: Talk itself, whose package `schema` has another name there."""

import importlib.util
import re
import zipfile
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from pathlib import PurePath

import pytest

from .markdown import ROOT
from .processes import run
from .wheel import built, installed, installed_with

#: The folders that are shipped, and what they are called in the wheel. The first that a file is in
#: counts.
FOLDERS = {
    "schema/client": PurePath("talk", "static", "talk"),
    "schema": PurePath("talk", "graphql"),
    "talk": PurePath("talk"),
}
#: Run where both are installed.
BESIDE = """
import os

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["localhost"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "talk"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    ROOT_URLCONF="talk.graphql.urls",
    SECRET_KEY="only for tests",
    USE_TZ=True,
)
django.setup()

import schema
import talk.graphql
from django.core.management import call_command
from django.test import Client

assert schema.Schema({"name": str}).validate({"name": "Mira"}) == {"name": "Mira"}
for module in (schema, talk):
    assert module.__file__.startswith(os.getcwd()), module.__file__
call_command("migrate", verbosity=0)
call_command("check", fail_level="ERROR")
client = Client(SERVER_NAME="localhost")
for query in ("{ __typename }", "{ viewer { id } }"):
    answer = client.post("/graphql", {"query": query}, content_type="application/json").json()
    expected = {"__typename": "Query"} if query == "{ __typename }" else None
    assert answer.get("data") == expected, answer
print("both work")
"""


@pytest.fixture(scope="module")
def wheel():
    with zipfile.ZipFile(built()) as archive:
        yield archive


def test_it_owns_one_name_on_other_peoples_machines(wheel):
    folders = {name.split("/")[0] for name in wheel.namelist()}

    assert {name for name in folders if not name.endswith(".dist-info")} == {"talk"}


def test_it_holds_every_file_of_talk_and_schema(wheel):
    present = {
        name_in_wheel(path)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert present == {name for name in wheel.namelist() if ".dist-info/" not in name}
    for name in (
        "talk/graphql/transport/page/page.html",
        "talk/graphql/py.typed",
        "talk/graphql/schema.graphql",
        "talk/migrations/0001_initial.py",
        "talk/py.typed",
        "talk/static/talk/elements/index.js",
        "talk/templates/talk/chat.html",
    ):
        assert name in present


def test_what_it_requires_can_be_imported(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = HeaderParser().parsestr(wheel.read(name).decode())
    modules = {}
    for module, distributions in packages_distributions().items():
        for distribution in distributions:
            modules.setdefault(canonical(distribution), set()).add(module)

    required = [
        canonical(re.match(r"[\w.-]+", line)[0])
        for line in metadata.get_all("Requires-Dist")
        if "extra ==" not in line
    ]

    assert len(required) >= 9
    for distribution in required:
        public = [module for module in modules[distribution] if module.isidentifier()]
        assert any(importlib.util.find_spec(module) for module in public), distribution


def test_it_works_beside_the_package_schema_of_the_index():
    folder = installed_with("schema")

    done = run("-c", BESIDE, cwd=folder, PYTHONPATH=folder)

    assert done.returncode == 0, done.stderr[-5000:]
    assert done.stdout == "both work\n"


def name_in_wheel(path):
    name = path.relative_to(ROOT)
    folder = next(each for each in FOLDERS if name.is_relative_to(each))
    return (FOLDERS[folder] / name.relative_to(folder)).as_posix()


def canonical(distribution):
    return re.sub(r"[-_.]+", "-", distribution).lower()


#: A module of a project that embeds Talk, with a mistake in its last line.
TYPED = """
import strawberry
from strawberry.tools import merge_types

import talk.graphql as talk
from talk.graphql.execution import Schema
from talk.graphql.extending import Public, field
from talk.models import Message, Participation


@strawberry.type
class PersonFields:
    @field(description="The teams of the person.")
    def teams(self) -> list[str]:
        return []


schema = Schema(query=talk.Query, fields={talk.User: PersonFields})


def latest(participation: Participation) -> Message:
    return participation.send("Soup")


wrong: int = Schema(query=talk.Query).answer
"""


@pytest.mark.thorough
def test_a_type_checker_reads_its_types(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\nstrict = true\nplugins = mypy_django_plugin.main, strawberry.ext.mypy_plugin\n"
        "[mypy.plugins.django-stubs]\ndjango_settings_module = typed_settings\n",
        encoding="utf-8",
    )
    (tmp_path / "typed_settings.py").write_text(
        'INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "talk"]\n'
        'SECRET_KEY = "only for tests"\n',
        encoding="utf-8",
    )

    done = run("-m", "mypy", "typed.py", cwd=tmp_path, PYTHONPATH=f"{installed()}:{tmp_path}")

    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == 1, done.stdout + done.stderr
    assert errors[0].startswith(f"typed.py:{TYPED.count(chr(10))}: error: Incompatible types")
