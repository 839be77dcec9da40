"""Several moderators look at the same."""

import pytest
from django.db import transaction

from talk.exceptions import RefusalCode
from talk.models import Act, Report
from talk.moderation import Decision, decide
from talk.privacy import erase

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
