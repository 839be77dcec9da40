"""The description, avatar and data of a group, and the key of a conversation, in GraphQL."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from talk.models import Conversation

from .asking import act, code, document, gid, group, leave, nodes, ok, private, refusal

pytestmark = pytest.mark.django_db

PICTURE = "https://example.com/choir.png"
ALL = {"description": "We sing.", "avatar": PICTURE, "data": {"colour": "blue", "years": [1, 2.5]}}
NONE = {"description": "", "avatar": None, "data": {}}
SHOWN = "description avatar data"
CONVERSATION = f"query ($id: ID!) {{ conversation(id: $id) {{ {SHOWN} }} }}"
BY_KEY = "query ($key: String!) { conversationByKey(key: $key) { id key } }"
INBOX = f"{{ inbox {{ edges {{ node {{ conversation {{ {SHOWN} }} }} }} }} }}"


@pytest.fixture
def choir(alice, bob, carol):
    return group(alice, bob, carol, title="Choir")


def shown(ask, conversation):
    return ok(ask(CONVERSATION, id=gid(conversation)))["conversation"]


def describe(ask, conversation, **given):
    return act(
        ask,
        "updateConversation",
        f"conversation {{ {SHOWN} }}",
        conversationId=gid(conversation),
        **given,
    )


def describe_by(ask, conversation, data):
    """`updateConversation` with `data` as it is written in a document."""
    answer = ask(
        f"""mutation {{ updateConversation(input: {{ conversationId: "{gid(conversation)}",
            data: {data} }}) {{
            ... on UpdateConversationPayload {{ conversation {{ data }} }}
            ... on Refusal {{ code path }} }} }}"""
    )
    return answer if "errors" in answer else answer["data"]["updateConversation"]


def test_owners_change_it_and_members_see_it(gql, alice, bob, choir):
    assert shown(gql(bob), choir) == NONE

    assert describe(gql(alice), choir, **ALL) == {"conversation": ALL}

    assert shown(gql(bob), choir) == ALL
    assert nodes(ok(gql(bob)(INBOX))["inbox"]) == [{"conversation": ALL}]


def test_members_and_private_pairs_do_not(gql, alice, bob, choir):
    pair = private(alice, bob)

    assert refusal(gql(bob), "updateConversation", conversationId=gid(choir), **ALL) == (
        "NOT_ALLOWED",
        [],
    )
    assert refusal(gql(bob), "updateConversation", conversationId=gid(pair), data={}) == (
        "PRIVATE_CONVERSATION",
        [],
    )


def test_null_leaves_a_value_as_it_is_and_an_empty_one_removes_it(gql, alice, choir):
    ask = gql(alice)
    describe(ask, choir, **ALL)

    assert describe(ask, choir)["conversation"] == ALL
    assert describe(ask, choir, description=None, avatar=None, data=None)["conversation"] == ALL
    assert describe(ask, choir, avatar="")["conversation"] == ALL | {"avatar": None}
    assert describe(ask, choir, description="", data={})["conversation"] == NONE


def test_who_left_sees_it_until_it_is_changed(gql, alice, bob, carol, choir):
    """Then none of it: neither what is new, nor what was there before for a reason."""
    describe(gql(alice), choir, **ALL)
    leave(bob, choir)
    assert shown(gql(bob), choir) == ALL

    describe(gql(alice), choir, data={"colour": "red"})

    assert shown(gql(bob), choir) == NONE
    assert shown(gql(carol), choir) == ALL | {"data": {"colour": "red"}}
    choir.participation_of(bob).reinstate(by=choir.participation_of(carol))
    assert shown(gql(bob), choir) == ALL | {"data": {"colour": "red"}}


@pytest.mark.parametrize(
    ("field", "value", "refused"),
    [
        ("description", "x" * 1_001, "INVALID_DESCRIPTION"),
        ("description", "a\0b", "INVALID_TEXT"),
        ("avatar", "javascript:alert(1)", "INVALID_URL"),
        ("avatar", "https://alice@example.com/", "INVALID_URL"),
        ("avatar", "a\0b", "INVALID_URL"),
        ("data", [], "INVALID_DATA"),
        ("data", "x", "INVALID_DATA"),
        ("data", 0, "INVALID_DATA"),
        ("data", False, "INVALID_DATA"),
        ("data", {"a": "\0"}, "INVALID_DATA"),
        ("data", {"a": "x" * 4_096}, "INVALID_DATA"),
        ("data", {"a": 2**53}, "INVALID_DATA"),
    ],
)
def test_bad_values_are_told_with_their_place(gql, alice, choir, field, value, refused):
    answer = refusal(
        gql(alice), "updateConversation", conversationId=gid(choir), **ALL | {field: value}
    )

    assert answer == (refused, [field])
    assert shown(gql(alice), choir) == NONE


class TestJson:
    """A value of any depth and size, in a variable or in the document itself."""

    def post(self, user, data):
        """The answer to a request whose `data` are this JSON, letter by letter."""
        client = Client()
        client.force_login(user)
        variables = f'{{"input": {{"conversationId": "{self.id}", "data": {data}}}}}'
        query = json.dumps(document("updateConversation", "conversation { data }"))
        body = f'{{"query": {query}, "variables": {variables}}}'
        return client.post("/graphql", body, content_type="application/json").json()

    @pytest.fixture(autouse=True)
    def _remember(self, choir):
        self.id = gid(choir)

    @pytest.mark.parametrize(
        "data",
        [
            "[" * 500 + "]" * 500,
            '{"a":' * 500 + "1" + "}" * 500,
            '{"a":' + "[" * 11 + "]" * 11 + "}",
        ],
    )
    def test_too_deep_a_value_is_refused(self, alice, data):
        answer = self.post(alice, data)

        assert answer["data"]["updateConversation"]["code"] == "INVALID_DATA"

    @pytest.mark.parametrize(
        "data",
        [
            "[" * 50_000 + "]" * 50_000,
            '{"a": NaN}',
            '{"a": -Infinity}',
            '{"a": 1' + "0" * 5_000 + "}",
        ],
    )
    def test_what_no_parser_should_take_is_no_request(self, alice, data):
        answer = self.post(alice, data)

        assert code(answer) == "BAD_REQUEST"

    @pytest.mark.parametrize("data", ['{"a": 1e400}', '{"a": 1e-300}', '{"a": 1' + "0" * 400 + "}"])
    def test_numbers_that_clients_read_differently_are_refused(self, alice, data):
        answer = self.post(alice, data)

        assert answer["data"]["updateConversation"]["code"] == "INVALID_DATA"

    def test_of_a_key_twice_the_last_counts(self, alice):
        answer = self.post(alice, '{"a": 1, "b": 2, "a": 3}')

        found = answer["data"]["updateConversation"]["conversation"]["data"]
        assert found == {"a": 3, "b": 2}

    def test_a_value_can_be_written_in_the_document(self, gql, alice, choir):
        written = '{text: "ü", yes: true, none: null, list: [1, 2.5, {a: []}], word: BLUE}'

        assert describe_by(gql(alice), choir, written)["conversation"]["data"] == {
            "text": "ü",
            "yes": True,
            "none": None,
            "list": [1, 2.5, {"a": []}],
            "word": "BLUE",
        }

    def test_with_variables_in_it(self, gql, alice, choir):
        answer = gql(alice)(
            """mutation ($id: ID!, $colour: String!) { updateConversation(input: {
                conversationId: $id, data: {colour: $colour, list: [$colour]} }) {
                ... on UpdateConversationPayload { conversation { data } } } }""",
            id=gid(choir),
            colour="blue",
        )

        assert ok(answer)["updateConversation"]["conversation"]["data"] == {
            "colour": "blue",
            "list": ["blue"],
        }

    @pytest.mark.parametrize("written", ["[]", "1", '"x"', "BLUE", "true", "{a: 9007199254740992}"])
    def test_another_value_in_the_document_is_refused(self, gql, alice, choir, written):
        assert describe_by(gql(alice), choir, written) == {"code": "INVALID_DATA", "path": ["data"]}

    def test_a_key_twice_in_the_document_is_no_query(self, gql, alice, choir):
        assert code(describe_by(gql(alice), choir, "{a: 1, a: 2}")) == "GRAPHQL_VALIDATION_FAILED"

    @pytest.mark.parametrize("deep", [50, 450, 5_000])
    def test_too_deep_a_value_in_the_document_is_refused(self, gql, alice, choir, deep):
        answer = describe_by(gql(alice), choir, "{a: " + "[" * deep + "]" * deep + "}")

        refused = answer.get("code") or code(answer)
        assert refused in {"INVALID_DATA", "LIMIT_EXCEEDED"}, answer
        assert shown(gql(alice), choir) == NONE

    def test_a_number_of_many_digits_in_the_document_is_refused(self, gql, alice, choir):
        assert "errors" in describe_by(gql(alice), choir, "{a: 1" + "0" * 5_000 + "}")


def test_the_largest_data_of_a_whole_page_fit_in_an_answer(gql, alice, bob, settings):
    data = {"a": "x" * 4_088}
    for _time in range(50):
        group(alice, bob).describe(data=data, description="x" * 1_000)
    answer = gql(alice)(INBOX)

    assert [each["conversation"]["data"] for each in nodes(ok(answer)["inbox"])] == [data] * 50
    # Its bytes are counted.
    settings.TALK = {**settings.TALK, "MAX_ANSWER_SIZE": 50 * 4_000}
    assert code(gql(alice)(INBOX)) == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("query", ["inbox", "conversation"])
def test_they_take_no_query_of_their_own(gql, alice, bob, query):
    ours = group(alice, bob)
    ours.describe(**ALL)
    document = INBOX if query == "inbox" else CONVERSATION
    given = {} if query == "inbox" else {"id": gid(ours)}

    def queries(selected):
        with CaptureQueriesContext(connection) as captured:
            ok(gql(alice)(document.replace(SHOWN, selected), **given))
        return len(captured)

    assert queries("startedAt") == queries(SHOWN)


class TestKey:
    @pytest.fixture
    def order(self, alice, bob):
        return Conversation.objects.for_key("order 42", alice, [bob])

    def test_people_who_take_part_find_it_by_its_key(self, gql, alice, bob, order):
        for person in (alice, bob):
            found = ok(gql(person)(BY_KEY, key="order 42"))["conversationByKey"]
            assert found == {"id": gid(order), "key": "order 42"}

    def test_also_after_they_left(self, gql, alice, bob, order):
        leave(bob, order)
        choice = f"{BY_KEY[:-4]} key {SHOWN} }} }}"
        order.participation_of(alice).describe(**ALL)

        found = ok(gql(bob)(choice, key="order 42"))["conversationByKey"]

        assert found == NONE | {"id": gid(order), "key": "order 42"}

    def test_others_are_told_what_they_are_told_of_no_conversation(self, gql, carol, order):
        """Whether there is one is the business of those who take part."""
        answers, queries = [], []
        for key in ("order 42", "order 43"):
            with CaptureQueriesContext(connection) as captured:
                answers.append(gql(carol)(BY_KEY, key=key))
            queries.append([each["sql"].replace(key, "") for each in captured])

        assert answers == [{"data": {"conversationByKey": None}}] * 2
        assert len(queries[0]) == len(queries[1])

    @pytest.mark.parametrize("key", ["", "Order 42", "order 42 ", "a\0b", "\ud800", "x" * 300])
    def test_a_key_that_no_conversation_has_finds_none(self, gql, alice, order, key):
        assert ok(gql(alice)(BY_KEY, key=key)) == {"conversationByKey": None}

    def test_most_conversations_have_none(self, gql, alice, choir):
        answer = gql(alice)("query ($id: ID!) { conversation(id: $id) { key } }", id=gid(choir))

        assert ok(answer) == {"conversation": {"key": None}}

    def test_it_is_found_in_as_many_queries_as_by_its_id(self, gql, alice, order):
        def queries(query, **given):
            with CaptureQueriesContext(connection) as captured:
                ok(gql(alice)(query, **given))
            return len(captured)

        by_id = queries("query ($id: ID!) { conversation(id: $id) { id key } }", id=gid(order))
        assert queries(BY_KEY, key="order 42") == by_id
