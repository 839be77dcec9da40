"""The admin pages of followers and timed jobs, which can be read alone."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from talk.models import FollowedConversation, FollowerProgress, TimedJob

from .acting import hired, private
from .test_admin import listed, page

pytestmark = pytest.mark.django_db

MODELS = (FollowerProgress, FollowedConversation, TimedJob)


@pytest.fixture
def staff(erin):
    """May do whatever a permission allows."""
    return hired(
        erin,
        *(f"{may}_{model._meta.model_name}" for model in MODELS for may in ("view", "change")),
        *(f"{may}_{model._meta.model_name}" for model in MODELS for may in ("add", "delete")),
    )


@pytest.fixture
def follower(alice, bob, carol):
    """It waits in one conversation, and has done another."""
    TimedJob.objects.create(name="job", begun_at=Now())
    follower = FollowerProgress.objects.create(name="search", settled_event=0, read_event=9)
    for other, retry_at in ((bob, None), (carol, Now() + timedelta(minutes=1))):
        follower.places.create(
            conversation=private(alice, other), revision=0, failures=3, retry_at=retry_at
        )
    return follower


def test_it_tells_how_many_conversations_a_follower_could_not_handle(staff, follower):
    (row,) = listed(staff, "followerprogress")

    assert (row.name, row.waiting_places) == ("search", 1)
    assert "search" in page(staff, "followerprogress_change", follower.pk)


def test_it_lists_the_conversations_that_wait_alone(staff, follower):
    waiting = follower.places.get(retry_at__isnull=False)

    assert listed(staff, "followedconversation") == [waiting]
    assert listed(staff, "followedconversation", q=waiting.conversation_id) == [waiting]
    assert listed(staff, "followedconversation", q=0) == []
    assert "search" in page(staff, "followedconversation_change", waiting.pk)


def test_it_lists_the_jobs(staff, follower):
    (job,) = listed(staff, "timedjob")

    assert job.name == "job"
    assert "job" in page(staff, "timedjob_change", job.pk)


@pytest.mark.parametrize("model", MODELS)
def test_nothing_of_it_can_be_changed(staff, follower, model):
    name, row = model._meta.model_name, model.objects.order_by("-pk")[0]
    before = list(model.objects.values())
    for kind, args in (("add", []), ("change", [row.pk]), ("delete", [row.pk])):
        answer = staff.post(reverse(f"admin:talk_{name}_{kind}", args=args), {"name": "other"})
        assert answer.status_code == 403
    assert list(model.objects.values()) == before
