"""The numbers of versions, and what a version promises."""

import datetime
import json
import re
import tomllib

from schema import schema

from .breaking import SDL, broken
from .markdown import ROOT, names, table

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def releases():
    """The versions of the changelog and their dates, the newest first."""
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    found = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) \((\d{4}-\d\d-\d\d)\)", each) for each in headings]
    assert all(found), headings
    return [
        (tuple(map(int, each.groups()[:3])), datetime.date.fromisoformat(each[4])) for each in found
    ]


def test_server_client_and_changelog_have_one_version():
    client = json.loads((ROOT / "schema/client/package.json").read_text("utf-8"))["version"]
    (newest, _date), *_others = releases()

    assert client == VERSION
    assert ".".join(map(str, newest)) == VERSION


def test_versions_and_their_dates_go_up():
    numbers, dates = zip(*releases(), strict=True)

    assert sorted(set(numbers), reverse=True) == list(numbers)
    assert sorted(dates, reverse=True) == list(dates)


def test_what_is_deprecated_is_listed():
    deprecated = {
        f"{type_name}.{name}"
        for type_name, kind in schema._schema.type_map.items()
        for name, each in {**getattr(kind, "fields", {}), **getattr(kind, "values", {})}.items()
        if not type_name.startswith("__") and each.deprecation_reason
    }
    listed = [names(row[0])[0] for row in table(ROOT / "docs" / "stability.md", "name")]

    assert sorted(listed) == sorted(deprecated)


def test_a_change_that_breaks_clients_is_found():
    now = (ROOT / SDL).read_text(encoding="utf-8")

    assert broken(now, now) == []
    assert broken(now, now.replace("  participantCount: Int!", "  participantCount: Int", 1)) != []
    assert broken(now.replace("  CANNOT_READ_BACKWARDS", "  OTHER", 1), now) != []
