"""Pages of participants: the database reads the first rows of each conversation, and no others."""

import json

import pytest
from django.db import connection, connections
from django.utils import timezone

from talk.models import Conversation, Participation
from talk.models.participation.questions import pages_in

from .acting import group, participation_of

pytestmark = pytest.mark.django_db

ACTIVE = Participation.Status.ACTIVE


@pytest.fixture
def groups(alice, django_user_model):
    """Three groups of alice's: a few people, many people, and those of the second again."""
    people = django_user_model.objects.bulk_create(
        django_user_model(username=f"somebody {number}") for number in range(200)
    )
    groups = [group(alice, *people[:some]) for some in (2, 200, 200)]
    participation_of(people[0], groups[1]).leave()
    return groups


def firsts(conversations, present, gone=(), size=4, after=0):
    found = Participation.objects.pages_in(present, list(gone), ACTIVE, size, after)
    return {
        key: [each.pk for each in found if each.conversation_id == key] for key in conversations
    }


def those_of(conversation, **those):
    rows = conversation.participations.filter(**those).order_by("pk")
    return [each.pk for each in rows]


def test_the_first_of_each_are_those_who_came_first(groups):
    keys = [each.pk for each in groups]
    active = {each.pk: those_of(each, status=ACTIVE) for each in groups}

    assert firsts(keys, keys) == {key: pks[:4] for key, pks in active.items()}
    after = active[keys[1]][10]
    later = {key: [pk for pk in pks if pk > after][:4] for key, pks in active.items()}
    assert firsts(keys, keys, after=after) == later


def test_who_is_gone_sees_their_own_place_alone(groups):
    few, many, _again = groups
    gone = those_of(many, status=Participation.Status.LEFT)

    found = firsts([few.pk, many.pk], [few.pk], gone)
    assert found == {few.pk: those_of(few), many.pk: gone}
    assert firsts([many.pk], [], gone) == {many.pk: gone}
    assert firsts([], []) == {}


def test_one_index_is_for_all_of_a_conversation(db):
    with connection.cursor() as cursor:
        table = Participation._meta.db_table
        found = connection.introspection.get_constraints(cursor, table).values()
    indexes = [each["columns"] for each in found if each["index"] and not each["unique"]]
    assert ["conversation_id", "id"] in indexes
    assert ["conversation_id"] not in indexes


@pytest.mark.postgresql
def test_large_groups_are_not_read_as_a_whole(groups, django_user_model):
    """In a table that is large enough for the planner not to look at it as a whole."""
    many = Conversation.objects.bulk_create(
        Conversation(kind=Conversation.Kind.GROUP) for _group in range(1_000)
    )
    now, people = timezone.now(), django_user_model.objects.all()[:20]
    Participation.objects.bulk_create(
        Participation(conversation=there, user=each, last_activity_at=now, changed_at=now)
        for there in many
        for each in people
    )
    keys = [each.pk for each in (*groups, *many[:5])]
    asked = pages_in(4, present=keys, gone=[], status=ACTIVE, after=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE talk_conversation, talk_participation")
        statement = asked.form.statement()
        values = statement.filled(asked.values, connections["default"])
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}", values)
        ((told,),) = cursor.fetchall()

    (plan,) = json.loads(told) if isinstance(told, str) else told
    # Where the first are looked for: by the key alone it would be thousands. Those that are found
    # are read once more, by their keys, and as often as the planner likes.
    limits = [each for each in _nodes(plan["Plan"]) if each["Node Type"] == "Limit"]
    (read,) = (_rows_of(each) for limit in limits for each in _nodes(limit) if _is_of_people(each))
    assert read <= 4 * len(keys) + 1, "and who left is passed over"


def _nodes(node):
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)


def _is_of_people(node):
    return node.get("Relation Name") == Participation._meta.db_table


def _rows_of(node):
    return (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
