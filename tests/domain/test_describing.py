"""What a group says about itself: description, avatar and data. Owners and admins change them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.exceptions import RefusalCode
from talk.json_data import DATA_BYTES, DEPTH, GREATEST
from talk.models import Conversation, Event, Participation
from talk.text import DESCRIPTION_LENGTH, URL_LENGTH

from .acting import crowd, group, participation_of, private, refused, say

pytestmark = pytest.mark.django_db

PICTURE = "https://example.com/choir.png"
ALL = {"description": "We sing.", "avatar": PICTURE, "data": {"colour": "blue"}}


@pytest.fixture
def choir(alice, bob, carol):
    return group(alice, bob, carol, title="Choir")


def shown(conversation):
    row = Conversation.objects.get(pk=conversation.pk)
    return {name: getattr(row, name) for name in ALL}


def told(conversation):
    events = Event.objects.filter(conversation=conversation).order_by("revision")
    return [(event.kind, event.actor) for event in events][1:]


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_owners_and_admins_of_a_group_describe_it(choir, bob, role):
    participation_of(bob, choir).change_role(role)

    participation_of(bob, choir).describe(**ALL)

    assert shown(choir) == ALL


def test_members_do_not(choir, bob):
    with refused(RefusalCode.NOT_ALLOWED):
        participation_of(bob, choir).describe(**ALL)


def test_owners_who_left_or_are_suspended_do_not(choir, alice, bob):
    participation_of(bob, choir).change_role("owner")
    participation_of(bob, choir).suspend()
    with refused(RefusalCode.SUSPENDED):
        participation_of(bob, choir).describe(**ALL)

    participation_of(alice, choir).leave()
    with refused(RefusalCode.NOT_A_PARTICIPANT):
        participation_of(alice, choir).describe(**ALL)


def test_nobody_describes_a_private_conversation(alice, bob):
    place = participation_of(alice, private(alice, bob))

    with refused(RefusalCode.PRIVATE_CONVERSATION):
        place.describe(data={"colour": "blue"})


def test_the_project_keeps_data_in_conversations_of_both_kinds(choir, alice, bob):
    for conversation in (choir, private(alice, bob)):
        conversation.describe(data={"colour": "blue"})

        assert shown(conversation)["data"] == {"colour": "blue"}
        assert told(conversation) == [("conversation_changed", None)]


@pytest.mark.parametrize("name", ["description", "avatar"])
def test_a_private_conversation_has_nothing_else_to_show(alice, bob, name):
    pair = private(alice, bob)

    with refused(RefusalCode.PRIVATE_CONVERSATION, name):
        pair.describe(data={"colour": "blue"}, **{name: ALL[name]})


def test_one_change_is_one_event_however_many_values_it_has(choir, alice):
    participation_of(alice, choir).describe(**ALL)
    participation_of(alice, choir).describe(avatar="https://example.com/another.png")

    assert told(choir) == [("conversation_changed", alice)] * 2


def test_it_is_told_without_a_message(choir, alice):
    participation_of(alice, choir).describe(**ALL)

    assert not choir.messages.exists()


def test_the_same_values_again_change_nothing(choir, alice):
    participation_of(alice, choir).describe(**ALL)
    before = Conversation.objects.values().get(pk=choir.pk)

    participation_of(alice, choir).describe(**ALL)
    participation_of(alice, choir).describe(description="  We sing.\n", avatar=f" {PICTURE} ")

    assert Conversation.objects.values().get(pk=choir.pk) == before
    assert len(told(choir)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "bb": [2]}, {"bb": [2], "a": 1}),
        ({"zero": 0.0}, {"zero": -0.0}),
        ({"tenth": 0.1}, {"tenth": 0.1}),
    ],
)
def test_data_that_mean_the_same_are_the_same(choir, alice, one, other):
    participation_of(alice, choir).describe(data=one)
    participation_of(alice, choir).describe(data=other)

    assert len(told(choir)) == 1


@pytest.mark.parametrize("other", [{"a": True}, {"a": "1"}, {"a": [1]}, {"a": 1, "b": None}])
def test_data_that_mean_something_else_are_not(choir, alice, other):
    participation_of(alice, choir).describe(data={"a": 1})
    participation_of(alice, choir).describe(data=other)

    assert len(told(choir)) == 2
    assert repr(shown(choir)["data"]) == repr(other)


def test_what_is_not_given_stays_as_it_is(choir, alice):
    participation_of(alice, choir).describe(**ALL)

    participation_of(alice, choir).describe(description="We sing and dance.")
    participation_of(alice, choir).describe()

    assert shown(choir) == ALL | {"description": "We sing and dance."}


def test_what_is_empty_is_removed(choir, alice):
    participation_of(alice, choir).describe(**ALL)

    # A joiner by itself is nothing that anybody could see.
    participation_of(alice, choir).describe(description=" \u200d ", avatar=" ", data={})

    assert shown(choir) == {"description": "", "avatar": "", "data": {}}
    row = Conversation.objects.get(pk=choir.pk)
    assert (row.description_by, row.avatar_by, row.data_by) == (None, None, None)


def test_a_change_does_not_alter_what_the_caller_holds(choir, alice):
    data = {"list": [1]}
    place = participation_of(alice, choir)
    place.describe(data=data)

    data["list"].append(2)
    assert place.conversation.data == {"list": [1]}
    place.describe(data=data)
    assert shown(choir)["data"] == {"list": [1, 2]}


class TestWhoSeesIt:
    def test_people_who_left_see_what_they_saw_then(self, choir, alice, bob):
        participation_of(alice, choir).describe(**ALL)
        participation_of(bob, choir).leave()
        say(alice, choir, "After him")

        assert participation_of(bob, choir).sees_description

    @pytest.mark.parametrize("name", ALL)
    def test_and_nothing_of_it_once_one_of_the_three_was_changed(self, choir, alice, bob, name):
        participation_of(alice, choir).describe(**ALL)
        participation_of(bob, choir).leave()
        participation_of(alice, choir).describe(**{name: {} if name == "data" else ""})

        assert not participation_of(bob, choir).sees_description
        assert participation_of(alice, choir).sees_description
        participation_of(bob, choir).reinstate(by=participation_of(alice, choir))
        assert participation_of(bob, choir).sees_description

    def test_people_who_are_invited_see_what_they_were_invited_to(
        self, choir, alice, dave, settings
    ):
        settings.TALK = {"INVITATIONS_ASK": True}
        participation_of(alice, choir).describe(**ALL)
        participation_of(alice, choir).invite([dave])
        assert participation_of(dave, choir).sees_description

        participation_of(alice, choir).describe(description="No more")
        assert not participation_of(dave, choir).sees_description

        participation_of(dave, choir).decline()
        assert not participation_of(dave, choir).sees_description
        participation_of(alice, choir).invite([dave])
        assert participation_of(dave, choir).sees_description

    def test_a_key_is_no_description(self, choir, alice, bob):
        participation_of(alice, choir).describe(**ALL)
        participation_of(bob, choir).leave()
        choir.set_key("choir")

        assert participation_of(bob, choir).sees_description

    def test_a_new_group_does_not_inherit_it(self, alice, bob, carol):
        pair = private(alice, bob)
        pair.describe(data={"colour": "blue"})
        pair.set_key("a pair")

        ours = participation_of(alice, pair).invite([carol])

        assert (ours.data, ours.key) == ({}, None)


def test_all_inboxes_and_invitations_move_in_one_update(choir, alice, dave, settings):
    """An inbox shows avatar and data. So each change writes one row for each person."""
    participation_of(alice, choir).invite(crowd(50))
    settings.TALK = {"INVITATIONS_ASK": True}
    participation_of(alice, choir).invite([dave])
    place = participation_of(alice, choir)
    before = dict(choir.participations.values_list("pk", "changed_at"))

    with CaptureQueriesContext(connection) as captured:
        place.describe(**ALL)

    updates = [each["sql"] for each in captured if each["sql"].startswith("UPDATE")]
    moving = [sql for sql in updates if 'UPDATE "talk_participation"' in sql]
    assert len(moving) == 1
    after = dict(choir.participations.values_list("pk", "changed_at"))
    assert len(after) == 54
    assert all(after[key] > before[key] for key in after)


def test_it_moves_nobody_up_in_an_inbox_and_makes_nothing_unread(choir, alice, bob):
    before = participation_of(bob, choir)
    participation_of(alice, choir).describe(**ALL)

    after = participation_of(bob, choir)
    assert after.last_activity_at == before.last_activity_at
    assert (after.first_unread_number, after.unread_count) == (None, 0)


def nested(deep):
    """Objects in each other, so many."""
    data = {}
    for _time in range(deep - 1):
        data = {"in": data}
    return data


class TestBadInput:
    @pytest.mark.parametrize("text", ["a\0b", "\ud800"])
    def test_a_description_is_a_text_that_can_be_stored(self, choir, alice, text):
        with refused(RefusalCode.INVALID_TEXT, "description"):
            participation_of(alice, choir).describe(description=text, avatar=PICTURE)

    def test_a_description_has_a_length(self, choir, alice):
        participation_of(alice, choir).describe(description="ü" * DESCRIPTION_LENGTH)

        with refused(RefusalCode.INVALID_DESCRIPTION, "description"):
            participation_of(alice, choir).describe(description="ü" * (DESCRIPTION_LENGTH + 1))

    @pytest.mark.parametrize(
        "url",
        [
            "http://media.example/a.png",
            "HTTPS://example.com/a%20b.png?size=2&x=%C3%BC#top",
            "https://bücher.example/ü.png",
            "https://[::1]:8000/a.png",
            "https://example.com/" + "a" * (URL_LENGTH - 20),
        ],
    )
    def test_an_avatar_is_an_address_of_the_web(self, choir, alice, url):
        participation_of(alice, choir).describe(avatar=url)

        assert shown(choir)["avatar"] == url

    @pytest.mark.parametrize(
        "url",
        [
            "choir.png",
            "/choir.png",
            "//example.com/choir.png",
            "https:/example.com/choir.png",
            "https://",
            "https:///choir.png",
            "https://:80/choir.png",
            "https://example.com:99999/choir.png",
            "https://example.com:x/choir.png",
            "https://[::1/choir.png",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "javascript://example.com/%0aalert(1)",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "blob:https://example.com/1",
            "ftp://example.com/choir.png",
            "https://alice:secret@example.com/choir.png",
            "https://example.com@evil.example/choir.png",
            "https://example.com\\@evil.example/choir.png",
            "https:\\\\example.com/choir.png",
            "https://exa mple.com/choir.png",
            "https://example.com/a\tb.png",
            "https://example.com/a\nb.png",
            "https://example.com/a\0b.png",
            "https://example.com/a\x7fb.png",
            "https://example.com/\u202egnp.exe",
            "https://example.com/\ud800.png",
            'https://example.com/"><script>alert(1)</script>',
            "https://example.com/" + "a" * (URL_LENGTH - 19),
            "x",
        ],
    )
    def test_and_of_nothing_else(self, choir, alice, url):
        with refused(RefusalCode.INVALID_URL, "avatar"):
            participation_of(alice, choir).describe(description="We sing.", avatar=url)

    @pytest.mark.parametrize(
        "data",
        [
            {"null": None, "yes": True, "no": False, "text": "ü ☕", "": ""},
            {"list": [1, [2.5, -3], {}], "object": {"a": {"b": []}}},
            {"greatest": GREATEST, "least": -GREATEST, "small": 1e-9},
            nested(DEPTH),
            {"a": "x" * (DATA_BYTES - 8)},
        ],
    )
    def test_data_are_an_object_of_json(self, choir, alice, data):
        participation_of(alice, choir).describe(data=data)

        assert repr(shown(choir)["data"]) == repr(dict(sorted(data.items(), key=_order)))

    @pytest.mark.parametrize(
        "data",
        [
            [],
            ["a"],
            "a",
            1,
            True,
            {"a": float("nan")},
            {"a": float("inf")},
            {"a": [float("-inf")]},
            {"a": GREATEST + 1},
            {"a": -(10**400)},
            {"a": 1e300},
            {"a": 1e-300},
            {"a": "\0"},
            {"\0": 1},
            {"a": "\ud800"},
            {"\udfff": 1},
            {1: "a"},
            {None: "a"},
            {"a": (1, 2)},
            {"a": {1, 2}},
            {"a": b"1"},
            {"a": object()},
            nested(DEPTH + 1),
            {"a": nested(DEPTH)},
            {"a": "x" * (DATA_BYTES - 7)},
            {"a": "ü" * (DATA_BYTES // 2)},
            {str(number): number for number in range(1_000)},
        ],
        ids=lambda data: repr(data)[:20],
    )
    def test_that_every_database_stores(self, choir, alice, data):
        with refused(RefusalCode.INVALID_DATA, "data"):
            participation_of(alice, choir).describe(description="We sing.", data=data)

    def test_data_that_contain_themselves_are_none(self, choir, alice):
        data = {}
        data["self"] = data

        with refused(RefusalCode.INVALID_DATA, "data"):
            participation_of(alice, choir).describe(data=data)


def _order(item):
    """The order in which PostgreSQL gives the keys of an object. SQLite keeps that of the input."""
    return (len(item[0].encode()), item[0]) if connection.vendor == "postgresql" else 0


@pytest.mark.parametrize("role", [Participation.Role.OWNER, Participation.Role.MEMBER])
def test_what_one_may_do_is_told_as_the_verb_would_answer(choir, alice, role):
    choir.participations.filter(user=alice).update(role=role)
    may = {each.name for each in participation_of(alice, choir).capabilities(3)}

    assert ("DESCRIBE" in may) == (role == Participation.Role.OWNER)
