"""The admin pages, as support staff see them."""

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Permission
from django.core import checks
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from talk.models import (
    AccessToken,
    Attachment,
    Block,
    Conversation,
    Message,
    Participation,
    Pin,
    Reaction,
    SavedMessage,
)

from .acting import crowd, group, hired, participation_of, private, say, send_files, upload

MODELS = [Attachment, Conversation, Participation, Message, Pin, Reaction, Block, AccessToken]


@pytest.fixture
def staff(erin):
    """Erin's browser. She may look at everything and make tokens, but not read messages."""
    codenames = [f"view_{model._meta.model_name}" for model in MODELS]
    codenames += ["add_accesstoken", "change_accesstoken", "view_user"]
    return hired(erin, *codenames)


@pytest.fixture
def conversation(alice, bob, carol):
    """With somebody who left, an upgrade, and a secret."""
    conversation = participation_of(alice, private(alice, bob)).invite([carol])
    said = send_files(alice, conversation, upload(alice, "secret.txt"), body="A secret")
    participation_of(bob, conversation).react(said, "👍")
    participation_of(alice, conversation).pin_message(said)
    participation_of(bob, conversation).save_message(said)
    participation_of(carol, conversation).leave()
    AccessToken.objects.issue(alice, "laptop")
    Block.objects.block(alice, carol)
    return conversation


def page(client, name, *args, **query):
    answer = client.get(reverse(f"admin:talk_{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(client, name, **query):
    answer = client.get(reverse(f"admin:talk_{name}_changelist"), query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


@pytest.mark.parametrize("model", MODELS)
def test_each_list_and_page_is_there(staff, conversation, model):
    rows = listed(staff, model._meta.model_name)
    assert rows

    for row in rows:
        page(staff, f"{model._meta.model_name}_change", row.pk)
        page(staff, f"{model._meta.model_name}_history", row.pk)


@pytest.mark.parametrize("model", MODELS)
def test_no_page_is_there_without_permission(staff, erin, conversation, model):
    erin.user_permissions.clear()

    for url in ("changelist", "add"):
        assert staff.get(reverse(f"admin:talk_{model._meta.model_name}_{url}")).status_code == 403


@pytest.mark.parametrize("model", [Attachment, Conversation, Participation, Message, Pin, Reaction])
def test_nothing_that_the_verbs_keep_in_step_is_edited(admin_client, conversation, model):
    name, row = model._meta.model_name, model.objects.first()
    before = list(model.objects.order_by("pk").values())

    for url in (reverse(f"admin:talk_{name}_add"), reverse(f"admin:talk_{name}_delete", args=[1])):
        assert admin_client.get(url).status_code in (403, 302)
    changed = admin_client.post(reverse(f"admin:talk_{name}_change", args=[row.pk]), {"title": "X"})

    assert changed.status_code == 403
    assert list(model.objects.order_by("pk").values()) == before


class TestBodies:
    def test_they_are_hidden(self, staff, conversation):
        message = conversation.messages.get(kind="text")

        pages = [page(staff, "message_change", message.pk), page(staff, "message_changelist")]
        pages.append(page(staff, "conversation_change", conversation.pk))
        pages.append(page(staff, "attachment_changelist"))
        pages.append(page(staff, "attachment_change", message.attachments.get().pk))

        assert not any("secret" in each.lower() for each in pages)

    def test_they_are_shown_to_who_may_read_them(self, staff, erin, conversation):
        erin.user_permissions.add(Permission.objects.get(codename="read_message_bodies"))
        message = conversation.messages.get(kind="text")

        shown = page(staff, "message_change", message.pk)
        assert "A secret" in shown
        assert "secret.txt" in shown
        assert "secret.txt" in page(staff, "attachment_change", message.attachments.get().pk)

    def test_words_that_are_kept_for_no_longer_are_shown_to_nobody(
        self, staff, erin, conversation, settings
    ):
        erin.user_permissions.add(Permission.objects.get(codename="read_message_bodies"))
        settings.TALK = {**settings.TALK, "RETENTION": {conversation.kind: 1e-9}}

        shown = page(staff, "message_change", conversation.messages.get(kind="text").pk)

        assert "past its retention period" in shown
        assert "A secret" not in shown

    def test_they_are_not_found_by_searching(self, staff, conversation):
        assert listed(staff, "message", q="secret") == []
        assert len(listed(staff, "message", q=str(conversation.pk))) == 3


class TestSearch:
    def test_a_persons_conversations_are_found_by_their_name(
        self, staff, alice, bob, dave, conversation
    ):
        pair = Conversation.objects.get(kind="private")
        other = group(bob, dave, title="Lunch")

        assert set(listed(staff, "conversation", q="alic")) == {conversation, pair}
        assert set(listed(staff, "conversation", q="bob")) == {conversation, pair, other}
        assert set(listed(staff, "conversation", q="carol")) == {conversation}, "also one they left"
        assert listed(staff, "conversation", q="nobody") == []
        assert listed(staff, "conversation", q="lunch") == [other]
        assert listed(staff, "conversation", q=str(other.pk)) == [other]
        assert listed(staff, "conversation", q="bob", kind__exact="private") == [pair]

    def test_a_persons_participations(self, staff, alice, conversation):
        assert {place.user for place in listed(staff, "participation", q="alice")} == {alice}

    def test_a_persons_tokens(self, staff, bob, conversation):
        AccessToken.objects.issue(bob, "phone")

        assert [token.name for token in listed(staff, "accesstoken", q="bob")] == ["phone"]

    def test_members_are_those_who_are_there(self, staff, conversation):
        (found,) = listed(staff, "conversation", kind__exact="group")

        assert found.active_members == 2


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_with_more_rows(staff, alice, bob, conversation, model):
    name = model._meta.model_name

    def cost():
        with CaptureQueriesContext(connection) as queries:
            page(staff, f"{name}_changelist", q="" if model is Message else "a")
            page(staff, f"{name}_changelist")
        return len(queries)

    few = cost()
    for number in range(10):
        say(alice, group(alice, bob, title=f"a{number}"))
        AccessToken.objects.issue(bob, f"a{number}")

    assert cost() == few


def test_a_conversations_page_costs_the_same_with_more_members(staff, alice, conversation):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            page(staff, "conversation_change", conversation.pk)
        return len(queries)

    few = cost()
    participation_of(alice, conversation).invite(crowd(30))

    assert cost() == few


def test_what_somebody_saved_is_shown_on_no_page(admin_client, bob, conversation):
    assert SavedMessage.objects.filter(user=bob).exists()
    assert not site.is_registered(SavedMessage)

    message = conversation.messages.get(kind="text")
    for name, row in (("message", message), ("participation", participation_of(bob, conversation))):
        assert "saved" not in page(admin_client, f"{name}_change", row.pk).lower()


def test_how_people_arranged_their_inboxes_is_shown_on_no_page(admin_client, bob, conversation):
    place = participation_of(bob, conversation)
    place.set_notifications(place.NotificationLevel.MENTIONS)
    place.archive()

    pages = page(admin_client, "participation_changelist")
    pages += page(admin_client, "participation_change", place.pk)

    assert not [word for word in ("rchived", "inned at", "uted", "otifications") if word in pages]
    for column in ("archived_at__isnull", "pinned_at__isnull", "notify", "muted_until__isnull"):
        url = reverse("admin:talk_participation_changelist")
        assert admin_client.get(url, {column: "0"}).status_code == 400


def test_a_project_whose_users_have_no_admin_page_may_have_theirs(monkeypatch):
    from django.contrib import admin
    from django.contrib.auth import get_user_model

    registry = {**admin.site._registry}
    del registry[get_user_model()]
    monkeypatch.setattr(admin.site, "_registry", registry)

    assert [error for error in admin.site.check(None) if error.level >= checks.ERROR] == []
