"""Whom a conversation is with, and what to call it, without a list of people for each row."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Participation
from talk.privacy import erase

from ..conftest import person
from .asking import code, gid, group, leave, nodes, ok, private

pytestmark = pytest.mark.django_db

ONE = "query ($id: ID!) { conversation(id: $id) { name others { username } } }"
INBOX = """query ($status: ParticipationStatus) { inbox(filter: {status: $status}) { edges {
    node { conversation { name others { username } } } } } }"""


def told(ask, conversation):
    found = ok(ask(ONE, id=gid(conversation)))["conversation"]
    return found["name"], [each["username"] for each in found["others"]]


@pytest.fixture
def five(alice, bob, carol, dave, erin):
    return alice, bob, carol, dave, erin


def test_a_private_conversation_has_the_name_of_the_other_person(gql, alice, bob):
    between = private(alice, bob)

    assert told(gql(alice), between) == ("Bob", ["bob"])
    assert told(gql(bob), between) == ("Alice", ["alice"])


def test_a_group_has_its_title_as_its_name(gql, alice, bob):
    assert told(gql(alice), group(alice, bob, title="Lunch")) == ("Lunch", ["bob"])


def test_a_group_without_a_title_has_the_names_of_the_first_three_others(gql, five):
    alice, _bob, carol, dave, erin = five
    untitled = group(*five)

    assert told(gql(alice), untitled) == ("Bob, Carol, Dave", ["bob", "carol", "dave"])
    assert told(gql(carol), untitled) == ("Alice, Bob, Dave", ["alice", "bob", "dave"])
    assert told(gql(dave), untitled) == ("Alice, Bob, Carol", ["alice", "bob", "carol"])
    assert told(gql(erin), untitled) == ("Alice, Bob, Carol", ["alice", "bob", "carol"])


def test_somebody_who_is_alone_has_no_others(gql, alice, bob, carol):
    alone = group(alice, bob)
    leave(bob, alone)
    with_the_erased = private(alice, carol)
    erase(carol, "asked")

    assert told(gql(alice), alone) == told(gql(alice), with_the_erased) == ("", [])


def test_the_partner_whose_account_is_deactivated_is_still_named(gql, alice, bob):
    between = private(alice, bob)
    bob.is_active = False
    bob.save()

    assert told(gql(alice), between) == ("Bob", ["bob"])


def test_those_who_left_see_who_took_part_then(gql, five):
    alice, bob, carol, dave, erin = five
    talk = group(alice, bob, carol)
    leave(bob, talk)
    talk.participation_of(alice).invite([dave, erin])
    leave(alice, talk)

    assert told(gql(bob), talk) == ("Alice, Carol", ["alice", "carol"])
    assert told(gql(alice), talk) == ("Carol, Dave, Erin", ["carol", "dave", "erin"])
    assert told(gql(dave), talk) == ("Carol, Erin", ["carol", "erin"])


def test_those_who_are_invited_see_who_takes_part_and_who_declined_sees_nobody(
    gql, alice, bob, carol, dave, settings
):
    talk = group(alice, bob)
    settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
    talk.participation_of(alice).invite([carol, dave])
    talk.participation_of(dave).decline()

    assert told(gql(carol), talk) == ("Alice, Bob", ["alice", "bob"])
    assert told(gql(dave), talk) == ("", [])
    assert told(gql(alice), talk) == ("Bob", ["bob"])


@pytest.mark.parametrize(("first", "found"), [(0, []), (1, ["bob"]), (10, ["bob", "carol"])])
def test_as_many_others_are_told_as_were_asked_for(gql, alice, bob, carol, first, found):
    query = (
        f"query ($id: ID!) {{ conversation(id: $id) {{ others(first: {first}) {{ username }} }} }}"
    )
    others = ok(gql(alice)(query, id=gid(group(alice, bob, carol))))["conversation"]["others"]

    assert [each["username"] for each in others] == found


@pytest.mark.parametrize("first", [-1, 11])
def test_more_others_than_a_list_is_priced_for_are_refused(gql, alice, bob, first):
    query = f"query ($id: ID!) {{ conversation(id: $id) {{ others(first: {first}) {{ id }} }} }}"

    assert code(gql(alice)(query, id=gid(group(alice, bob)))) == "INVALID_PAGE"


@pytest.mark.parametrize("status", ["ACTIVE", "LEFT"])
def test_names_and_others_of_a_page_take_as_many_queries_as_of_one_row(
    gql, alice, bob, carol, status
):
    ask = gql(alice)

    def more(count):
        for number in range(count):
            talk = group(alice, bob, person(f"p{Participation.objects.count()}"), carol)
            private(alice, person(f"q{Participation.objects.count()}"))
            if number % 2 or status == "LEFT":
                leave(alice, talk)

    def taken():
        with CaptureQueriesContext(connection) as captured:
            found = nodes(ok(ask(INBOX, status=status))["inbox"])
        return len(captured), found

    more(2)
    few, _found = taken()
    more(24)
    many, found = taken()

    assert many == few
    assert len(found) > 20
    assert all(each["conversation"]["name"] for each in found)


def test_titles_are_told_without_reading_people(gql, alice, bob, django_assert_num_queries):
    ask = gql(alice)
    group(alice, bob, title="Lunch")
    query = "{ inbox { edges { node { conversation { name } } } } }"

    # The session, the viewer, the page, whom the viewer blocked; and the people of the untitled.
    with django_assert_num_queries(4):
        ok(ask(query))
    group(alice, bob)
    with django_assert_num_queries(5):
        ok(ask(query))
