"""A reply refers to an earlier message of the conversation, and is in the branch of that one."""

import uuid

import pytest
from django.db import connection

from talk.exceptions import RefusalCode
from talk.models import Block, Message
from talk.models.message.idempotency import Request
from talk.models.message.references import References
from talk.models.replies import first_replies, quoted_by, reply_counts

from ..trips import trips_of
from .acting import everything, group, participation_of, private, refused, say

ID = uuid.UUID(int=1)


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol)


def reply(user, conversation, number, body="Yes", **more):
    return participation_of(user, conversation).send(body, reply_to=number, **more)


def test_a_reply_has_the_number_of_what_it_replies_to(alice, bob, lunch):
    asked = say(alice, lunch, "Noon?")

    answer = Message.objects.get(pk=reply(bob, lunch, asked.number).pk)

    assert (answer.reply_to, answer.root) == (1, 1)
    assert asked.root is None


def test_a_reply_is_in_the_branch_of_what_it_replies_to_however_deep(alice, bob, carol, lunch):
    say(alice, lunch, "Something else")
    say(alice, lunch, "Noon?")
    for person, number in (bob, 2), (carol, 3), (alice, 4):
        reply(person, lunch, number)

    branch = Message.objects.filter(root=2).order_by("number")

    assert list(branch.values_list("number", "reply_to")) == [(3, 2), (4, 3), (5, 4)]


@pytest.mark.parametrize("number", [0, -1, 2, 2**31, 2**63, -(2**70)])
def test_a_reply_is_to_a_message_that_is_there(alice, bob, lunch, number):
    say(alice, lunch)

    with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
        reply(bob, lunch, number)


def test_a_message_does_not_reply_to_itself(alice, lunch):
    say(alice, lunch)

    with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
        reply(alice, lunch, 2)


def test_a_reply_is_to_a_message_of_the_same_conversation(alice, bob, lunch):
    for _ in range(3):
        say(alice, lunch)
    pair = private(alice, bob)
    say(alice, pair)

    with refused(RefusalCode.NUMBER_OUT_OF_RANGE, "reply_to"):
        reply(bob, pair, 3)


def test_a_reply_is_to_what_somebody_said(alice, bob, lunch):
    participation_of(alice, lunch).rename("Lunch")

    with refused(RefusalCode.NOT_A_TEXT, "reply_to"):
        reply(bob, lunch, 1)


def test_an_announcement_can_be_answered(alice, lunch):
    lunch.announce("The kitchen is closed.")

    assert reply(alice, lunch, 1).root == 1


def test_a_reply_to_what_was_removed_meanwhile_is_sent_all_the_same(alice, bob, lunch):
    asked = say(alice, lunch, "Noon?")
    reply(bob, lunch, asked.number)
    with lunch.changing(None) as change:
        change.remove([asked], Message.Removal.MODERATED)

    answer = reply(bob, lunch, asked.number)

    assert (answer.reply_to, answer.root) == (1, 1)


def test_who_left_replies_to_nothing_and_learns_nothing(alice, bob, lunch):
    say(alice, lunch)
    participation_of(bob, lunch).leave()
    say(alice, lunch)

    for number in 1, 3, 99:
        with refused(RefusalCode.NOT_A_PARTICIPANT):
            reply(bob, lunch, number)


def test_in_private_who_is_blocked_does_not_reply(alice, bob):
    pair = private(alice, bob)
    say(alice, pair)
    Block.objects.block(alice, bob)

    with refused(RefusalCode.NOT_REACHABLE):
        reply(bob, pair, 1)


def test_in_another_conversation_a_person_who_left_one_sees_all_replies(alice, bob, carol, lunch):
    elsewhere = group(alice, bob, carol)
    roots = [say(alice, each).pk for each in (lunch, elsewhere)]
    reply(carol, lunch, 1)
    left = participation_of(bob, lunch)
    left.leave()
    for there in (lunch, elsewhere, elsewhere, elsewhere):
        reply(carol, there, 1)

    assert reply_counts(roots, [left.pk]) == dict(zip(roots, (1, 3), strict=True))
    found = first_replies(roots, 9, 0, [left.pk])
    assert [conversation for _key, conversation, _root in found] == [lunch.pk, *[elsewhere.pk] * 3]


def test_what_is_quoted_is_of_the_conversation_of_the_reply(alice, bob, carol, lunch):
    elsewhere = group(alice, bob, carol)
    asked = [say(alice, each) for each in (lunch, elsewhere)]
    answers = [reply(bob, each, 1) for each in (lunch, elsewhere)]

    found = quoted_by(answers)

    assert [found[each.pk] for each in answers] == asked


def test_a_reply_takes_nobody_in(alice, bob, dave, lunch):
    pair = private(alice, bob)
    say(bob, pair)
    say(bob, lunch)

    for there in pair, lunch:
        with refused(RefusalCode.INVALID_INPUT, "reply_to"):
            reply(alice, there, 1, invite=[dave])
    assert reply(alice, pair, 1, invite=[]).conversation == pair


def test_on_behalf_of_a_user_too(alice, bob, lunch):
    say(alice, lunch)

    assert Message.send_to_conversation("Yes", bob, lunch, reply_to=1).root == 1


def test_a_retry_of_a_reply_is_the_same_message(alice, bob, lunch):
    say(alice, lunch)
    answer = reply(bob, lunch, 1, client_id=ID)
    before = everything()

    assert reply(bob, lunch, 1, client_id=ID) == answer
    assert everything() == before
    say(alice, lunch)
    with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
        reply(bob, lunch, 2, client_id=ID)
    with refused(RefusalCode.CLIENT_ID_REUSED, "client_id"):
        participation_of(bob, lunch).send("Yes", client_id=ID)


def test_the_fingerprint_of_a_plain_request_is_the_one_of_earlier_versions(alice, bob):
    """Retries across an upgrade are known for what they are: these digests never change."""
    alice.pk, bob.pk = 1, 2

    for references in (), (References(),), (References.of(None, None, False),):
        assert Request(alice, ID, "conversation 7", "Hello", [], *references).fingerprint == (
            "4faef5c2a79790c4b9284cb8b0d2fdd327d0b63b934869b9e9ead1eb98249f30"
        )
        assert Request(alice, ID, "users", "Hello", [bob, alice], *references).fingerprint == (
            "643ab2a17cf90f0904d96491153efe80927c06457ec6ded5b6d85c0796c8b2e1"
        )


def test_the_fingerprint_tells_what_is_referred_to(alice, bob):
    given = [
        References(),
        References(reply_to=1),
        References(reply_to=2),
        References.of(None, (), False),
        References.of(None, (alice,), False),
        References.of(None, (alice, bob), False),
        References(mention_all=True),
        References(reply_to=1, mention_all=True),
        References(attachments=(1,)),
        References(attachments=(2, 1)),
        # Their order is the one in which they are shown.
        References(attachments=(1, 2)),
    ]

    prints = {Request(alice, ID, "users", "Hello", [], each).fingerprint for each in given}

    assert len(prints) == len(given)
    two = Request(alice, ID, "users", "Hello", [], References.of(None, (bob, alice, bob), False))
    assert two.fingerprint in prints, "the order of names does not matter"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_a_reply_takes_as_many_round_trips_as_any_message(settings, alice, bob, carol):
    settings.TALK = {**settings.TALK, "PREPARED_QUERIES": True}
    lunch, pair = group(alice, bob, carol), private(alice, bob)
    for there in lunch, pair:
        say(alice, there)
        say(bob, there)
        mine = participation_of(bob, there)
        for _ in range(8):
            # To prepare a statement takes a trip of its own, once for each connection.
            mine.send("Warm")
            mine.send("Warm", reply_to=1)
        with trips_of(connection) as plain:
            mine.send("Plain")
        with trips_of(connection) as replying:
            mine.send("Yes", reply_to=1)

        assert len(replying) == len(plain) == (4 if there == lunch else 6)
