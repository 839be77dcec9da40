"""Several moderators look at the same."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import Act, Report
from talk.moderation import Decision, decide
from talk.privacy import erase

from .together import at_once, in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reports(alice, bob, carol, place_of):
    """Bob's and Carol's of the same message."""
    message = place_of(alice).send("rude")
    return [Report.objects.report_message(place_of(by), message, "It is.") for by in (bob, carol)]


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


@pytest.mark.parametrize("time", range(5))
def test_whoever_reported_is_erased_while_it_is_decided(reports, carol, dave, time):
    at_once(
        lambda: decide(reports[0], Decision.REMOVE, dave, "I say so."),
        lambda: erase(carol, "She asked for it."),
    )

    assert not Report.objects.filter(settled_at=None).exists()
    assert not Report.objects.filter(reporter=carol).exists()
