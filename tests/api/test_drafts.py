"""Drafts by the API: their person alone sees them, on all of their devices."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Draft
from talk.models.draft import DraftQuerySet

from ..domain.acting import hired
from .asking import act, gid, group, leave, nodes, ok, private, refusal

pytestmark = pytest.mark.django_db

DRAFT = "draftVersion draft { body replyTo version }"
SAVED = f"participation {{ {DRAFT} }}"
PLACES = f"""query ($id: ID!) {{ conversation(id: $id) {{
    participants {{ edges {{ node {{ user {{ username }} {DRAFT} }} }} }} }} }}"""
INBOX = f"{{ inbox {{ edges {{ node {{ id {DRAFT} }} }} }} }}"


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol, says=["Noon?"])


@pytest.fixture
def save(gql, lunch):
    """`save(bob, "Yes", 0)`: save a draft, and answer what is told of it."""

    def save(user, body, base, **given):
        saved = {"conversationId": gid(lunch), "body": body, "base": base, **given}
        return act(gql(user), "saveDraft", SAVED, **saved)["participation"]

    return save


@pytest.fixture
def kept(gql, lunch):
    def kept(user):
        found = ok(gql(user)(PLACES, id=gid(lunch)))["conversation"]["participants"]
        return {
            each["user"]["username"]: (
                each["draftVersion"],
                each["draft"] and each["draft"]["body"],
            )
            for each in nodes(found)
        }

    return kept


def test_it_answers_what_was_saved(save, bob):
    draft = {"body": " Yes, ", "replyTo": 1, "version": 1}

    assert save(bob, " Yes, ", 0, replyTo=1) == {"draftVersion": 1, "draft": draft}
    assert save(bob, "", 1) == {"draftVersion": 2, "draft": None}


def test_what_another_device_saves_meanwhile_is_not_taken_for_ones_own(gql, bob, lunch, save):
    """The next save upon this version would overwrite it unknowingly."""
    place = lunch.participation_of(bob)
    place.save_draft("from the telephone", base=0)

    with CaptureQueriesContext(connection) as queries:
        saved = save(bob, "from the computer", 1)

    assert saved["draft"] == {"body": "from the computer", "replyTo": None, "version": 2}
    read = [each for each in queries if 'FROM "talk_draft"' in each["sql"]]
    assert len(read) == 1, "it is read before it is saved, and not after that"


def test_nobody_sees_that_of_somebody_else(save, kept, alice, bob):
    save(bob, "Yes", 0)

    assert kept(bob) == {"alice": (None, None), "bob": (1, "Yes"), "carol": (None, None)}
    assert kept(alice) == {"alice": (0, None), "bob": (None, None), "carol": (None, None)}


@pytest.mark.parametrize("permission", [None, "moderate", "read_message_bodies"])
def test_staff_see_none_in_the_admin(save, bob, erin, lunch, permission):
    """The least that helps: nobody needs them there. They are in the export of one's data."""
    save(bob, "between me and me", 0)
    views = ["view_conversation", "view_participation", "view_message"]
    browser = hired(erin, *views, *filter(None, [permission]))

    pages = [
        "participation/",
        f"participation/{lunch.participation_of(bob).pk}/change/",
        f"conversation/{lunch.pk}/change/",
        "message/",
    ]
    for page in pages:
        response = browser.get(f"/admin/talk/{page}")
        assert response.status_code == 200
        assert "between me and me" not in response.text
    assert browser.get("/admin/talk/draft/").status_code == 404


def test_it_is_in_the_inbox_and_is_read_once_for_all_rows(gql, alice, bob, carol, lunch, save):
    save(bob, "Yes", 0)
    others = [private(bob, carol), group(alice, bob)]
    plain = INBOX.replace(DRAFT, "")

    def queries(query):
        with CaptureQueriesContext(connection) as asked:
            found = ok(gql(bob)(query))
        return len(asked), [each.get("draft") for each in nodes(found["inbox"])]

    # A new session for each of the answers.
    few = queries(plain)[0]
    assert queries(INBOX) == (few + 1, [None, None, {"body": "Yes", "replyTo": None, "version": 1}])
    for conversation in others:
        conversation.participation_of(bob).save_draft("Well", base=0)
    assert queries(INBOX)[0] == few + 1
    assert queries(plain)[0] == few


def test_a_page_of_participants_reads_the_viewers_alone(gql, bob, lunch, monkeypatch):
    asked = []
    read = DraftQuerySet.by_participation

    def noted(self, participations):
        asked.append([each.user_id for each in participations])
        return read(self, participations)

    monkeypatch.setattr(DraftQuerySet, "by_participation", noted)

    ok(gql(bob)(PLACES, id=gid(lunch)))

    assert asked == [[bob.pk]]


def test_a_newer_one_is_not_overwritten(gql, bob, lunch, save, kept):
    save(bob, "Yes", 0)

    refused = refusal(gql(bob), "saveDraft", conversationId=gid(lunch), body="No", base=0)

    assert refused == ("DRAFT_CHANGED", ["base"])
    assert kept(bob)["bob"] == (1, "Yes")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"body": "x" * 10_001}, ("BODY_TOO_LONG", ["body"])),
        ({"body": "a\0b"}, ("INVALID_TEXT", ["body"])),
        ({"body": "a\ud800b"}, ("INVALID_TEXT", ["body"])),
        ({"replyTo": 2}, ("NUMBER_OUT_OF_RANGE", ["replyTo"])),
        ({"replyTo": -(2**31)}, ("NUMBER_OUT_OF_RANGE", ["replyTo"])),
        ({"replyTo": 2**31 - 1}, ("NUMBER_OUT_OF_RANGE", ["replyTo"])),
        ({"base": -1}, ("DRAFT_CHANGED", ["base"])),
        ({"base": 2**31 - 1}, ("DRAFT_CHANGED", ["base"])),
        ({"conversationId": "x"}, ("INVALID_ID", ["conversationId"])),
    ],
)
def test_wrong_input_is_refused(gql, bob, lunch, given, expected):
    saved = {"conversationId": gid(lunch), "body": "Yes", "base": 0, **given}

    assert refusal(gql(bob), "saveDraft", **saved) == expected
    assert not Draft.objects.exists()


def test_those_who_left_save_none(gql, bob, lunch, save):
    save(bob, "Yes", 0)
    leave(bob, lunch)

    refused = refusal(gql(bob), "saveDraft", conversationId=gid(lunch), body="No", base=2)

    assert refused == ("NOT_A_PARTICIPANT", [])
    answer = gql(bob)(f"{{ inbox(filter: {{status: LEFT}}) {{ edges {{ node {{ {DRAFT} }} }} }} }}")
    assert nodes(ok(answer)["inbox"]) == [{"draftVersion": 2, "draft": None}]


def test_it_is_sent_with_its_version(gql, bob, lunch, save):
    save(bob, "Yes", 0)
    payload = f"conversation {{ viewerParticipation {{ {DRAFT} }} }}"
    message = {"conversationId": gid(lunch), "body": "Yes", "clientId": str(uuid.uuid4())}

    # A retry answers the same.
    for _time in range(2):
        sent = act(gql(bob), "sendMessage", payload, **message, draft=1)
        assert sent["conversation"]["viewerParticipation"] == {"draftVersion": 2, "draft": None}

    assert lunch.messages.count() == 2


def test_several_mutations_of_one_request_see_each_other(gql, bob, lunch):
    document = """mutation ($id: ID!) {
      one: saveDraft(input: {conversationId: $id, body: "Yes", base: 0}) { ...Saved }
      two: saveDraft(input: {conversationId: $id, body: "Yes!", base: 1}) { ...Saved }
      sent: sendMessage(input: {conversationId: $id, body: "Yes!", draft: 2}) {
        ... on SendMessagePayload { conversation { viewerParticipation { draftVersion } } } }
    } fragment Saved on SaveDraftPayload { participation { draftVersion draft { body } } }"""

    data = ok(gql(bob)(document, id=gid(lunch)))

    saved = [data[name]["participation"] for name in ("one", "two")]
    assert [(each["draftVersion"], each["draft"]["body"]) for each in saved] == [
        (1, "Yes"),
        (2, "Yes!"),
    ]
    assert data["sent"]["conversation"]["viewerParticipation"] == {"draftVersion": 3}


def test_a_message_to_people_is_the_draft_of_no_conversation(gql, alice, bob):
    refused = refusal(gql(bob), "sendMessage", to=[gid(alice)], body="Yes", draft=1)

    assert refused == ("INVALID_INPUT", ["draft"])


def test_saving_counts_as_other_writing_does(gql, bob, lunch, settings, save):
    settings.TALK = {**settings.TALK, "RATE_LIMITS": {"write": "1/minute"}}
    save(bob, "Yes", 0)

    answer = gql(bob)(
        """mutation ($id: ID!) { saveDraft(input: {conversationId: $id, body: "", base: 1}) {
        __typename } }""",
        id=gid(lunch),
    )

    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
