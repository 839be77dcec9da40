"""What the code imports is declared, and a project that Talk is added to needs nothing else."""

import ast
import json
import re
import sys

import pytest
from packaging.utils import canonicalize_name

from ..plain import without_request_id
from .declared import EXTRAS, SERVER, brought_by, declared, modules
from .host import Host
from .markdown import README, ROOT, example

OURS = {"talk", "schema", "backend", "tests"}
#: In place of `manage.py`: without the packages of the extras.
WITHOUT = """
import sys

# Imports of them fail, and nobody finds them.
sys.modules.update(dict.fromkeys({away!r}))
"""
EVERYTHING = """
import importlib, io, json, pkgutil
from django.core.management import call_command
from django.test import Client

call_command("migrate", verbosity=0)
call_command("check", database=["default"], fail_level="WARNING", stdout=io.StringIO())
import sys, talk, host.asgi
for module in pkgutil.walk_packages(talk.__path__, "talk."):
    # A process of its own reads pictures, and only where Pillow is.
    is_apart = module.name.startswith("talk.contrib.files.decoding.")
    if module.name != "talk.migrations" and not is_apart:
        importlib.import_module(module.name)
assert "talk.contrib.files.pictures" in sys.modules
assert "talk.graphql.mutations" in sys.modules
assert "schema" not in sys.modules
client = Client(SERVER_NAME="localhost")
answer = client.post("/graphql", {"query": "{ __typename }"}, content_type="application/json")
print(json.dumps(answer.json()))
"""


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        # A project may do without the extras: `production` is for PostgreSQL and Redis, `files` for
        # pictures, `s3` for an object store, `metrics` for Prometheus.
        ("talk", ["production", "files", "s3"]),
        ("schema", ["production", "metrics"]),
        ("backend", SERVER),
        ("tests", [extra for extra in EXTRAS if extra != "lint"]),
    ],
)
def test_what_is_imported_is_declared(folder, extras):
    installed = modules()
    allowed = set(sys.stdlib_module_names) | OURS
    for each in declared(*extras):
        # What an extra brings need not be installed here.
        usual = {each.name.removeprefix("django-").replace("-", "_")}
        allowed |= installed.get(canonicalize_name(each.name), usual)
    imported = {
        (name.partition(".")[0], path.name)
        for path in (ROOT / folder).rglob("*.py")
        for name in names_imported(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert {each for each in imported if each[0] not in allowed} == set()


def test_the_package_with_another_name_in_the_wheel_does_not_name_itself():
    for path in (ROOT / "schema").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert "schema" not in {name.partition(".")[0] for name in names_imported(tree)}, path
        strings = [node.value for node in ast.walk(tree) if is_dotted_name(node)]
        assert not [text for text in strings if text.startswith("schema.")], path


def is_dotted_name(node):
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"\w+(\.\w+)+", node.value)
    )


def test_a_project_needs_no_package_of_an_extra(tmp_path):
    host = Host(tmp_path)
    plain = brought_by(declared())
    away = {
        module
        for package in brought_by(declared(*SERVER, "test")) - plain
        for module in modules()[package]
    }
    assert {"corsheaders", "daphne", "environ", "graphene_django_graphiql_static"} <= away
    host.append("host/settings.py", WITHOUT.format(away=away - {"talk", "schema"}))
    settings = example(README, "python", "INSTALLED_APPS").replace('"daphne", ', "")
    host.append("host/settings.py", settings)
    host.append(
        "host/settings.py",
        'DATABASES["default"] |= {"OPTIONS": {"transaction_mode": "IMMEDIATE"}}\n',
    )
    host.append("host/urls.py", example(README, "python", "urlpatterns"))
    host.append("host/asgi.py", example(README, "python", "with_sockets"))

    answer = json.loads(host.shell(EVERYTHING))
    assert without_request_id(answer)[0] == {"data": {"__typename": "Query"}}


def names_imported(node):
    """The modules that code imports, other than those that it can do without."""
    if isinstance(node, ast.Try) and any(
        handler.type and ast.unparse(handler.type) == "ImportError" for handler in node.handlers
    ):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield str(node.module)
    for child in ast.iter_child_nodes(node):
        yield from names_imported(child)
