"""People of a conversation are found by their names there, to complete a mention."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import NameWord

from ..conftest import person
from .asking import code, gid, group, leave, ok, walk

pytestmark = pytest.mark.django_db

SEARCH = """query ($id: ID!, $search: String, $status: ParticipationStatus! = ACTIVE,
    $first: Int, $after: String) { conversation(id: $id) { participants(
    search: $search, status: $status, first: $first, after: $after) {
    edges { node { user { username } } } pageInfo { hasNextPage endCursor } } } }"""


def page(ask, conversation, search, **given):
    answer = ask(SEARCH, id=gid(conversation), search=search, **given)
    return ok(answer)["conversation"]["participants"]


def found(ask, conversation, search, **given):
    edges = page(ask, conversation, search, **given)["edges"]
    return [edge["node"]["user"]["username"] for edge in edges]


def named(person, first, last):
    person.first_name, person.last_name = first, last
    person.save()


def test_only_people_of_the_conversation_are_found(gql, alice, bob, carol):
    named(carol, "Bo", "Derek")
    talk = group(alice, bob)

    assert found(gql(alice), talk, "bo") == ["bob"]


@pytest.mark.parametrize(
    ("search", "usernames"),
    [
        ("ben", ["bob", "carol"]),
        ("RUY be", ["bob"]),
        ("ruyter ben", ["bob"]),
        ("uyter", []),
        ("%", []),
        ("", ["alice", "bob", "carol"]),
        (None, ["alice", "bob", "carol"]),
        ("ali", ["alice"]),
    ],
)
def test_people_are_found_by_words_as_in_a_search_of_all_users(
    gql, alice, bob, carol, search, usernames
):
    named(bob, "Ben", "De Ruyter")
    named(carol, "Benita", "Braun")
    talk = group(alice, bob, carol)

    assert found(gql(alice), talk, search) == usernames


def test_those_who_left_search_among_those_who_took_part_then(gql, alice, bob, carol, dave):
    named(carol, "Ben", "One")
    named(dave, "Ben", "Two")
    talk = group(alice, bob, carol)
    leave(bob, talk)
    talk.participation_of(alice).invite([dave])
    leave(carol, talk)

    assert found(gql(bob), talk, "ben") == ["carol"]
    assert found(gql(alice), talk, "ben") == ["dave"]
    assert found(gql(alice), talk, "ben", status="LEFT") == ["carol"]
    assert found(gql(bob), talk, "ben", status="LEFT") == []


def test_those_who_are_invited_search_among_those_who_take_part(gql, alice, bob, carol, settings):
    talk = group(alice, bob)
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    talk.participation_of(alice).invite([carol])

    assert found(gql(carol), talk, "bo") == ["bob"]
    assert found(gql(carol), talk, "carol") == []
    assert found(gql(alice), talk, "carol", status="INVITED") == ["carol"]


def test_a_search_has_pages(gql, alice):
    people = [person(f"ben{number}") for number in range(7)]
    talk = group(alice, *people)
    ask = gql(alice)
    pages = walk(lambda **given: page(ask, talk, "ben", **given), first=3)

    usernames = [edge["node"]["user"]["username"] for each in pages for edge in each["edges"]]
    assert usernames == [each.username for each in people]
    assert [len(each["edges"]) for each in pages] == [3, 3, 1]


def test_a_text_that_no_name_can_have_is_refused(gql, alice, bob):
    answer = gql(alice)(SEARCH, id=gid(group(alice, bob)), search="\0")

    assert code(answer) == "INVALID_TEXT"


# Executed one way only, since each way counts.
@pytest.mark.usefixtures("django_assert_num_queries")
def test_each_word_of_a_search_counts_in_the_rate_of_searches(gql, alice, bob, at_most):
    at_most(search="3/hour")
    ask, talk = gql(alice), group(alice, bob)
    found(ask, talk, None)
    found(ask, talk, "bo b")
    found(ask, talk, "")

    assert code(ask(SEARCH, id=gid(talk), search="bo")) == "RATE_LIMITED"


def test_a_search_in_each_conversation_of_an_inbox_is_too_expensive(gql, alice, bob):
    group(alice, bob)
    each = '{ inbox { edges { node { conversation { participants(search: "b", first: 1) { edges {'

    assert code(gql(alice)(each + " cursor } } } } } } }")) == "LIMIT_EXCEEDED"


def test_a_search_among_many_takes_as_many_queries_as_among_few(gql, alice, bob, django_user_model):
    ask, talk = gql(alice), group(alice, bob)

    def taken():
        with CaptureQueriesContext(connection) as captured:
            assert found(ask, talk, "b") != []
        return len(captured)

    few = taken()
    people = django_user_model.objects.bulk_create(
        django_user_model(username=f"bee{number}") for number in range(100)
    )
    NameWord.objects.refresh_for([each.pk for each in people])
    talk.participation_of(alice).invite(people)

    assert taken() == few
