"""What is shown of a message that was edited: to members, to who left, and to who blocked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talk.models import Block, Event, Message
from talk.models.edit import EditQuerySet
from talk.moderation import remove_message

from ..live.sockets import in_thread, live, signed_in, talk
from .asking import act, code, gid, group, leave, nodes, ok, refusal, say, walk

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

WORDS = "id body removal revision editedAt edits(first: 5) { edges { cursor node { body until } } }"
NODE = f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ {WORDS} }} }} }}"
PAGE = f"""query ($id: ID!) {{ conversation(id: $id) {{
    latestMessage {{ {WORDS} }} messages {{ edges {{ node {{ {WORDS} }} }} }} }} }}"""
THREAD = f"""query ($id: ID!) {{ conversation(id: $id) {{
    messages {{ edges {{ node {{ {WORDS} }} }} }} }} }}"""
EDITS = """query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Message {
    edits(first: $first, after: $after) {
        edges { cursor node { body until } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"""
CHANGES = f"""subscription ($id: ID!, $after: Int) {{ conversationChanges(id: $id, after: $after) {{
    revision kind message {{ {WORDS} }} }} }}"""


@pytest.fixture
def harbour(alice, bob, carol):
    return group(alice, bob, carol, title="Harbour")


def edit(user, message, body="New words"):
    return message.conversation.participation_of(user).edit(
        Message.objects.get(pk=message.pk), body
    )


def shown(ask, message):
    return ok(ask(NODE, id=gid(message)))["node"]


def bodies(shown):
    return [edit["body"] for edit in nodes(shown["edits"])]


def words_of(shown):
    return shown["body"], shown["removal"], bodies(shown)


def test_edit_message_answers_the_message_with_its_new_words(gql, alice, bob, harbour):
    said = say(alice, harbour, "Old words")

    answer = act(
        gql(alice), "editMessage", f"edited {{ {WORDS} }}", message=gid(said), body="New words"
    )

    edited = answer["edited"]
    assert words_of(edited) == ("New words", None, ["Old words"])
    assert edited["editedAt"] == nodes(edited["edits"])[0]["until"]
    assert shown(gql(bob), said) == edited
    assert refusal(gql(bob), "editMessage", message=gid(said), body="Mine") == (
        "NOT_YOURS",
        ["message"],
    )
    assert refusal(gql(alice), "editMessage", message=gid(said), body=" ") == (
        "EMPTY_BODY",
        ["body"],
    )


def test_a_message_that_one_does_not_see_is_not_found_whoever_asks(gql, alice, bob, dave, harbour):
    leave(bob, harbour)
    late = say(alice, harbour)

    for each in (bob, dave):
        answer = refusal(gql(each), "editMessage", message=gid(late), body="Mine")
        assert answer == ("NOT_FOUND", ["message"])


def test_earlier_texts_come_newest_first_and_in_pages(gql, alice, harbour):
    said = say(alice, harbour, "0")
    for number in range(1, 8):
        edit(alice, said, str(number))

    def page(**size):
        return ok(gql(alice)(EDITS, id=gid(said), **size))["node"]["edits"]

    pages = walk(page, first=3)
    assert [[edit["body"] for edit in nodes(each)] for each in pages] == [
        ["6", "5", "4"],
        ["3", "2", "1"],
        ["0"],
    ]
    assert [each["pageInfo"]["hasPreviousPage"] for each in pages] == [False, True, True]
    assert page(first=0)["edges"] == []


@pytest.mark.parametrize(
    ("page", "refused_as"),
    [
        ({"first": 101}, "INVALID_PAGE"),
        ({"first": -1}, "INVALID_PAGE"),
        ({"after": "x"}, "INVALID_CURSOR"),
        ({"after": "RWRpdDpbIm5vdyJd"}, "INVALID_CURSOR"),
    ],
)
def test_odd_pages_of_earlier_texts_are_refused(gql, alice, harbour, page, refused_as):
    said = say(alice, harbour)

    assert code(gql(alice)(EDITS, id=gid(said), **page)) == refused_as


@pytest.mark.parametrize("history", ["moderators", "none"])
def test_members_see_no_earlier_texts_where_they_should_not(
    gql, alice, bob, harbour, settings, history
):
    settings.TALK = {**settings.TALK, "EDIT_HISTORY": history}
    said = say(alice, harbour)
    edit(alice, said)

    assert words_of(shown(gql(bob), said)) == ("New words", None, [])


def test_who_blocked_the_author_sees_neither_text(gql, alice, bob, carol, harbour):
    said = say(alice, harbour)
    edit(alice, said)
    Block.objects.block(bob, alice)

    assert words_of(shown(gql(bob), said)) == ("", None, [])
    assert bodies(shown(gql(carol), said)) == ["Hello"], "others do"


def test_with_the_words_go_the_earlier_ones(gql, alice, bob, harbour):
    said = say(alice, harbour)
    edit(alice, said)
    remove_message(Message.objects.get(pk=said.pk), None, "Spam.")

    seen = shown(gql(bob), said)
    assert words_of(seen) == ("", "MODERATED", [])
    assert seen["editedAt"] is None


def test_each_alias_has_the_page_of_earlier_texts_that_it_asks_for(gql, alice, harbour):
    said = say(alice, harbour, "one")
    for body in ("two", "three", "four"):
        edit(alice, said, body)
    edges = "{ edges { cursor node { body } } }"

    def pages(**asked):
        selection = " ".join(f"{name}: edits({page}) {edges}" for name, page in asked.items())
        return ok(gql(alice)(NODE.replace(WORDS, selection), id=gid(said)))["node"]

    first = pages(one="first: 1")["one"]["edges"][0]["cursor"]
    seen = pages(one="first: 1", two="first: 2", rest=f'first: 2, after: "{first}"')

    bodies = {name: [each["body"] for each in nodes(page)] for name, page in seen.items()}
    assert bodies == {"one": ["three"], "two": ["three", "two"], "rest": ["two", "one"]}


class TestWhoLeft:
    """They see neither text of what was edited after that."""

    CHANGED = ("", "CHANGED_SINCE", [])

    @pytest.fixture
    def said(self, alice, bob, harbour):
        """Something that Alice edited before Bob left, and again afterwards."""
        said = say(alice, harbour, "one")
        edit(alice, said, "two")
        leave(bob, harbour)
        edit(alice, said, "three")
        return said

    def test_by_its_id(self, gql, bob, carol, said):
        assert words_of(shown(gql(bob), said)) == self.CHANGED
        assert shown(gql(bob), said)["editedAt"] is None
        assert words_of(shown(gql(carol), said)) == ("three", None, ["two", "one"])

    def test_on_a_page_and_in_the_inbox(self, gql, bob, said):
        page = ok(gql(bob)(PAGE, id=gid(said.conversation)))["conversation"]

        assert words_of(nodes(page["messages"])[0]) == self.CHANGED
        inbox = f"""{{ inbox(filter: {{status: LEFT}}, first: 5) {{ edges {{ node {{ conversation {{
            messages(first: 5) {{ edges {{ node {{ {WORDS} }} }} }} }} }} }} }} }}"""
        (place,) = nodes(ok(gql(bob)(inbox))["inbox"])
        assert words_of(nodes(place["conversation"]["messages"])[0]) == self.CHANGED

    def test_in_a_quote(self, gql, alice, bob, carol, harbour):
        said = say(alice, harbour, "one")
        reply = harbour.participation_of(carol).send("Yes", reply_to=said.number)
        leave(bob, harbour)
        edit(alice, said, "two")
        quote = NODE.replace(WORDS, f"replyTo {{ {WORDS} }}")

        seen = ok(gql(bob)(quote, id=gid(reply)))["node"]["replyTo"]
        assert words_of(seen) == self.CHANGED
        seen = ok(gql(carol)(quote, id=gid(reply)))["node"]["replyTo"]
        assert words_of(seen) == ("two", None, ["one"])

    def test_what_was_edited_before_they_left_is_seen_as_it_was(self, gql, alice, bob, harbour):
        said = say(alice, harbour, "one")
        edit(alice, said, "two")
        leave(bob, harbour)

        assert words_of(shown(gql(bob), said)) == ("two", None, ["one"])

    def test_no_number_tells_them_of_changes_after_that(self, gql, alice, bob, harbour, said):
        untouched = say(alice, harbour)
        end = ok(
            gql(bob)("query ($id: ID!) { conversation(id: $id) { revision } }", id=gid(harbour))
        )["conversation"]["revision"]

        assert shown(gql(bob), said)["revision"] == end
        assert Message.objects.get(pk=said.pk).revision > end
        assert untouched.revision > end, "for this test to mean anything"

    @pytest.mark.parametrize("is_pruned", [False, True])
    def test_their_copy_is_still_replaced_by_what_they_see(
        self, gql, alice, bob, harbour, is_pruned
    ):
        said = say(alice, harbour)
        copy = shown(gql(bob), said)
        leave(bob, harbour)
        edit(alice, said)
        if is_pruned:
            Event.objects.all().delete()

        assert shown(gql(bob), said)["revision"] > copy["revision"]

    def test_invited_again_they_still_do_not(self, gql, alice, bob, harbour, said, settings):
        settings.TALK = {**settings.TALK, "INVITATIONS_ASK": True}
        harbour.participation_of(alice).invite([bob])

        assert words_of(shown(gql(bob), said)) == self.CHANGED
        harbour.participation_of(bob).decline()
        assert words_of(shown(gql(bob), said)) == self.CHANGED

    def test_back_again_they_do(self, gql, alice, bob, harbour, said):
        harbour.participation_of(alice).invite([bob])

        assert words_of(shown(gql(bob), said)) == ("three", None, ["two", "one"])

    def test_what_they_report_is_answered_without_the_words(self, gql, bob, said):
        answer = act(
            gql(bob), "reportMessage", f"reported {{ {WORDS} }}", message=gid(said), why="Rude."
        )

        assert words_of(answer["reported"]) == self.CHANGED


@pytest.mark.django_db(transaction=True)
class TestLive:
    @live
    async def test_an_edit_is_told_to_those_who_are_there(self, alice, bob, harbour):
        said = await in_thread(say)(alice, harbour, "Old words")
        async with signed_in(bob, talk) as socket:
            await socket.subscribe(CHANGES, variables={"id": gid(harbour), "after": 2})
            await in_thread(edit)(alice, said)
            heard = (await socket.hear())["payload"]["data"]["conversationChanges"]

        assert heard["kind"] == "MESSAGE_EDITED"
        assert heard["message"]["revision"] == heard["revision"]
        assert words_of(heard["message"]) == ("New words", None, ["Old words"])

    @live
    async def test_who_blocked_the_author_hears_of_it_without_words(self, alice, bob, harbour):
        said = await in_thread(say)(alice, harbour, "Old words")
        await in_thread(Block.objects.block)(bob, alice)
        async with signed_in(bob, talk) as socket:
            await socket.subscribe(CHANGES, variables={"id": gid(harbour), "after": 2})
            await in_thread(edit)(alice, said)
            heard = (await socket.hear())["payload"]["data"]["conversationChanges"]

        assert words_of(heard["message"]) == ("", None, [])

    @live
    async def test_who_left_catches_up_to_their_end_without_later_words(self, alice, bob, harbour):
        said = await in_thread(say)(alice, harbour, "one")
        await in_thread(leave)(bob, harbour)
        await in_thread(edit)(alice, said, "two")
        async with signed_in(bob, talk) as socket:
            await socket.subscribe(CHANGES, variables={"id": gid(harbour), "after": 1})
            sent = (await socket.hear())["payload"]["data"]["conversationChanges"]
            left = (await socket.hear())["payload"]["data"]["conversationChanges"]
            last = await socket.hear()

        assert (sent["kind"], left["kind"]) == ("MESSAGE_SENT", "PARTICIPANT_LEFT")
        assert words_of(sent["message"]) == TestWhoLeft.CHANGED
        assert sent["message"]["revision"] == left["revision"]
        assert code(last["payload"]) == "NOT_A_PARTICIPANT", "nothing comes after their end"


def test_a_page_reads_the_earlier_texts_of_all_its_messages_at_once(gql, alice, harbour):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            ok(gql(alice)(THREAD, id=gid(harbour)))
        return len(captured)

    edit(alice, say(alice, harbour))
    few = queries()
    for _ in range(20):
        said = say(alice, harbour)
        for body in "abcd":
            edit(alice, said, body)

    assert queries() == few


def test_long_earlier_texts_count_as_what_an_answer_may_hold(gql, alice, harbour, settings):
    said = say(alice, harbour)
    for letter in "abcdefgh":
        edit(alice, said, letter * 10_000)
    edit(alice, said, "short")
    count = "query ($id: ID!) { node(id: $id) { ... on Message { edits { edges { cursor } } } } }"
    assert len(ok(gql(alice)(count, id=gid(said)))["node"]["edits"]["edges"]) == 9
    settings.TALK = {**settings.TALK, "MAX_ANSWER_SIZE": 50_000}

    (error,) = gql(alice)(count, id=gid(said))["errors"]

    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "MAX_ANSWER_SIZE" in error["message"]


def test_what_is_asked_of_one_message_is_not_read_for_others(gql, alice, harbour, monkeypatch):
    """It would cost much more than the query does, which is limited by what it asks for."""
    others = [say(alice, harbour) for _ in range(3)]
    for each in others:
        edit(alice, each)
    read, pages_of = [], EditQuerySet.pages_of

    def noted(rows, messages, *args):
        read.append([each.number for each in messages])
        return pages_of(rows, messages, *args)

    monkeypatch.setattr(EditQuerySet, "pages_of", noted)
    query = """query ($id: ID!, $message: ID!) {
        conversation(id: $id) { messages { edges { node { number } } } }
        node(id: $message) { ... on Message { edits { edges { node { body } } } } } }"""
    one = others[1]

    answer = ok(gql(alice)(query, id=gid(harbour), message=gid(one)))

    assert len(answer["conversation"]["messages"]["edges"]) == 3
    assert len(answer["node"]["edits"]["edges"]) == 1
    assert read == [[one.number]]


class TestTakingBack:
    def test_retract_message_answers_the_message_without_its_words(self, gql, alice, bob, harbour):
        said = say(alice, harbour)
        edit(alice, said)

        answer = act(gql(alice), "retractMessage", f"retracted {{ {WORDS} }}", message=gid(said))

        assert words_of(answer["retracted"]) == ("", "RETRACTED", [])
        assert shown(gql(bob), said) == answer["retracted"]

    def test_remove_message_does_so_for_owners_and_admins(self, gql, alice, bob, harbour):
        said = say(bob, harbour)
        assert refusal(gql(bob), "removeMessage", message=gid(said)) == ("NOT_ALLOWED", [])

        answer = act(gql(alice), "removeMessage", f"removed {{ {WORDS} }}", message=gid(said))

        assert words_of(answer["removed"]) == ("", "REMOVED", [])
        assert shown(gql(bob), said) == answer["removed"]

    @pytest.mark.parametrize("mutation", ["retractMessage", "removeMessage"])
    def test_what_one_does_not_see_is_not_found(self, gql, alice, bob, dave, harbour, mutation):
        leave(bob, harbour)
        late = say(alice, harbour)

        for each in (bob, dave):
            assert refusal(gql(each), mutation, message=gid(late)) == ("NOT_FOUND", ["message"])

    def test_the_answer_shows_the_conversation_as_it_is_now(self, gql, alice, harbour):
        said = say(alice, harbour, "Oops")
        shows = "retracted { conversation { revision latestMessage { number body removal } } }"

        answer = act(gql(alice), "retractMessage", shows, message=gid(said))

        conversation = answer["retracted"]["conversation"]
        assert conversation["revision"] == said.conversation.revision + 1
        assert conversation["latestMessage"] == {
            "number": said.number,
            "body": "",
            "removal": "RETRACTED",
        }
