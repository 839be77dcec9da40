"""What can't be acted upon is refused with a code, and never an accident."""

import pytest
from strawberry import relay

from talk.models import Conversation, Message

from .asking import act, code, gid, group, leave, ok, private, refusal

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

NUL, SURROGATE = "a\0b", "a\ud800b"
BROKEN_IDS = [
    "",
    "x",
    "1",
    "Conversation:1",
    NUL,
    SURROGATE,
    "é",
    "=" * 100_000,
    relay.to_base64("Conversation", ""),
    relay.to_base64("Conversation", "x"),
    relay.to_base64("Conversation", "1.5"),
    relay.to_base64("Conversation", "1:1"),
    relay.to_base64("Conversation", " 1"),
    relay.to_base64("Conversation", "1_0"),
    relay.to_base64("Conversation", "+1"),
    relay.to_base64("Conversation", "01"),
    relay.to_base64("Conversation", "٣"),
    relay.to_base64("Conversation", "1\0"),
    relay.to_base64("Conversation", 2**63),
    relay.to_base64("Conversation", "9" * 5000),
    relay.to_base64("Conversation", "None"),
    relay.to_base64("conversation", 1),
    relay.to_base64("Event", 1),
    relay.to_base64("User", 1),
]


class TestIds:
    @pytest.mark.parametrize("broken", BROKEN_IDS)
    def test_a_broken_id_is_refused_everywhere(self, gql, alice, bob, broken):
        ask = gql(alice)

        answer = ask("query ($id: ID!) { conversation(id: $id) { id } }", id=broken)
        refused = refusal(ask, "markRead", conversationId=broken)

        assert code(answer) == "INVALID_ID"
        assert answer["data"] == {"conversation": None}
        assert refused == ("INVALID_ID", ["conversationId"])

    @pytest.mark.parametrize("broken", [*BROKEN_IDS[:-1], relay.to_base64("User", "x")])
    def test_a_broken_id_is_no_node_and_nobody(self, gql, alice, broken):
        ask = gql(alice)

        answers = [
            ask("query ($id: ID!) { node(id: $id) { id } }", id=broken),
            ask("query ($id: ID!) { inbox(filter: {with: [$id]}) { totalCount } }", id=broken),
        ]
        refused = [
            refusal(ask, "sendMessage", body="Hi", to=[broken]),
            refusal(ask, "startConversation", participants=[broken]),
            refusal(ask, "revokeToken", id=broken),
        ]

        assert {code(answer) for answer in answers} == {"INVALID_ID"}
        assert refused == [
            ("INVALID_ID", ["to"]),
            ("INVALID_ID", ["participants"]),
            ("INVALID_ID", ["id"]),
        ]

    @pytest.mark.parametrize("key", [0, -1, 2**31 - 1])
    def test_an_id_of_nothing_finds_nothing(self, gql, alice, key):
        ask = gql(alice)
        for name in ("AccessToken", "Conversation", "Message", "Participation", "User"):
            answer = ask("query ($id: ID!) { node(id: $id) { id } }", id=relay.to_base64(name, key))
            assert ok(answer) == {"node": None}
        assert refusal(ask, "markRead", conversationId=relay.to_base64("Conversation", key)) == (
            "NOT_FOUND",
            ["conversationId"],
        )

    def test_a_person_is_named_by_a_users_id(self, gql, alice, bob):
        conversation = private(alice, bob, "hi")
        ask = gql(alice)

        for row in (conversation, conversation.messages.get(), conversation.participation_of(bob)):
            assert refusal(ask, "sendMessage", body="Hi", to=[gid(row)]) == ("INVALID_ID", ["to"])


class TestText:
    @pytest.mark.parametrize("text", [NUL, SURROGATE, "\0", "\udfff"])
    def test_what_no_database_stores_is_refused(self, gql, alice, bob, text):
        conversation = group(alice, bob)
        ask, where = gql(alice), {"conversationId": gid(conversation)}

        refused = [
            refusal(ask, "sendMessage", body=text, to=[gid(bob)]),
            refusal(ask, "sendMessage", body=text, **where),
            refusal(ask, "startConversation", title=text, participants=[gid(bob)]),
            refusal(ask, "renameConversation", title=text, **where),
            refusal(ask, "updateConversation", description=text, **where),
            refusal(ask, "createToken", name=text),
        ]
        searches = [
            ask("query ($text: String!) { users(search: $text) { totalCount } }", text=text),
            ask(
                "query ($text: String!) { inbox(filter: {titleContains: $text}) { totalCount } }",
                text=text,
            ),
        ]

        assert refused == [
            ("INVALID_TEXT", [path])
            for path in ("body", "body", "title", "title", "description", "name")
        ]
        assert [code(answer) for answer in searches] == ["INVALID_TEXT"] * 2

    @pytest.mark.parametrize("body", ["", " ", "\n\t ", "\u3000"])
    def test_a_message_needs_words(self, gql, alice, bob, body):
        assert refusal(gql(alice), "sendMessage", body=body, to=[gid(bob)]) == (
            "EMPTY_BODY",
            ["body"],
        )
        assert not Conversation.objects.exists()

    def test_a_message_has_at_most_ten_thousand_characters(self, gql, alice, bob):
        ask, asked = gql(alice), {"to": [gid(bob)]}
        act(ask, "sendMessage", body="🙂" * 10_000, **asked)

        assert refusal(ask, "sendMessage", body="🙂" * 10_001, **asked) == (
            "BODY_TOO_LONG",
            ["body"],
        )
        assert Message.objects.get().body == "🙂" * 10_000


class TestRecipients:
    def test_there_are_some(self, gql, alice):
        ask = gql(alice)

        for nobody in ([], [gid(alice)], [gid(alice)] * 2):
            refused = refusal(ask, "sendMessage", body="Hi", to=nobody)
            assert refused == ("NO_RECIPIENTS", ["to"])
            for kind in ("GROUP", "PRIVATE"):
                refused = refusal(ask, "startConversation", participants=nobody, kind=kind)
                assert refused == ("NO_RECIPIENTS", ["participants"])

    def test_they_are_people_who_can_be_written_to(self, gql, alice, bob, carol, dave):
        leave(dave, group(dave, alice))
        for user in (bob, dave):
            user.is_active = False
            user.save()
        unknown = relay.to_base64("User", 987_654_321)
        conversation = gid(group(alice, carol))
        ask = gql(alice)

        for nobody, met in ((unknown, False), (gid(bob), False), (gid(dave), True)):
            people = [gid(carol), nobody]
            for mutation, path, where in (
                ("sendMessage", "to", {"body": "Hi"}),
                ("sendMessage", "invite", {"body": "Hi", "conversationId": conversation}),
                ("startConversation", "participants", {}),
                ("inviteParticipants", "participants", {"conversationId": conversation}),
            ):
                refused = refusal(ask, mutation, **where, **{path: people})
                # Where there is a conversation, it may be one of its members.
                is_plain = not (met and "conversationId" in where)
                assert refused == ("UNKNOWN_USER", [path] if is_plain else [])
        assert Conversation.objects.count() == 2

    @pytest.mark.parametrize("count", [1001, 5000])
    def test_they_are_not_too_many(self, gql, alice, bob, count):
        many = [relay.to_base64("User", 10_000 + number) for number in range(count)]
        ask, where = gql(alice), {"conversationId": gid(private(alice, bob))}

        assert [
            refusal(ask, "sendMessage", body="Hi", to=many),
            refusal(ask, "sendMessage", body="Hi", invite=many, **where),
            refusal(ask, "startConversation", participants=many),
            refusal(ask, "inviteParticipants", participants=many, **where),
        ] == [
            ("TOO_MANY_PARTICIPANTS", [path])
            for path in ("to", "invite", "participants", "participants")
        ]

    def test_the_limit_counts_all_members(self, gql, alice, bob, carol, dave, settings):
        settings.TALK = {**settings.TALK, "MAX_PARTICIPANTS": 3}
        ask = gql(alice)
        people = [gid(bob), gid(carol), gid(dave)]

        for asked in (people, [*people, gid(alice)]):
            refused = refusal(ask, "startConversation", participants=asked)
            assert refused[0] == "TOO_MANY_PARTICIPANTS"
        full = act(ask, "startConversation", "conversation { id }", participants=people[:2])
        refused = refusal(
            ask,
            "inviteParticipants",
            conversationId=full["conversation"]["id"],
            participants=people[2:],
        )
        assert refused[0] == "TOO_MANY_PARTICIPANTS"

    def test_a_retry_is_answered_also_when_somebody_was_deactivated_meanwhile(
        self, gql, alice, bob
    ):
        ask = gql(alice)
        asked = {"to": [gid(bob)], "body": "Hi", "clientId": "00000000-0000-4000-8000-000000000001"}
        first = act(ask, "sendMessage", "sent { id }", **asked)
        bob.is_active = False
        bob.save()

        assert act(ask, "sendMessage", "sent { id }", **asked) == first

    def test_a_filter_names_at_most_ten(self, gql, alice):
        people = [relay.to_base64("User", number) for number in range(11)]
        query = "query ($ids: [ID!]) { inbox(filter: {with: $ids}) { totalCount } }"

        assert ok(gql(alice)(query, ids=people[:10]))
        assert code(gql(alice)(query, ids=people)) == "TOO_MANY_PARTICIPANTS"

    def test_a_message_goes_to_people_or_to_a_conversation(self, gql, alice, bob, carol):
        where = {"conversationId": gid(private(alice, bob))}
        ask, to = gql(alice), {"to": [gid(bob)]}

        for asked in ({}, {**where, **to}, {**where, "to": []}, {"invite": [gid(bob)]}):
            refused = refusal(ask, "sendMessage", body="Hi", **asked)
            assert refused == ("INVALID_INPUT", ["to"])
            told = act(ask, "sendMessage", body="Hi", **asked)["message"]
            assert told == "Give exactly one of `to` and `conversationId`."
        refused = refusal(ask, "sendMessage", body="Hi", **to, invite=[gid(carol)])
        assert refused == ("INVALID_INPUT", ["invite"])
        assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("{ viewer { password } }", {}),
        ("{ nothing }", {}),
        ("query ($id: ID!) { conversation(id: $id) { id } }", {}),
        ("query ($id: ID!) { conversation(id: $id) { id } }", {"id": None}),
        ("query ($id: ID!) { conversation(id: $id) { id } }", {"id": {"x": 1}}),
        ("query ($n: Int) { inbox(first: $n) { totalCount } }", {"n": 2**31}),
        ("query ($n: Int) { inbox(first: $n) { totalCount } }", {"n": "1"}),
        ("{ inbox(filter: {kind: PUBLIC}) { totalCount } }", {}),
    ],
)
def test_what_does_not_fit_the_schema_is_told_so(gql, alice, document, variables):
    answer = gql(alice)(document, **variables)

    assert code(answer) == "GRAPHQL_VALIDATION_FAILED"
    assert "data" not in answer
