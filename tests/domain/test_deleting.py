"""Deleting an account leaves the conversations of other people intact."""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models.signals import pre_delete
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from talk import receivers
from talk.exceptions import RefusalCode
from talk.models import (
    AccessToken,
    Block,
    Conversation,
    Edit,
    Event,
    Mention,
    Message,
    Participation,
    Reaction,
    Report,
)
from talk.models.conversation.keys import members_key
from talk.privacy import erase

from ..races.together import assert_sound
from .acting import crowd, group, hired, participation_of, private, refused, say, story

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(alice, bob, carol):
    """Alice's, who reported, was reported, blocked, was blocked, and has a token.

    She edited her message and reacted to Bob's, which mentions her.
    """
    ours = group(alice, bob, carol, title="Ours")
    participation_of(alice, ours).edit(say(alice, ours, "Helo"), "Hello")
    to_her = participation_of(bob, ours).send("Hello", mentions=[alice])
    participation_of(alice, ours).react(to_her, "👍")
    say(alice, private(alice, bob), "in private")
    Block.objects.block(alice, carol)
    Block.objects.block(carol, alice)
    Report.objects.report_user(alice, bob, "rude")
    Report.objects.report_user(bob, alice, "rude")
    AccessToken.objects.issue(alice, "phone")
    return ours


def through_the_admin(alice):
    admin = get_user_model().objects.create_superuser("root", "", "password")
    client = Client()
    client.force_login(admin)
    client.post(reverse("admin:auth_user_delete", args=[alice.pk]), {"post": "yes"})


WAYS = {
    "delete": lambda alice: alice.delete(),
    "queryset": lambda alice: get_user_model().objects.filter(pk=alice.pk).delete(),
    "base": lambda alice: get_user_model()._base_manager.filter(pk=alice.pk).delete(),
    "admin": through_the_admin,
}


@pytest.fixture(params=WAYS)
def delete(request):
    return WAYS[request.param]


def events_after(revision, conversation):
    found = Event.objects.filter(conversation=conversation, revision__gt=revision)
    return list(found.order_by("revision").values_list("kind", flat=True))


def statements_of(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


class TestDeleting:
    def test_they_leave_first_and_the_group_has_another_owner(self, ours, alice, bob, delete):
        before = Conversation.objects.get(pk=ours.pk)
        delete(alice)

        assert not get_user_model().objects.filter(username="alice").exists()
        assert story(ours)[-1] == "left"
        assert events_after(before.revision, ours) == [
            "participant_left",
            "participant_role_changed",
        ]
        assert participation_of(bob, ours).role == "owner"

    def test_what_is_known_of_who_takes_part_is_right(self, ours, alice, bob, carol, delete):
        delete(alice)

        ours.refresh_from_db()
        assert ours.members_key == members_key([bob.pk, carol.pk])
        for each in Conversation.objects.all():
            assert_sound(each)

    def test_the_private_conversation_is_nobodys_pair(self, ours, alice, bob, delete):
        there = Conversation.objects.get(kind="private")
        pair = there.pair
        delete(alice)

        there.refresh_from_db()
        assert there.pair not in (None, pair), "SQLite gives the key to the next account"
        assert participation_of(bob, there).is_active

    def test_what_they_said_stays_and_nobody_said_it(self, ours, alice, delete):
        delete(alice)

        assert set(ours.messages.filter(kind="text").values_list("body", flat=True)) == {"Hello"}
        assert set(Report.objects.values_list("why")) == {("rude",)}
        assert not AccessToken.objects.exists()
        assert not Block.objects.exists()

    def test_their_reactions_count_on_and_name_nobody_and_nothing_mentions_them(
        self, ours, alice, delete
    ):
        delete(alice)

        assert [each.user for each in Reaction.objects.all()] == [None]
        assert not Mention.objects.exists()
        assert Edit.objects.get().body == "Helo"

    def test_it_takes_as_many_statements_with_many_reactions_and_mentions_as_with_few(self):
        owner, one, another = crowd(3)
        there = group(owner, one, another)
        for person, times in ((one, 1), (another, 30)):
            for _time in range(times):
                to_them = participation_of(owner, there).send("Hello", mentions=[person])
                participation_of(person, there).react(to_them, "👍")

        assert statements_of(one.delete) == statements_of(another.delete)

    def test_whoever_had_blocked_them_has_it_unread(self, ours, alice, carol, delete):
        delete(alice)

        place = participation_of(carol, ours)
        assert (place.first_unread_number, place.unread_count) == (1, 2)

    def test_many_at_once(self, ours, alice, bob, carol, dave):
        there = group(dave, alice, bob, title="There")
        people = get_user_model().objects.filter(pk__in=[alice.pk, bob.pk, dave.pk])
        people.delete()

        assert participation_of(carol, ours).role == "owner"
        assert not there.participations.exists()
        for each in Conversation.objects.all():
            assert_sound(each)

    def test_a_proxy_of_the_user_model_is_an_account_too(self):
        class Colleague(get_user_model()):
            class Meta:
                proxy = True
                app_label = "auth"

        try:
            assert Colleague in receivers.account_models()
        finally:
            del apps.all_models["auth"]["colleague"]
            apps.clear_cache()

    @pytest.mark.django_db(transaction=True)
    def test_a_child_of_the_user_model_may_go_alone(self, alice, bob):
        class Courier(get_user_model()):
            class Meta:
                app_label = "auth"

        try:
            with connection.schema_editor() as editor:
                editor.create_model(Courier)
            receivers.connect(Courier)
            courier = Courier.objects.create(username="courier")
            account = get_user_model().objects.get(pk=courier.pk)
            conversation = group(alice, bob, account)

            courier.delete(keep_parents=True)
            assert participation_of(account, conversation).is_active

            Courier(user_ptr_id=account.pk).save_base(raw=True)
            Courier.objects.get().delete()
            assert not get_user_model().objects.filter(pk=account.pk).exists()
            assert_sound(conversation)
        finally:
            with connection.schema_editor() as editor:
                editor.delete_model(Courier)
            del apps.all_models["auth"]["courier"]
            apps.clear_cache()

    def test_nothing_begins_with_somebody_who_was_deactivated_and_is_gone(self, alice, bob):
        bob.is_active = False
        bob.save()
        get_user_model().objects.get(pk=bob.pk).delete()

        for begin in (
            lambda: Block.objects.block(alice, bob),
            lambda: Report.objects.report_user(alice, bob, "rude"),
            lambda: AccessToken.objects.issue(bob, "phone"),
        ):
            with refused(RefusalCode.UNKNOWN_USER):
                begin()

    def test_other_models_are_not_listened_to(self):
        """Or Django would delete them one by one."""
        assert pre_delete.has_listeners(get_user_model())
        assert not pre_delete.has_listeners(Message)

    @pytest.mark.parametrize("keep", [True, False])
    def test_nor_does_erasing_leave_a_wrong_count(self, ours, alice, carol, keep):
        erase(alice, "She asked for it.", keep_words=keep)

        assert participation_of(carol, ours).unread_count == (2 if keep else 1)
        if keep:
            assert_sound(ours)


class TestAdmin:
    @pytest.fixture
    def staff(self, erin):
        """Erin may delete accounts, and nothing of Talk."""
        return hired(erin, "delete_user", "view_user")

    def test_staff_delete_people_who_have_conversations_and_blocks(self, staff, ours, alice):
        url = reverse("admin:auth_user_delete", args=[alice.pk])
        asked = staff.get(url)
        assert asked.context["perms_lacking"] == set()
        assert "by alice" not in asked.content.decode(), "whom she blocked"
        assert f"in {ours.pk}" not in asked.content.decode(), "where she takes part"

        staff.post(url, {"post": "yes"})

        assert not get_user_model().objects.filter(pk=alice.pk).exists()

    def test_whatever_the_app_of_accounts_is_called(self, staff, erin, rf):
        request = rf.get("/")
        request.user = erin
        request.resolver_match = SimpleNamespace(url_name="talk_people_person_delete")

        for model in Block, Participation, AccessToken:
            assert admin.site.get_model_admin(model).has_delete_permission(request)

    def test_and_several(self, staff, ours, alice, bob):
        chosen = {"action": "delete_selected", "_selected_action": [alice.pk, bob.pk]}
        staff.post(reverse("admin:auth_user_changelist"), {**chosen, "post": "yes"})

        assert not get_user_model().objects.filter(pk__in=[alice.pk, bob.pk]).exists()

    def test_but_none_of_these_by_itself(self, staff, ours, alice, erin):
        more = Permission.objects.filter(content_type__app_label="talk", codename__contains="view")
        erin.user_permissions.add(*more)
        rows = [Participation.objects.first(), Block.objects.first(), AccessToken.objects.first()]
        for row in rows:
            name = row._meta.model_name
            url = reverse(f"admin:talk_{name}_delete", args=[row.pk])
            assert staff.post(url, {"post": "yes"}).status_code == 403
            chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
            staff.post(reverse(f"admin:talk_{name}_changelist"), chosen)
            assert type(row).objects.filter(pk=row.pk).exists()
