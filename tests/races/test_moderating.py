"""Several moderators look at the same."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F

from talk.exceptions import RefusalCode
from talk.models import Act, Message, Report
from talk.moderation import Decision, decide
from talk.privacy import erase
from talk.purging import purge

from .together import in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reports(alice, bob, carol, participation_of):
    """Bob's and Carol's of the same message."""
    message = participation_of(alice).send("rude")
    return [
        Report.objects.report_message(participation_of(by), message, "It is.")
        for by in (bob, carol)
    ]


@pytest.mark.parametrize("decision", [Decision.REMOVE, Decision.DISMISS])
def test_reports_of_the_same_are_decided_once(reports, dave, erin, decision):
    first, second = reports

    outcomes = in_turn(
        lambda: decide(first, decision, dave, "I say so."),
        lambda: decide(second, decision, erin, "So do I."),
        behind=Report.objects.order_by("pk"),
    )

    assert outcomes == [None, RefusalCode.NOT_FOUND]
    assert Act.objects.count() == 1
    assert not Report.objects.filter(settled_at=None).exists()


def test_who_reported_and_who_was_are_erased_while_it_is_decided(
    reports, alice, carol, dave, this_group
):
    """In one transaction, as a project may have it that deletes them with it."""

    def erase_both():
        with transaction.atomic():
            for each in (alice, carol):
                erase(each, "They asked for it.")

    _erased, decided = in_turn(
        erase_both,
        lambda: decide(reports[0], Decision.REMOVE, dave, "I say so."),
        behind=this_group,
    )

    assert decided == RefusalCode.NOT_FOUND, "the words are gone already"
    assert not Report.objects.filter(reporter=carol).exists()
    assert not Report.objects.filter(person=alice).exists()


@pytest.fixture
def against_the_order(bob, carol, participation_of):
    """Carol's reports of two messages of Bob's. Without an order, the later one is found first."""
    messages = [participation_of(bob).send("rude") for _time in range(2)]
    first, second = (
        Report.objects.report_message(participation_of(carol), each, "It is.")
        for each in reversed(messages)
    )
    # PostgreSQL writes a row anew behind all others if it changes in an index.
    Report.objects.filter(pk=first.pk).update(at=F("at") + timedelta(seconds=1))
    return [first, second]


@pytest.mark.parametrize("goes", ["erased", "purged"])
def test_the_words_of_reported_messages_go_while_the_person_who_reported_them_is_erased(
    against_the_order, bob, carol, settings, goes
):
    """Both lock the reports in the same order. In another one, they would wait for each other."""
    settings.TALK = {"RETENTION": {"group": 30}}
    if goes == "purged":
        Message.objects.update(sent_at=F("sent_at") - timedelta(days=60))

    in_turn(
        lambda: erase(carol, "She asked for it."),
        purge if goes == "purged" else lambda: erase(bob, "He asked for it."),
        behind=Report.objects.filter(pk=against_the_order[0].pk),
    )

    assert not Report.objects.exclude(words="").exists()
    assert not Report.objects.exclude(reporter=None).exists()


def test_an_account_is_deleted_while_the_person_who_reported_it_is_erased(
    against_the_order, bob, carol
):
    in_turn(
        lambda: erase(carol, "She asked for it."),
        bob.delete,
        behind=Report.objects.filter(pk=against_the_order[0].pk),
    )

    assert Report.objects.filter(reporter=None, person=None).count() == 2
