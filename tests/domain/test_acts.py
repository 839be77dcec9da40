"""The audit log of moderators: rows can be added, and neither changed nor deleted."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from talk.models import Act
from talk.moderation import remove_message

from ..project.markdown import ROOT, example
from .acting import group, say

OPERATING = ROOT / "docs" / "operating.md"

pytestmark = pytest.mark.django_db

WAYS = {
    "save": lambda act: act.save(),
    "save as new": lambda act: Act(pk=act.pk, kind=act.kind, why="never mind").save(),
    "delete": lambda act: act.delete(),
    "delete all": lambda act: Act.objects.all().delete(),
    "update": lambda act: Act.objects.update(why="never mind"),
    "update one": lambda act: Act.objects.update_or_create(
        pk=act.pk, defaults={"why": "never mind"}
    ),
    "update many": lambda act: Act.objects.bulk_update([act], ["why"]),
    "upsert": lambda act: Act.objects.bulk_create(
        [act], update_conflicts=True, unique_fields=["id"], update_fields=["why"]
    ),
    "upsert by position": lambda act: Act.objects.bulk_create([act], None, False, True),
    "base": lambda act: Act._base_manager.update(why="never mind"),
    "delete base": lambda act: Act._base_manager.all().delete(),
    "_update": lambda act: Act.objects.all()._update({}),
    "_raw_delete": lambda act: Act.objects.all()._raw_delete("default"),
    "save_base": lambda act: act.save_base(),
}


@pytest.fixture
def act(alice, bob, erin):
    remove_message(say(bob, group(alice, bob)), erin, "rude")
    act = Act.objects.get()
    act.why = "never mind"
    return act


@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_down_stays(act, way):
    with pytest.raises((TypeError, IntegrityError)), transaction.atomic():
        WAYS[way](act)

    assert Act.objects.get().why == "rude"


def test_it_outlasts_who_did_it(act, erin):
    erin.delete()

    assert Act.objects.get().by_name == "erin"


def test_more_is_written_down_at_once(act):
    more = [Act(kind=act.kind, why=str(number)) for number in range(2)]

    Act.objects.bulk_create(more)

    assert Act.objects.count() == 3


@pytest.mark.parametrize("sql", ["UPDATE talk_act SET why = ''", "DELETE FROM talk_act"])
def test_postgresql_keeps_it_from_whoever_asks(act, sql):
    if connection.vendor != "postgresql":
        pytest.skip("the trigger needs PostgreSQL")
    with pytest.raises(IntegrityError, match="What was done is done"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql)

    assert Act.objects.get().why == "rude"


def test_what_a_law_wants_gone_is_deleted_as_the_page_on_operating_says(act):
    statements = example(OPERATING, "sql", "talk_act").replace("2020-01-01", str(timezone.now()))
    if connection.vendor != "postgresql":
        statements = statements.split(";")[1]
    with connection.cursor() as cursor:
        for statement in filter(str.strip, statements.split(";")):
            cursor.execute(statement)

    assert not Act.objects.exists()


def test_an_act_is_called_by_what_was_done_and_the_beginning_of_the_reason(erin):
    Act.objects.record(Act.Kind.TITLE_REMOVED, erin, f"rude{' rude' * 20}", user=None)

    assert str(Act.objects.get()) == "title removed: " + "rude " * 10
