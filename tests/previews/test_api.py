"""Link previews over GraphQL: who sees them, and what that costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Block, Conversation, LinkPreview, Message

from ..api.asking import code, gid, group, leave, nodes, ok, say, say_many

pytestmark = pytest.mark.django_db

URL = "https://shop.example/soup"
PREVIEW = "linkPreview { url title description siteName }"
SHOWN = {"url": URL, "title": "Soup", "description": "It is hot.", "siteName": ""}
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ body revision {PREVIEW} }} }} }}"
THREAD = f"""query ($id: ID!) {{ conversation(id: $id) {{
    messages(last: 50) {{ edges {{ node {{ body {PREVIEW} }} }} }} }} }}"""


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


@pytest.fixture
def said(alice, harbour):
    said = say(alice, harbour, f"Look at {URL}!")
    keep(said)
    return said


def keep(message):
    assert LinkPreview.objects.keep(Message.objects.get(pk=message.pk), URL, "Soup", "It is hot.")


def own(user, message):
    return Conversation.objects.get(pk=message.conversation_id).participation_of(user)


def seen(ask, message):
    return ok(ask(NODE, id=gid(message)))["node"]["linkPreview"]


class TestWhoSeesIt:
    def test_members_do(self, gql, alice, bob, said):
        assert seen(gql(alice), said) == seen(gql(bob), said) == SHOWN

    def test_who_blocked_the_sender_does_not(self, gql, alice, bob, said):
        Block.objects.block(bob, alice)
        assert seen(gql(bob), said) is None

    def test_who_left_does_as_long_as_they_see_the_text(self, gql, alice, bob, harbour, said):
        leave(bob, harbour)
        assert seen(gql(bob), said) == SHOWN

        own(alice, said).edit(Message.objects.get(pk=said.pk), f"Do look at {URL}!")

        assert seen(gql(bob), said) is None
        assert seen(gql(alice), said) == SHOWN

    def test_nobody_does_after_the_words_are_gone(self, gql, alice, bob, said):
        own(alice, said).retract(Message.objects.get(pk=said.pk))
        assert seen(gql(alice), said) is None

    def test_nobody_does_once_texts_are_too_old(self, gql, alice, said, settings):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1e-9}}
        assert seen(gql(alice), said) is None


class TestCosts:
    def queries(self, gql, user, document, conversation):
        ask = gql(user)
        ask("{ viewer { id } }")
        with CaptureQueriesContext(connection) as captured:
            ok(ask(document, id=gid(conversation)))
        return sum("linkpreview" in each["sql"] for each in captured.captured_queries)

    def test_a_page_takes_one_query_if_it_is_asked_for_and_a_text_has_a_link(
        self, gql, alice, harbour
    ):
        say_many(alice, harbour, 10)
        assert self.queries(gql, alice, THREAD, harbour) == 0
        for _ in range(10):
            keep(say(alice, harbour, URL))
        assert self.queries(gql, alice, THREAD, harbour) == 1
        assert self.queries(gql, alice, THREAD.replace(PREVIEW, ""), harbour) == 0
        page = nodes(ok(gql(alice)(THREAD, id=gid(harbour)))["conversation"]["messages"])
        assert [each["linkPreview"] for each in page] == [None] * 10 + [SHOWN] * 10

    def test_what_is_read_is_counted(self, gql, alice, harbour, settings):
        messages = [say(alice, harbour, "https://a.example") for _ in range(20)]
        LinkPreview.objects.bulk_create(
            LinkPreview(message=each, url=URL, title="a", description="d" * 500)
            for each in messages
        )
        document = THREAD.replace("body", "number").replace("title description siteName", "title")
        assert "errors" not in gql(alice)(document, id=gid(harbour))
        settings.TALK = {**settings.TALK, "MAX_ANSWER_SIZE": 10_000}
        assert code(gql(alice)(document, id=gid(harbour))) == "LIMIT_EXCEEDED"
