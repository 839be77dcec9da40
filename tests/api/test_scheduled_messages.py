"""Scheduled messages by the API: their person alone sees them, on all of their devices."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from talk.models import ScheduledMessage
from talk.moderation import suspend

from ..domain.acting import hired
from .asking import act, gid, group, leave, nodes, ok, private, refusal

pytestmark = pytest.mark.django_db

SCHEDULED = """scheduledMessages {
    clientId body at replyTo mentions { username } mentionsAll refusal }"""
PLACE = f"participation {{ {SCHEDULED} }}"
BODIES = "scheduledMessages { body }"
INBOX = f"{{ inbox {{ edges {{ node {{ {BODIES} }} }} }} }}"


@pytest.fixture
def lunch(alice, bob, carol):
    return group(alice, bob, carol, says=["Noon?"])


@pytest.fixture
def given(lunch):
    """`given(body="Hello")` is the input that schedules something for in an hour."""

    def given(**more):
        at = (timezone.now() + timedelta(hours=1)).isoformat()
        client_id = str(uuid.uuid4())
        plain = {"conversationId": gid(lunch), "body": "Later", "at": at, "clientId": client_id}
        return plain | more

    return given


def schedule(user, conversation, body="Later", **more):
    at = timezone.now() + timedelta(hours=1)
    return conversation.participation_of(user).schedule(body, at, uuid.uuid4(), **more)


def test_it_answers_what_is_scheduled(gql, bob, carol, lunch, given):
    asked = given(replyTo=1, mentions=[gid(carol)], mentionAll=True)

    (row,) = act(gql(bob), "scheduleMessage", PLACE, **asked)["participation"]["scheduledMessages"]

    assert row.pop("at")[:19] == asked["at"][:19]
    assert row == {
        "clientId": asked["clientId"],
        "body": "Later",
        "replyTo": 1,
        "mentions": [{"username": "carol"}],
        "mentionsAll": True,
        "refusal": None,
    }
    # A retry answers the same.
    again = act(gql(bob), "scheduleMessage", PLACE, **asked)["participation"]
    assert [each["clientId"] for each in again["scheduledMessages"]] == [asked["clientId"]]


def test_whom_it_mentions_is_null_if_nobody_said(gql, bob, lunch, given):
    answers = [
        act(gql(bob), "scheduleMessage", PLACE, **given(**more))["participation"]
        for more in ({}, {"mentions": []}, {"mentions": [gid(bob)]})
    ]

    mentions = [row["mentions"] for row in answers[-1]["scheduledMessages"]]
    assert mentions == [None, [], []]


def test_it_is_cancelled_by_its_client_id(gql, bob, lunch, given):
    asked = given()
    act(gql(bob), "scheduleMessage", PLACE, **asked)
    cancelled = {"conversationId": gid(lunch), "clientId": asked["clientId"]}

    for _time in range(2):
        answer = act(gql(bob), "cancelScheduledMessage", PLACE, **cancelled)
        assert answer["participation"] == {"scheduledMessages": []}


def test_several_mutations_of_one_request_see_each_other(gql, bob, lunch, given):
    document = """mutation ($one: ScheduleMessageInput!, $other: ScheduleMessageInput!,
        $no: CancelScheduledMessageInput!) {
      one: scheduleMessage(input: $one) { ... on ScheduleMessagePayload { ...P } }
      other: scheduleMessage(input: $other) { ... on ScheduleMessagePayload { ...P } }
      no: cancelScheduledMessage(input: $no) {
        ... on CancelScheduledMessagePayload { participation { scheduledMessages { body } } } }
    } fragment P on ScheduleMessagePayload { participation { scheduledMessages { body } } }"""
    one = given(body="one")
    no = {name: one[name] for name in ("conversationId", "clientId")}

    data = ok(gql(bob)(document, one=one, other=given(body="other"), no=no))

    rows = {name: data[name]["participation"]["scheduledMessages"] for name in data}
    found = {name: [row["body"] for row in each] for name, each in rows.items()}
    assert found == {"one": ["one"], "other": ["one", "other"], "no": ["other"]}


def test_why_it_was_not_sent_is_told(gql, bob, erin, lunch, given):
    schedule(bob, lunch)
    suspend(lunch.participation_of(bob), erin, "rude")
    ScheduledMessage.objects.update(due_at=timezone.now())
    ScheduledMessage.objects.send_due()

    answer = ok(gql(bob)("{ inbox { edges { node { scheduledMessages { body refusal } } } } }"))

    assert nodes(answer["inbox"]) == [
        {"scheduledMessages": [{"body": "Later", "refusal": "SUSPENDED"}]}
    ]


def test_nobody_sees_that_of_somebody_else(gql, alice, bob, lunch):
    schedule(bob, lunch, "between me and me")
    query = f"""query ($id: ID!) {{ conversation(id: $id) {{ participants {{ edges {{ node {{
        user {{ username }} {BODIES} }} }} }} }} }}"""

    def told(user):
        found = ok(gql(user)(query, id=gid(lunch)))["conversation"]["participants"]
        return {each["user"]["username"]: each["scheduledMessages"] for each in nodes(found)}

    own = [{"body": "between me and me"}]
    assert told(bob) == {"alice": None, "bob": own, "carol": None}
    assert told(alice) == {"alice": [], "bob": None, "carol": None}


def test_staff_see_none_in_the_admin(bob, erin, lunch):
    schedule(bob, lunch, "between me and me")
    views = ["view_conversation", "view_participation", "view_message", "read_message_bodies"]
    browser = hired(erin, *views)

    place = lunch.participation_of(bob)
    for page in ("participation/", f"participation/{place.pk}/change/", "message/"):
        response = browser.get(f"/admin/talk/{page}")
        assert response.status_code == 200
        assert "between me and me" not in response.text
    assert browser.get("/admin/talk/scheduledmessage/").status_code == 404


def test_it_is_read_once_for_all_rows_of_a_page(gql, alice, bob, carol, lunch):
    places = [lunch, private(bob, carol), group(alice, bob)]
    schedule(bob, lunch)
    query = INBOX.replace("{ body", "(first: 3) { body mentions { username }")

    def queries(query):
        with CaptureQueriesContext(connection) as asked:
            found = ok(gql(bob)(query))
        return len(asked), [each.get("scheduledMessages") for each in nodes(found["inbox"])]

    plain = queries(INBOX.replace(BODIES, "id"))[0]
    assert queries(INBOX.replace("{ body", "(first: 3) { body"))[0] == plain + 1
    for each in places:
        schedule(bob, each, mentions=[bob])
        schedule(bob, each, mentions=[carol if each != places[2] else alice])
    count, found = queries(query)
    assert count == plain + 2
    assert sorted(len(each) for each in found) == [2, 2, 3]


@pytest.mark.parametrize("size", [0, 1, 2, 50])
def test_it_is_a_page_of_the_earliest(gql, bob, lunch, size):
    for number in range(3):
        schedule(bob, lunch, f"{number}")

    answer = ok(gql(bob)(INBOX.replace("Messages", f"Messages(first: {size})")))

    (row,) = nodes(answer["inbox"])
    assert [each["body"] for each in row["scheduledMessages"]] == ["0", "1", "2"][:size]


@pytest.mark.parametrize("size", [-1, 51])
def test_a_page_of_another_size_is_refused(gql, bob, lunch, size):
    answer = gql(bob)(INBOX.replace("Messages", f"Messages(first: {size})"))

    assert answer["errors"][0]["extensions"]["code"] == "INVALID_PAGE"


def test_an_inbox_with_all_that_can_be_scheduled_costs_too_much(gql, bob, lunch):
    query = INBOX.replace("{ body", "{ body mentions { username }")

    assert gql(bob)(query)["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    ok(gql(bob)(query.replace("inbox ", "inbox(first: 5) ")))


def test_no_more_texts_are_read_than_an_answer_could_hold(gql, bob, lunch, settings):
    settings.TALK = {**settings.TALK, "MAX_ANSWER_SIZE": 10_000}
    query = INBOX.replace("body", "clientId")
    schedule(bob, lunch, "x" * 5_000)
    ok(gql(bob)(query))
    for _number in range(12):
        schedule(bob, lunch, "x" * 5_000)

    answer = gql(bob)(query)

    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"body": " "}, ("EMPTY_BODY", ["body"])),
        ({"body": "x" * 10_001}, ("BODY_TOO_LONG", ["body"])),
        ({"body": "a\0b"}, ("INVALID_TEXT", ["body"])),
        ({"replyTo": 2}, ("NUMBER_OUT_OF_RANGE", ["replyTo"])),
        ({"replyTo": -(2**31)}, ("NUMBER_OUT_OF_RANGE", ["replyTo"])),
        ({"mentions": ["x"]}, ("INVALID_ID", ["mentions"])),
        ({"at": "2020-01-01T00:00:00Z"}, ("INVALID_TIME", ["at"])),
        ({"at": "9999-12-31T23:59:59Z"}, ("INVALID_TIME", ["at"])),
        ({"at": "0001-01-01T00:00:00Z"}, ("INVALID_TIME", ["at"])),
        ({"conversationId": "x"}, ("INVALID_ID", ["conversationId"])),
    ],
)
def test_wrong_input_is_refused(gql, bob, given, wrong, expected):
    assert refusal(gql(bob), "scheduleMessage", **given(**wrong)) == expected
    assert not ScheduledMessage.objects.exists()


def test_somebody_who_does_not_take_part_is_not_mentioned(gql, bob, erin, given):
    told = refusal(gql(bob), "scheduleMessage", **given(mentions=[gid(erin)]))

    assert told == ("NOT_A_MEMBER", ["mentions"])


def test_too_late_and_too_many_are_told(gql, bob, lunch, given):
    asked = given()
    lunch.participation_of(bob).send("Later", uuid.UUID(asked["clientId"]))
    cancelled = {name: asked[name] for name in ("conversationId", "clientId")}

    assert refusal(gql(bob), "scheduleMessage", **asked) == ("TOO_LATE", ["clientId"])
    told = refusal(gql(bob), "cancelScheduledMessage", **cancelled)
    assert told == ("TOO_LATE", ["clientId"])
    row = schedule(bob, lunch)
    ScheduledMessage.objects.bulk_create(
        ScheduledMessage(
            participation=row.participation, client_id=uuid.uuid4(), at=row.at, due_at=row.at
        )
        for _number in range(49)
    )
    assert refusal(gql(bob), "scheduleMessage", **given()) == ("TOO_MANY_SCHEDULED", [])
    limits = ok(gql(bob)("{ limits { scheduledMessages } }"))["limits"]
    assert limits == {"scheduledMessages": 50}


def test_those_who_left_schedule_and_cancel_nothing(gql, bob, lunch, given):
    schedule(bob, lunch)
    leave(bob, lunch)
    asked = given()
    cancelled = {name: asked[name] for name in ("conversationId", "clientId")}

    assert refusal(gql(bob), "scheduleMessage", **asked) == ("NOT_A_PARTICIPANT", [])
    assert refusal(gql(bob), "cancelScheduledMessage", **cancelled) == ("NOT_A_PARTICIPANT", [])
    answer = ok(gql(bob)(INBOX.replace("inbox", "inbox(filter: {status: LEFT})")))
    assert nodes(answer["inbox"]) == [{"scheduledMessages": []}]


def test_scheduling_counts_as_sending_does(gql, bob, settings, given):
    settings.TALK = {**settings.TALK, "RATE_LIMITS": {"send": "1/minute"}}
    act(gql(bob), "scheduleMessage", PLACE, **given())

    answer = gql(bob)(
        """mutation ($input: ScheduleMessageInput!) { scheduleMessage(input: $input) {
        __typename } }""",
        input=given(),
    )

    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
