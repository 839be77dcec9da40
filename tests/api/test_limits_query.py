"""The limits that a client is told are those that are enforced."""

import pytest

from ..domain.acting import crowd
from .asking import act, code, gid, group, ok, refusal, say, say_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(gql, alice):
    return gql(alice)


def told(ask, name):
    return ok(ask(f"{{ limits {{ {name} }} }}"))["limits"][name]


def test_a_message_of_the_longest_length_is_sent_and_no_longer_one(ask, alice, bob, settings):
    settings.TALK = {**settings.TALK, "MAX_BODY_LENGTH": 7}
    to = {"conversationId": gid(group(alice, bob))}
    most = told(ask, "bodyLength")

    assert most == 7
    assert "code" not in act(ask, "sendMessage", **to, body="🦄" * most)
    assert refusal(ask, "sendMessage", **to, body="x" * (most + 1))[0] == "BODY_TOO_LONG"


def test_a_title_of_the_longest_length_is_given_and_no_longer_one(ask, alice, bob):
    of = {"conversationId": gid(group(alice, bob))}
    most = told(ask, "titleLength")

    assert "code" not in act(ask, "renameConversation", **of, title="x" * most)
    assert refusal(ask, "renameConversation", **of, title="x" * (most + 1))[0] == "INVALID_TITLE"


def test_a_description_of_the_longest_length_is_given_and_no_longer_one(ask, alice, bob):
    of = {"conversationId": gid(group(alice, bob))}
    most = told(ask, "descriptionLength")

    assert "code" not in act(ask, "updateConversation", **of, description="🦄" * most)
    assert refusal(ask, "updateConversation", **of, description="x" * (most + 1))[0] == (
        "INVALID_DESCRIPTION"
    )


def test_data_of_as_many_bytes_as_told_are_kept_and_no_more(ask, alice, bob):
    of = {"conversationId": gid(group(alice, bob))}
    most = told(ask, "dataBytes")
    text = "ü" * (most // 2 - len('{"a":""}') // 2)

    assert "code" not in act(ask, "updateConversation", **of, data={"a": text})
    assert refusal(ask, "updateConversation", **of, data={"a": f"{text}x"})[0] == "INVALID_DATA"


def test_a_reason_of_the_longest_length_is_given_and_no_longer_one(ask, alice, bob):
    message = gid(say(bob, group(alice, bob)))
    most = told(ask, "reasonLength")

    assert refusal(ask, "reportMessage", message=message, why="x" * (most + 1))[0] == (
        "INVALID_REASON"
    )
    assert "code" not in act(ask, "reportMessage", message=message, why="x" * most)


def test_as_many_people_as_told_take_part_and_no_more(ask, alice, bob, carol, dave, settings):
    settings.TALK = {**settings.TALK, "MAX_PARTICIPANTS": 3}
    to = {"conversationId": gid(group(alice, bob))}

    assert told(ask, "participants") == 3
    assert "code" not in act(ask, "inviteParticipants", **to, participants=[gid(carol)])
    assert refusal(ask, "inviteParticipants", **to, participants=[gid(dave)])[0] == (
        "TOO_MANY_PARTICIPANTS"
    )


def test_a_search_of_the_longest_length_is_answered_and_no_longer_one(ask):
    most = told(ask, "queryLength")
    search = "query ($words: String!) { searchMessages(query: $words) { edges { cursor } } }"

    assert ok(ask(search, words="x" * most))["searchMessages"] == {"edges": []}
    assert code(ask(search, words="x" * (most + 1))) == "QUERY_TOO_LONG"


def test_a_message_names_as_many_people_as_told_and_no_more(ask, alice):
    people = crowd(51)
    there = group(alice, *people)
    most = told(ask, "mentions")

    def send(count):
        names = [gid(each) for each in people[:count]]
        return act(ask, "sendMessage", conversationId=gid(there), body="Hello", mentions=names)

    assert "code" not in send(most)
    assert send(most + 1)["code"] == "TOO_MANY_MENTIONS"


def test_pages_have_the_sizes_that_are_told(ask, alice, bob):
    with_many = group(alice, bob, says=["x"] * 60)
    usual, most = told(ask, "defaultPageSize"), told(ask, "pageSize")
    messages = (
        "query ($id: ID!) {{ conversation(id: $id) {{ messages{} {{ edges {{ cursor }} }} }} }}"
    )

    def page(given):
        return ask(messages.format(given), id=gid(with_many))

    assert len(ok(page(""))["conversation"]["messages"]["edges"]) == usual
    assert len(ok(page(f"(first: {most})"))["conversation"]["messages"]["edges"]) == 60
    assert code(page(f"(first: {most + 1})")) == "INVALID_PAGE"


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("EDIT_SECONDS", "editSeconds"),
        ("RETRACT_SECONDS", "retractSeconds"),
    ],
)
@pytest.mark.parametrize("seconds", [None, 0, 12.5])
def test_never_and_always_are_told_apart(ask, settings, option, name, seconds):
    settings.TALK = {**settings.TALK, option: seconds}

    assert told(ask, name) == seconds


def test_the_reactions_that_are_allowed_are_told(ask, settings):
    settings.TALK = {**settings.TALK, "REACTIONS": ("👍", "party_parrot")}

    assert told(ask, "reactionEmoji") == ["👍", "party_parrot"]


def test_as_many_emoji_as_told_are_reacted_with_and_no_more(ask, alice, bob):
    to = {"message": gid(say(bob, group(alice, bob)))}
    most = told(ask, "reactions")
    emoji = [chr(ord("😀") + number) for number in range(most + 1)]

    for each in emoji[:most]:
        assert "code" not in act(ask, "react", **to, emoji=each)
    assert refusal(ask, "react", **to, emoji=emoji[most])[0] == "TOO_MANY_REACTIONS"


def test_as_many_messages_as_told_are_pinned_and_no_more(ask, alice, bob):
    most = told(ask, "pins")
    texts = say_many(alice, group(alice, bob), most + 1)

    for each in texts[:most]:
        assert "code" not in act(ask, "pinMessage", message=gid(each))
    assert refusal(ask, "pinMessage", message=gid(texts[most]))[0] == "TOO_MANY_PINS"


def test_nobody_reads_the_limits_without_signing_in(gql):
    assert code(gql(None)("{ limits { pageSize } }")) == "UNAUTHENTICATED"


def test_the_limits_take_no_query_of_their_own(ask, django_assert_num_queries):
    # The session and the viewer.
    with django_assert_num_queries(2):
        told(ask, "bodyLength")
