"""Pictures of groups that are files, in GraphQL: who gives and sees them, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.contrib.files.addresses import download_from
from talk.models import Attachment, Conversation

from .asking import act, gid, group, leave, nodes, ok, refusal, upload

pytestmark = pytest.mark.django_db

URL = "https://example.com/choir.png"
SHOWN = "conversation { avatar }"
CONVERSATION = "query ($id: ID!) { conversation(id: $id) { avatar } }"
INBOX = "{ inbox { edges { node { conversation { avatar } } } } }"


@pytest.fixture
def choir(alice, bob):
    return group(alice, bob, title="Choir")


def picture(user, **columns):
    file = upload(user, "me.png")
    Attachment.objects.filter(pk=file.pk).update(content_type="image/png", **columns)
    return file


def describe(conversation, user, **given):
    Conversation.objects.get(pk=conversation.pk).participation_of(user).describe(**given)


def named(url):
    """The key and the variant of the file that a URL leads to."""
    assert url.startswith("/talk/files/")
    return tuple(download_from(url.rpartition("/")[2]))


def seen(ask, conversation):
    return ok(ask(CONVERSATION, id=gid(conversation)))["conversation"]["avatar"]


def test_it_is_given_seen_and_removed(gql, alice, bob, choir):
    file, small = picture(alice), picture(alice, has_thumbnails=True)
    given = {"conversationId": gid(choir)}

    answer = act(gql(alice), "updateConversation", SHOWN, **given, avatarFile=gid(file))
    assert named(answer["conversation"]["avatar"]) == (file.pk, "")
    assert named(seen(gql(bob), choir)) == (file.pk, "")
    act(gql(alice), "updateConversation", SHOWN, **given, avatarFile=gid(small))
    assert named(seen(gql(bob), choir)) == (small.pk, "thumbnail")
    answer = act(gql(alice), "updateConversation", SHOWN, **given, avatar="")
    assert answer["conversation"]["avatar"] is None is seen(gql(bob), choir)


def test_two_in_one_request_are_each_answered_with_their_own(gql, alice, choir):
    files = [picture(alice), picture(alice)]
    part = f"... on UpdateConversationPayload {{ {SHOWN} }}"
    one, other = (
        f'updateConversation(input: {{conversationId: "{gid(choir)}", avatarFile: "{gid(each)}"}})'
        for each in files
    )

    found = ok(gql(alice)(f"mutation {{ one: {one} {{ {part} }} other: {other} {{ {part} }} }}"))

    urls = [found[name]["conversation"]["avatar"] for name in ("one", "other")]
    assert [named(each)[0] for each in urls] == [each.pk for each in files]


def test_refusals_have_their_place_and_say_when_to_ask_again(gql, alice, choir):
    ask, given = gql(alice), {"conversationId": gid(choir)}
    unchecked = picture(alice)
    Attachment.objects.filter(pk=unchecked.pk).update(state="checking")
    for file, code in [
        (gid(upload(alice)), "NOT_A_PICTURE"),
        (gid(unchecked), "FILE_NOT_CHECKED"),
        (gid(choir), "INVALID_ID"),
        ("", "INVALID_ID"),
    ]:
        told = refusal(ask, "updateConversation", **given, avatarFile=file)
        assert told == (code, ["avatarFile"])
    both = {"avatar": "", "avatarFile": gid(picture(alice))}
    told = refusal(ask, "updateConversation", **given, **both)
    assert told == ("INVALID_INPUT", ["avatarFile"])
    asked = """mutation ($given: UpdateConversationInput!) {
        updateConversation(input: $given) { ... on Refusal { code retryAfter } } }"""
    for file, seconds in [(unchecked, 1), (upload(alice), None)]:
        answer = ok(ask(asked, given=given | {"avatarFile": gid(file)}))
        assert answer["updateConversation"]["retryAfter"] == seconds


def test_people_who_left_see_no_later_one(gql, alice, bob, carol, choir):
    describe(choir, alice, avatar_file=(file := picture(alice)))
    leave(bob, choir)
    assert named(seen(gql(bob), choir)) == (file.pk, "")

    describe(choir, alice, avatar_file=picture(alice))

    assert seen(gql(bob), choir) is None
    assert ok(gql(carol)(CONVERSATION, id=gid(choir)))["conversation"] is None


def test_nor_one_that_comes_while_they_ask(gql, alice, bob, choir, monkeypatch):
    describe(choir, alice, avatar_file=picture(alice))
    leave(bob, choir)
    queryset = type(Attachment.objects.all())
    avatars_of = queryset.avatars_of

    def later(self, keys):
        describe(choir, alice, avatar_file=picture(alice))
        return avatars_of(self, keys)

    monkeypatch.setattr(queryset, "avatars_of", later)

    assert seen(gql(bob), choir) is None


def test_a_url_that_an_earlier_version_gave_is_shown(gql, alice, choir):
    describe(choir, alice, avatar_file=picture(alice))
    Conversation.objects.filter(pk=choir.pk).update(avatar=URL)

    assert seen(gql(alice), choir) == URL


def test_where_files_are_off_there_is_none(gql, alice, choir, settings):
    describe(choir, alice, avatar_file=picture(alice))
    apps = [each for each in settings.INSTALLED_APPS if each != "talk.contrib.files"]
    settings.INSTALLED_APPS = apps

    assert seen(gql(alice), choir) is None


def test_a_page_takes_one_query_and_only_if_files_may_be_pictures(gql, alice, bob):
    ask = gql(bob)

    def queries(document=INBOX):
        with CaptureQueriesContext(connection) as captured:
            rows = nodes(ok(ask(document))["inbox"])
        return len(captured), rows

    for _each in range(3):
        describe(group(alice, bob), alice, avatar=URL)
        group(alice, bob)
    none, _rows = queries(INBOX.replace("avatar", "id"))
    assert queries()[0] == none
    for _each in range(3):
        describe(group(alice, bob), alice, avatar_file=picture(alice))
    many, rows = queries()
    assert many == none + 1
    urls = [each["conversation"]["avatar"] for each in rows]
    assert [urls.count(URL), urls.count(None), len(set(urls))] == [3, 3, 5]
    assert queries(INBOX.replace("avatar", "description"))[0] == none
