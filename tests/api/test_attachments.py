"""Files over GraphQL: uploads, the files of messages and conversations, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Attachment, Block, Conversation, Event, Message

from .asking import (
    act,
    code,
    gid,
    group,
    leave,
    nodes,
    ok,
    private,
    refusal,
    say,
    say_many,
    upload,
    walk,
)

pytestmark = pytest.mark.django_db

FILE = "id filename contentType size state url thumbnailUrl previewUrl width height placeholder"
STARTED = f"attachment {{ {FILE} }} url method headers {{ name value }} expiresAt"
SAID = "sent { id number body attachments { filename state } }"
THREAD = """query ($id: ID!) { conversation(id: $id) {
    messages { edges { node { number attachments { filename } } } } } }"""
GALLERY = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    conversation(id: $id) {
      messages(first: $first, after: $after, last: $last, before: $before, withAttachments: true) {
        edges { cursor node { number hidden removal attachments { filename } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""


@pytest.fixture
def harbour(alice, bob):
    return group(alice, bob, title="Harbour")


def send(user, conversation, *names, body="Look"):
    place = Conversation.objects.get(pk=conversation.pk).participation_of(user)
    return place.send(body, attachments=[upload(user, name) for name in names])


def gallery(ask, conversation, **page):
    return ok(ask(GALLERY, id=gid(conversation), **page))["conversation"]["messages"]


def numbers(page):
    return [each["number"] for each in nodes(page)]


class TestUploads:
    def test_one_is_started_and_sent(self, gql, harbour, alice, bob):
        ask = gql(alice)
        given = {"filename": "../a.png", "size": 4, "contentType": "image/png"}

        started = act(ask, "startUpload", STARTED, **given)

        row = Attachment.objects.get()
        nothing = dict.fromkeys(("url", "thumbnailUrl", "previewUrl", "width", "height"))
        known = {"id": gid(row), "filename": "a.png", "contentType": "image/png", "size": 4}
        now = {"state": "UPLOADING", "placeholder": None}
        assert started["attachment"] == known | now | nothing
        assert (started["method"], started["headers"]) == ("PUT", [])
        assert started["url"].startswith("/talk/files/")
        assert started["expiresAt"] == row.expires_at.isoformat()
        to = {"conversationId": gid(harbour), "attachments": [gid(row)]}
        refused = refusal(ask, "sendMessage", body="", **to)
        assert refused == ("UPLOAD_NOT_FINISHED", ["attachments"])
        row.attempt("key")
        row.received("key", "text/plain", "5" * 64, needs_checking=False)
        sent = act(ask, "sendMessage", SAID, body="", **to)["sent"]
        assert sent["attachments"] == [{"filename": "a.png", "state": "READY"}]
        assert refusal(ask, "sendMessage", body="", **to) == ("UNKNOWN_FILE", ["attachments"])
        assert refusal(gql(bob), "sendMessage", body="", **to)[0] == "UNKNOWN_FILE"

    def test_to_people(self, gql, alice, bob):
        given = {"to": [gid(bob)], "body": "", "attachments": [gid(upload(alice))]}

        assert act(gql(alice), "sendMessage", SAID, **given)["sent"]["attachments"]

    def test_refusals(self, gql, alice, harbour, settings):
        many = [gid(upload(alice)) for _each in range(11)]
        settings.TALK = {**settings.TALK, "MAX_UPLOAD_SIZE": 5, "UPLOAD_TYPES": ("text/*",)}
        ask, given = gql(alice), {"filename": "x", "contentType": "text/plain"}

        assert refusal(ask, "startUpload", **given, size=0) == ("EMPTY_FILE", ["size"])
        assert refusal(ask, "startUpload", **given, size=6) == ("FILE_TOO_LARGE", ["size"])
        refused = refusal(ask, "startUpload", filename="x", size=1)
        assert refused == ("FILE_TYPE_NOT_ALLOWED", ["contentType"])
        to = {"conversationId": gid(harbour), "body": "x"}
        refused = refusal(ask, "sendMessage", **to, attachments=many)
        assert refused == ("TOO_MANY_FILES", ["attachments"])
        refused = refusal(ask, "sendMessage", **to, attachments=[gid(alice)])
        assert refused == ("INVALID_ID", ["attachments"])
        assert not Message.objects.filter(kind="text").exists()

    def test_where_no_files_can_be_sent(self, gql, alice, harbour, settings):
        apps = [each for each in settings.INSTALLED_APPS if each != "talk.contrib.files"]
        said = send(alice, harbour, "a.txt")
        settings.INSTALLED_APPS = apps
        ask = gql(alice)

        assert refusal(ask, "startUpload", filename="x", size=1) == ("UPLOADS_OFF", [])
        assert ok(ask("{ limits { uploadSize } }")) == {"limits": {"uploadSize": 0}}
        asked = "query ($id: ID!) { node(id: $id) { ... on Message { attachments { url } } } }"
        assert ok(ask(asked, id=gid(said)))["node"] == {"attachments": [{"url": None}]}

    def test_the_limits_are_those_that_are_enforced(self, gql, alice, settings):
        settings.TALK = {**settings.TALK, "MAX_UPLOAD_SIZE": 5, "UPLOAD_TYPES": ("text/*",)}

        told = ok(gql(alice)("{ limits { attachments uploadSize uploadTypes } }"))["limits"]

        assert told == {"attachments": 10, "uploadSize": 5, "uploadTypes": ["text/*"]}


class TestEditing:
    def test_files_stay_or_go(self, gql, alice, harbour):
        said, ask = send(alice, harbour, "a", "b"), gql(alice)
        asked = "edited { body attachments { filename } }"
        kept = [gid(said.attachments.get(filename="b"))]

        edited = act(ask, "editMessage", asked, message=gid(said), body="")["edited"]
        assert edited == {"body": "", "attachments": [{"filename": "a"}, {"filename": "b"}]}
        given = {"message": gid(said), "attachments": kept}
        edited = act(ask, "editMessage", asked, **given, body="")["edited"]
        assert edited["attachments"] == [{"filename": "b"}]
        given["attachments"] = []
        assert refusal(ask, "editMessage", **given, body="") == ("EMPTY_BODY", ["body"])
        given["attachments"] = [*kept, gid(upload(alice))]
        assert refusal(ask, "editMessage", **given, body="")[0] == "UNKNOWN_FILE"


class TestFewFiles:
    ASKED = """query ($id: ID!, $first: Int!) {
        node(id: $id) { ... on Message { attachments(first: $first) { filename } } } }"""

    def test_the_first_ones_are_enough_for_a_line(self, gql, alice, harbour):
        said, ask = send(alice, harbour, "a", "b", "c"), gql(alice)

        found = ok(ask(self.ASKED, id=gid(said), first=2))["node"]["attachments"]

        assert found == [{"filename": "a"}, {"filename": "b"}]

    @pytest.mark.parametrize("first", [-1, 11])
    def test_bad_numbers(self, gql, alice, harbour, first):
        said = send(alice, harbour, "a")

        assert code(gql(alice)(self.ASKED, id=gid(said), first=first)) == "INVALID_PAGE"


class TestHidden:
    def test_files_of_people_whom_one_blocked_are_shown_on_demand(self, gql, alice, bob, harbour):
        said = send(bob, harbour, "a")
        Block.objects.block(alice, bob)
        asked = """query ($id: ID!) { node(id: $id) { ... on Message {
            attachments { filename } shown: attachments(unhide: true) { filename } } } }"""

        found = ok(gql(alice)(asked, id=gid(said)))["node"]

        assert found == {"attachments": [], "shown": [{"filename": "a"}]}


class TestGallery:
    @pytest.fixture
    def full(self, alice, bob, harbour):
        """Files at each number that can be divided by three."""
        for number in range(1, 13):
            if number % 3:
                say(bob, harbour)
            else:
                send(alice, harbour, f"{number}.txt")
        return harbour

    def test_it_is_read_from_both_ends(self, gql, alice, full):
        ask = gql(alice)

        def read(**page):
            return gallery(ask, full, **page)

        forward = [numbers(each) for each in walk(read, first=3)]
        back = [numbers(each) for each in walk(read, last=3)]
        assert (forward, back) == ([[3, 6, 9], [12]], [[6, 9, 12], [3]])
        assert numbers(read()) == [3, 6, 9, 12]
        assert numbers(read(first=3, last=2)) == [6, 9]
        assert numbers(read(first=0)) == numbers(read(last=0)) == []
        page = read(last=2, before=read(last=1)["pageInfo"]["startCursor"])
        assert numbers(page) == [6, 9]
        assert page["pageInfo"]["hasNextPage"]
        assert page["pageInfo"]["hasPreviousPage"]
        after = read(first=1)["pageInfo"]["endCursor"]
        assert numbers(read(after=after)) == [6, 9, 12]

    def test_without_what_is_gone_cleared_or_later_than_one_was_there(self, gql, alice, bob, full):
        ask = gql(bob)
        place = full.participation_of(alice)
        place.retract(full.messages.get(number=3))
        assert numbers(gallery(ask, full)) == [6, 9, 12]
        leave(bob, full)
        Conversation.objects.get(pk=full.pk).participation_of(alice).edit(
            full.messages.get(number=6), "Other words"
        )
        send(alice, full, "late.txt")
        assert numbers(gallery(ask, full)) == [9, 12]
        full.participation_of(bob).clear()
        assert numbers(gallery(ask, full)) == []

    def test_what_is_hidden_shows_no_files(self, gql, alice, bob, full):
        Block.objects.block(bob, alice)

        found = nodes(gallery(gql(bob), full, first=1))

        assert found == [{"number": 3, "hidden": True, "removal": None, "attachments": []}]

    def test_without_what_is_past_its_time(self, gql, alice, full, settings):
        settings.TALK = {**settings.TALK, "RETENTION": {"group": 1}}
        full.messages.filter(number__lte=6).update(sent_at="2020-01-01T00:00:00Z")

        assert numbers(gallery(gql(alice), full)) == [9, 12]

    def test_not_around_something(self, gql, alice, full):
        asked = """query ($id: ID!) { conversation(id: $id) {
            messages(withAttachments: true, around: {number: 1}) { edges { cursor } } } }"""

        assert code(gql(alice)(asked, id=gid(full))) == "INVALID_INPUT"


class TestCosts:
    @pytest.mark.parametrize("of", ["thread", "gallery", "inbox"])
    def test_one_query_for_all_messages_of_a_page(self, gql, alice, bob, of):
        ask, ours = gql(alice), group(alice, bob)
        asked = {
            "thread": THREAD,
            "gallery": GALLERY,
            "inbox": """{ inbox { edges { node { conversation {
                latestMessage { attachments { filename } } } } } } }""",
        }[of]

        def queries():
            with CaptureQueriesContext(connection) as captured:
                ok(ask(asked, id=gid(ours)))
            return len(captured)

        send(bob, ours, "a.txt")
        few = queries()
        for count in range(1, 6):
            send(bob, ours, *(f"{name}.txt" for name in range(count)))
            send(bob, private(alice, bob), "b.txt")
            send(bob, group(alice, bob), "c.txt")

        assert queries() == few

    def test_messages_without_files_and_pages_of_none_cost_no_query(self, gql, alice, bob, harbour):
        ask = gql(alice)
        say_many(bob, harbour, 3)

        def queries(asked):
            with CaptureQueriesContext(connection) as captured:
                ok(ask(asked, id=gid(harbour)))
            return len(captured)

        plain = queries(THREAD.replace("attachments { filename }", "body"))
        assert queries(THREAD) == plain
        send(bob, harbour, "a.txt")
        assert queries(THREAD) == plain + 1
        assert queries(THREAD.replace("attachments", "attachments(first: 0)")) == plain

    def test_sending_files_takes_one_query_to_claim_them_all(self, gql, alice, harbour):
        ask = gql(alice)

        def queries(count):
            files = [gid(upload(alice)) for _each in range(count)]
            to = {"conversationId": gid(harbour), "body": "x", "attachments": files}
            with CaptureQueriesContext(connection) as captured:
                act(ask, "sendMessage", **to)
            return len(captured)

        none = queries(0)
        assert [queries(count) for count in (1, 2, 10)] == [none + 2] * 3

    def test_long_names_end_an_answer_as_long_texts_do(self, gql, alice, harbour, settings):
        ask = gql(alice)
        for _each in range(3):
            send(alice, harbour, *(f"{at}{'a' * 200}.txt" for at in range(10)))
        asked = THREAD.replace("filename", "size")
        ok(ask(asked, id=gid(harbour)))

        settings.TALK = {**settings.TALK, "MAX_ANSWER_SIZE": 5_000}

        assert code(ask(asked, id=gid(harbour))) == "LIMIT_EXCEEDED"


def test_a_check_is_told_as_a_change_of_the_message(gql, alice, bob, harbour):
    picture = upload(bob, "a.png", state="checking")
    said = harbour.participation_of(bob).send("", attachments=[picture])
    known = {"width": 3, "height": 2, "placeholder": "data:,", "has_thumbnails": True}
    picture.checked("ready", content_type="image/png", **known)
    asked = (
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ attachments {{ {FILE} }} }} }} }}"
    )

    (found,) = ok(gql(alice)(asked, id=gid(said)))["node"]["attachments"]

    assert (found["width"], found["height"], found["placeholder"]) == (3, 2, "data:,")
    urls = {found[name] for name in ("url", "thumbnailUrl", "previewUrl")}
    assert len(urls) == 3
    assert all(each.startswith("/talk/files/") for each in urls)
    last = Event.objects.filter(conversation=harbour).latest("revision")
    assert last.kind == Event.Kind.MESSAGE_COMPLETED
