"""The admin's lists can't be filtered by fields that a page does not show."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from talk.admin.base import TalkAdmin
from talk.models import Block

from .acting import group, say

pytestmark = pytest.mark.django_db

#: By what staff may filter a list, besides the key. All else is refused.
ASKED = {
    "accesstoken": "user name prefix created_at expires_at last_used_at revoked_at",
    "act": "kind at by by_name why user conversation number",
    "attachment": "message avatar_of owner content_type size width height state failures retry_at "
    "created_at expires_at",
    "block": "blocker blocked at",
    "conversation": "kind title key description avatar data described_at upgraded_from started_at "
    "changed_at last_number",
    "followedconversation": "conversation follower revision failures retry_at",
    "followerprogress": "name settled_event held_until",
    "message": "conversation number kind sender subject sent_at edited_at reply_to root "
    "mentions_all attachment_count",
    "participation": "conversation user role status joined_at left_at left_at_number suspended_at "
    "left_at_title last_activity_at",
    "pin": "conversation message by at",
    "reaction": "message emoji user at",
    "report": "at person message conversation why reporter settled_at",
    "timedjob": "name begun_at held_until",
}
#: Fields that those who may read words ask about, too.
ASKED_BY_READERS = {"attachment": "filename"}
ADMINS = {
    model._meta.model_name: each
    for model, each in admin.site._registry.items()
    if model._meta.app_label == "talk"
}


def paths(model, deep=2):
    """All paths of fields from a model, one by relations of any direction."""
    for field in model._meta.get_fields():
        yield field.name
        if hasattr(field, "attname"):
            yield field.attname
        if field.is_relation and deep > 1:
            yield from (f"{field.name}__{path}" for path in paths(field.related_model, deep - 1))


def is_key(model, name):
    field = model._meta.get_field(name)
    return getattr(field, "primary_key", False)


@pytest.fixture(params=["staff", "reader", "superuser"])
def who(request, erin):
    """Staff who may look at everything but words, who may read them, and who may do anything."""
    erin.is_staff, erin.is_superuser = True, request.param == "superuser"
    erin.save()
    names = ["moderate"] if request.param == "staff" else ["moderate", "read_message_bodies"]
    erin.user_permissions.set(
        Permission.objects.filter(codename__in=names)
        | Permission.objects.filter(codename__startswith="view_")
    )
    return erin


def test_each_admin_is_in_the_table():
    assert set(ADMINS) == set(ASKED)
    assert all(isinstance(each, TalkAdmin) for each in ADMINS.values())


@pytest.mark.parametrize("name", ADMINS)
def test_what_is_not_shown_is_not_asked_about(rf, who, name):
    request, model = rf.get("/"), ADMINS[name].model
    request.user = who
    may = set(ASKED[name].split())
    if who.has_perm("talk.read_message_bodies"):
        may |= set(ASKED_BY_READERS.get(name, "").split())
    shown = {*may, *(f"{each}_id" for each in may), model._meta.pk.name}
    asked = [*paths(model)]
    assert len(set(asked)) > len(may)

    for path in asked:
        first, *rest = path.split("__")
        # Of what a relation leads to, its key alone.
        allowed = first in shown and (
            not rest or is_key(model._meta.get_field(first).related_model, rest[0])
        )
        for suffix in ("", "__startswith", "__isnull", "__in", "__regex", "__gt"):
            found = ADMINS[name].lookup_allowed(path + suffix, "x", request)
            assert found == allowed, path + suffix


@pytest.mark.parametrize("name", ADMINS)
def test_what_is_searched_filtered_and_ordered_by_is_shown(rf, who, name):
    request, model_admin = rf.get("/"), ADMINS[name]
    request.user = who
    columns = {
        *model_admin.get_list_display(request),
        *flatten_fieldsets(model_admin.get_fieldsets(request)),
    }
    filters = [each if isinstance(each, str) else each[0] for each in model_admin.list_filter]
    looked_into = [*model_admin.get_search_fields(request), *filters]
    looked_into += [each.removeprefix("-") for each in model_admin.get_ordering(request)]
    assert model_admin.date_hierarchy is None

    for path in looked_into:
        first, *rest = path.lstrip("=^@").split("__")
        # A title is searched in the spelling in which searches compare it.
        first = first.removeprefix("folded_")
        assert first in columns or first == "id", path
        # A user is shown by the name that they sign in by.
        assert rest in ([], ["id"], ["username"]), path


def test_words_are_not_read_letter_by_letter(who, alice, bob):
    say(alice, group(alice, bob), "A secret")
    client = Client()
    client.force_login(who)

    for query in (
        {"body__startswith": "A"},
        {"fingerprint": "x"},
        {"removed_as": ""},
        {"reports__isnull": "1"},
        {"sender__password__startswith": "md5"},
        {"conversation__title__startswith": "A"},
    ):
        answer = client.get(reverse("admin:talk_message_changelist"), query)
        assert answer.status_code == 400, query
    for query in ({"sender": alice.pk}, {"kind": "text"}, {"sent_at__year": "2000"}):
        answer = client.get(reverse("admin:talk_message_changelist"), query)
        assert answer.status_code == 200, query


def test_the_admin_of_users_is_not_asked_what_talk_keeps_of_them(who, alice, bob):
    Block.objects.block(alice, bob)
    client = Client()
    client.force_login(who)
    url = reverse("admin:auth_user_changelist")
    back = [each for each in type(who)._meta.get_fields() if each.auto_created and each.is_relation]
    names = [each.name for each in back if each.related_model._meta.app_label == "talk"]
    assert len(names) >= 6

    for name in names:
        for query in ({name: 1}, {f"{name}__isnull": "False"}, {f"{name}__pk": 1}):
            assert client.get(url, query).status_code == 400, query
    assert client.get(url, {"password__startswith": "md5"}).status_code == 400
    for query in ({"is_staff__exact": 1}, {"groups__id__exact": 1}, {"is_active__exact": 0}, {}):
        assert client.get(url, {**query, "q": "a"}).status_code == 200, query


def test_nobody_is_asked_who_reported_whom():
    assert not any("report" in each.name for each in get_user_model()._meta.get_fields())


def test_who_takes_part_is_not_found_by_staff_who_do_not_see_it(who, alice, bob):
    group(alice, bob)
    client = Client()
    client.force_login(who)
    url = reverse("admin:talk_conversation_changelist")
    who.user_permissions.remove(Permission.objects.get(codename="view_participation"))

    found = client.get(url, {"q": "alice"}).context["cl"].result_list
    assert len(found) == (1 if who.is_superuser else 0)
