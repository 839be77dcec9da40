"""When an owner is deactivated or suspended, the group gets another one who can act."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.exceptions import RefusalCode
from talk.models import Conversation, Event, Participation

from .acting import group, participation_of, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(alice, bob, carol):
    return group(alice, bob, carol, title="Ours")


def events_after(revision, conversation):
    found = Event.objects.filter(conversation=conversation, revision__gt=revision)
    return list(found.order_by("revision").values_list("kind", flat=True))


class TestOwners:
    """A group has an owner who can act, as long as somebody is there who can."""

    @pytest.mark.parametrize("all_fields", [True, False])
    def test_another_is_named_when_the_last_one_is_deactivated(self, ours, alice, bob, all_fields):
        before = Conversation.objects.get(pk=ours.pk).revision
        alice.is_active = False
        alice.save(**({} if all_fields else {"update_fields": ["is_active"]}))

        assert events_after(before, ours) == ["participant_role_changed"]
        assert participation_of(bob, ours).role == "owner"
        assert participation_of(alice, ours).role == "owner", "who may come back"

    def test_none_is_named_where_there_is_one(self, ours, alice, bob):
        participation_of(bob, ours).change_role(Participation.Role.OWNER)
        before = Conversation.objects.get(pk=ours.pk).revision
        alice.is_active = False
        alice.save()

        assert events_after(before, ours) == []

    def test_saving_again_costs_no_more_for_many_groups(self, ours, alice, bob):
        def cost():
            with CaptureQueriesContext(connection) as asked:
                alice.save(update_fields=["is_active"])
            return len(asked)

        participation_of(bob, ours).change_role(Participation.Role.OWNER)
        alice.is_active = False
        alice.save()
        before = cost()
        alice.is_active = True
        alice.save()
        for _ in range(3):
            participation_of(bob, group(alice, bob)).change_role(Participation.Role.OWNER)
        alice.is_active = False
        alice.save()

        assert cost() == before

    def test_other_fields_name_nobody(self, ours, alice, bob):
        get_user_model().objects.filter(pk=alice.pk).update(is_active=False)
        alice.refresh_from_db()
        alice.save(update_fields=["first_name"])

        assert participation_of(bob, ours).role == "member"

    def test_what_went_around_signals_is_mended_when_somebody_comes(
        self, ours, alice, bob, carol, dave
    ):
        get_user_model().objects.filter(pk=alice.pk).update(is_active=False)
        participation_of(carol, ours).invite([dave])

        assert participation_of(bob, ours).role == "owner"

    def test_nobody_who_is_deactivated_is_named(self, ours, alice, bob, carol):
        get_user_model().objects.filter(pk=bob.pk).update(is_active=False)
        participation_of(alice, ours).leave()

        assert participation_of(carol, ours).role == "owner"
        assert participation_of(bob, ours).role == "member"

    def test_the_first_to_come_back_to_an_empty_group_owns_it(self, ours, alice, bob, carol):
        for person in (alice, bob, carol):
            participation_of(person, ours).leave()
        place = participation_of(bob, ours)

        place.reinstate()

        assert place.role == participation_of(bob, ours).role == "owner"

    def test_another_is_named_when_the_last_one_is_suspended(self, ours, alice, bob):
        participation_of(alice, ours).suspend()

        assert participation_of(bob, ours).role == "owner"
        participation_of(bob, ours).rename("His")

    def test_the_last_who_can_act_stays_one(self, ours, alice, bob):
        participation_of(bob, ours).change_role(Participation.Role.OWNER)
        get_user_model().objects.filter(pk=alice.pk).update(is_active=False)
        him = participation_of(bob, ours)

        with refused(RefusalCode.LAST_OWNER):
            him.change_role(Participation.Role.MEMBER, by=him)
