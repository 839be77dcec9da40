"""Every field, of every kind of object, and every verb and stream: what it answers to whom.

The table in `who_gets_what.md` is the answer. What the schema has and the table has not fails, so
nobody adds a field without saying who sees it; so does a row that nobody asks for.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.db import transaction
from graphql import GraphQLObjectType

from ..live.sockets import live
from .asked import (
    TYPES,
    attachments,
    drafts,
    link_previews,
    mutations,
    nodes,
    payloads,
    pins,
    queries,
    reactions,
    scheduled,
)
from .heard import heard, streams
from .roles import ROLES, World

TABLE = Path(__file__).parent / "who_gets_what.md"
ASKED = [
    *(nodes, reactions, attachments, link_previews, pins, drafts, scheduled),
    *(queries, mutations, payloads),
]

#: What has no row of its own, since it shows nothing but what has one, and how much there is.
WITHIN = re.compile(r"\w+(Connection|Edge)$|PageInfo$|Refusal$|Edit$|UploadHeader$")
SHOWN_WITHIN = {
    *("edges", "pageInfo", "totalCount", "changesCursor", "blocksVersion", "node", "cursor"),
    *("hasNextPage", "hasPreviousPage", "startCursor", "endCursor"),
    *("code", "message", "path", "retryAfter", "body", "until", "savedAt", "name", "value"),
}


@pytest.fixture
def world(db, settings):
    return World(settings)


def rows():
    """The rows of the table: a name, and who gets what."""
    for line in TABLE.read_text().splitlines():
        if ": " in line and line.startswith("| "):
            what, *answers = (cell.strip() for cell in line.strip("|").split("|"))
            kind, names = what.split(": ")
            for name in names.split("; "):
                yield f"{kind}.{name}", dict(zip(ROLES, answers, strict=True))


def fields_of(kinds):
    return {f"{kind.name}.{field}" for kind in kinds for field in kind.fields}


def said(asked):
    """What everybody gets of everything, each as if it were the first to be asked."""
    found = {}
    for name, get in asked:
        found[name] = {}
        for role in ROLES:
            with transaction.atomic():
                found[name][role] = get(role)
                transaction.set_rollback(True)
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("asked", ASKED)
def test_everybody_gets_what_the_table_says(world, asked):
    found, table = said(asked(world)), dict(rows())

    assert found == {name: table.get(name) for name in found}


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
@live
async def test_everybody_hears_what_the_table_says(world):
    table = dict(rows())
    expected = {name: table.get(name) for name in streams()}
    found = {
        name: {
            role: await heard(world, role, stream, (expected[name] or {}).get(role))
            for role in ROLES
        }
        for name, stream in streams().items()
    }

    assert found == expected


def test_the_table_has_the_rows_that_are_asked_for_and_no_other(world):
    asked = [name for walk in ASKED for name, _get in walk(world)]

    assert Counter(name for name, _answers in rows()) == Counter([*asked, *streams()])


def test_the_table_has_a_row_for_all_that_can_be_asked():
    kinds = {
        kind
        for name, kind in TYPES.items()
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__")
    }
    within = {kind for kind in kinds if WITHIN.match(kind.name)}
    tabled = {re.sub(r",[^.]*", "", name) for name, _answers in rows()}

    assert tabled == fields_of(kinds - within)
    assert {name.split(".")[1] for name in fields_of(within)} == SHOWN_WITHIN
