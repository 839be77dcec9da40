"""The modules of the chat as static files of a project that has Talk from its wheel."""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from talk import front_end

from .markdown import ROOT
from .processes import PRODUCTION, succeed
from .wheel import installed

CLIENT = ROOT / "schema" / "client"
COLLECT = """
import sys

import django
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

from talk import front_end


class Rewriting(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = front_end.MOST_PASSES


backend = sys.argv[1]
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.staticfiles",
        "talk",
    ],
    STATIC_ROOT="collected",
    STATIC_URL="https://static.example/",
    STORAGES={"staticfiles": {"BACKEND": backend}},
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()

from django.core.management import call_command

call_command("collectstatic", interactive=False, verbosity=0)
for url in (front_end.entry_url(), *front_end.imported_urls()):
    print(url)
"""
#: Every import of a module of one's own, also in comments: Django before 6.1 reads these, too.
IMPORTS = (
    re.compile(r'^(?:(?:import|export)\b[^;"]*?\bfrom|import)\s*"(\.[^"]+)"', re.MULTILINE),
    re.compile(r'\bimport\("([^"]+)"\)'),
)
BACKENDS = {
    "plain": "django.contrib.staticfiles.storage.StaticFilesStorage",
    "hashed": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    "rewritten": "__main__.Rewriting",
}


@pytest.mark.parametrize("storage", BACKENDS)
def test_a_page_finds_every_module_that_it_loads(tmp_path, storage):
    (tmp_path / "collect.py").write_text(COLLECT, encoding="utf-8")

    printed = succeed("collect.py", BACKENDS[storage], cwd=tmp_path, PYTHONPATH=installed())

    urls = [url.removeprefix("https://static.example/") for url in printed.split()]
    loaded = modules_from(tmp_path / "collected", urls[0])
    assert loaded == set(urls), "what the page names is what its modules import"
    assert all((tmp_path / "collected" / name).is_file() for name in loaded)
    assert len(loaded) > 20
    hashed = [name for name in loaded if re.search(r"\.[0-9a-f]{12}\.js$", name)]
    assert len(hashed) == {"plain": 0, "hashed": 1, "rewritten": len(loaded)}[storage]


def test_no_module_imports_itself_by_way_of_others():
    """Django then can't name the files by their content, since each content has the other's name.

    Until Django 6.1 that is also true of `import("./types.js")` in a comment.
    """
    imports = {path: set(imports_of(path)) for path in CLIENT.rglob("*.js")}
    assert imports[CLIENT / "types.js"], "or this test finds no imports"
    while leaves := {path for path, imported in imports.items() if not imported & imports.keys()}:
        imports = {path: found for path, found in imports.items() if path not in leaves}

    names = {path.relative_to(CLIENT).as_posix() for path in imports}
    assert names == set(), "write /** @import {Shape} from … */ for types"


def test_the_longest_way_from_import_to_import_is_shorter_than_a_storage_goes():
    imports = {path: imports_of(path) for path in CLIENT.rglob("*.js")}

    @cache
    def steps(path):
        return 1 + max((steps(each) for each in imports[path]), default=0)

    assert 5 < max(map(steps, imports)) < front_end.MOST_PASSES


def test_comments_name_no_module_that_is_not_there():
    for path in CLIENT.rglob("*.js"):
        for imported in imports_of(path):
            assert imported.is_file(), f"{path} imports {imported}"


def modules_from(folder: Path, entry: str) -> set[str]:
    """The modules that a browser loads for `entry`, by the addresses in their imports."""
    found, new = {entry}, [entry]
    while new:
        name = new.pop()
        text = (folder / name).read_text(encoding="utf-8")
        for imported in IMPORTS[0].findall(text):
            module = normpath(join(dirname(name), imported))
            if module not in found:
                found.add(module)
                new.append(module)
    return found


def imports_of(path: Path) -> list[Path]:
    text = path.read_text(encoding="utf-8")
    names = [name for pattern in IMPORTS for name in pattern.findall(text)]
    return [(path.parent / name).resolve() for name in names]


def test_the_server_of_this_repository_collects_them_too(tmp_path):
    collected = tmp_path / "static"

    succeed(*("manage.py", "collectstatic", "--no-input"), **PRODUCTION, STATIC_ROOT=str(collected))

    assert {"elements/index.js", "index.js"} <= {
        path.relative_to(collected / "talk").as_posix() for path in collected.rglob("talk/**/*.js")
    }
