"""Access tokens that staff issue in the admin, and what its history keeps of them."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from talk.admin.base import ReadOnly
from talk.models import AccessToken, Report

from .test_admin import page, staff

__all__ = ["staff"]

pytestmark = pytest.mark.django_db


def add(client, user, **fields):
    fields = {"user": user.pk, "name": "laptop"} | fields
    return client.post(reverse("admin:talk_accesstoken_add"), fields, follow=True)


def test_the_secret_is_shown_once_and_kept_nowhere(staff, alice):
    answer = add(staff, alice)

    token = AccessToken.objects.get()
    (secret,) = re.findall(r"<code>(talk_.+)</code>", answer.content.decode())
    assert AccessToken.objects.authenticate(secret) == token
    assert "no-store" in answer["Cache-Control"]
    assert answer.redirect_chain == []
    kept = [session.get_decoded() for session in Session.objects.all()]
    kept += [*LogEntry.objects.values(), *AccessToken.objects.values()]
    assert secret not in str(kept)
    assert secret not in page(staff, "accesstoken_changelist")
    assert secret not in page(staff, "accesstoken_change", token.pk)


@pytest.mark.parametrize("button", ["_save", "_continue", "_addanother", "_popup"])
def test_whichever_button_makes_it_the_secret_is_shown(staff, alice, button):
    answer = add(staff, alice, **{button: "1"})

    assert "<code>talk_" in answer.content.decode()
    assert "_messages" not in staff.session


def test_the_history_does_not_tell_its_name(staff, erin, alice):
    """That is erased with its user."""
    erin.user_permissions.add(Permission.objects.get(codename="delete_accesstoken"))
    add(staff, alice, name="laptop of Alice")
    token = AccessToken.objects.get()
    staff.post(
        reverse("admin:talk_accesstoken_delete", args=[token.pk]), {"post": "yes"}, follow=True
    )
    assert not AccessToken.objects.exists()

    entries = LogEntry.objects.filter(object_id=token.pk)
    assert {entry.object_repr for entry in entries} == {f"access token {token.pk}"}
    assert entries.count() == 2
    assert "laptop" not in str(list(LogEntry.objects.values()))


def test_nor_does_what_the_history_noted_before(staff, alice):
    add(staff, alice)
    LogEntry.objects.update(object_repr="laptop (talk_abc…)")
    migration = import_module("talk.migrations.0011_tokens_in_the_admins_history")

    migration.forget_names(apps, connection.schema_editor())

    (entry,) = LogEntry.objects.all()
    assert entry.object_repr == f"access token {entry.object_id}"


def test_one_that_has_expired_already_is_refused_in_the_form(staff, alice):
    past = timezone.now() - timedelta(days=2)

    answer = add(staff, alice, expires_at_0=past.date(), expires_at_1="12:00")

    assert answer.status_code == 200
    assert answer.context["errors"] == [["The expiry has to be in the future."]]
    assert not AccessToken.objects.exists()


def test_one_too_many_is_refused_in_the_form(staff, alice, settings):
    settings.TALK = {**settings.TALK, "MAX_ACCESS_TOKENS": 1}
    add(staff, alice)

    answer = add(staff, alice)

    assert answer.context["errors"] == [["There are too many tokens. Revoke one first."]]
    assert AccessToken.objects.count() == 1


def test_one_without_a_name_is_refused_in_the_form(staff, alice):
    assert add(staff, alice, name=" \n ").context["errors"]
    assert not AccessToken.objects.exists()


def test_they_are_revoked_together(staff, alice, bob):
    tokens = [AccessToken.objects.issue(user, "laptop")[0] for user in (alice, bob)]

    staff.post(
        reverse("admin:talk_accesstoken_changelist"),
        {"action": "revoke", "_selected_action": [token.pk for token in tokens]},
    )

    assert not AccessToken.objects.active().exists()


def test_what_the_history_can_note_is_called_by_nobodys_words(alice, bob):
    """What is only looked at is not noted there."""
    registered = [each for each in site._registry.items() if each[0]._meta.app_label == "talk"]
    noted = {model for model, admin in registered if not isinstance(admin, ReadOnly)}
    token, _secret = AccessToken.objects.issue(alice, "laptop")
    report = Report.objects.report_user(alice, bob, "He is rude.")

    assert noted == {AccessToken, Report}
    assert [str(token), str(report)] == [f"access token {token.pk}", f"report {report.pk}"]
