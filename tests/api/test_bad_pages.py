"""Pages that no list has: impossible sizes and foreign cursors."""

import json

import pytest
from strawberry import relay

from .asking import code, gid, nodes, ok, private

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]

WHERE = 'conversation(id: "%s")'
LISTS = {
    "inbox": "{ inbox(%(page)s) { %(shape)s } }",
    "users": '{ users(search: "", %(page)s) { %(shape)s } }',
    "messages": '{ conversation(id: "%(id)s") { messages(%(page)s) { %(shape)s } } }',
    "participants": '{ conversation(id: "%(id)s") { participants(%(page)s) { %(shape)s } } }',
}
SHAPE = "edges { cursor node { id } } pageInfo { hasNextPage }"
BOTH_WAYS = ["inbox", "users", "messages"]


def cursor(*values, prefix="orderedcursor"):
    return relay.to_base64(prefix, json.dumps(values))


BROKEN_CURSORS = [
    "",
    "x",
    "1",
    "a\0b",
    "a\ud800b",
    "é",
    "=" * 1000,
    "A" * 100_000,
    *(relay.to_base64("number", wrong) for wrong in ("", "x", -1, "1.5", "٣", "1_0", "01")),
    *(relay.to_base64("number", wrong) for wrong in (2**63, "9" * 5000)),
    *(relay.to_base64("Participation", wrong) for wrong in ("", "x", "01", 2**63)),
    *(
        relay.to_base64(prefix, wrong)
        for prefix in ("User", "Participation")
        for wrong in ("{}", "NaN", '"x"', "[" * 100_000, "[1, 1]", "[null, null]", "[[], {}]")
    ),
    *(
        cursor(*wrong, prefix=prefix)
        for prefix in ("User", "Participation")
        for wrong in (
            (),
            ("1",),
            ("x", "y"),
            ("a\0b", "1"),
            ("\ud800", "1"),
            ("2026-01-01T00:00:00Z", "x"),
            ("2026-01-01T00:00:00Z", None),
            ("2026-01-01T00:00:00Z", "1\0"),
            ("2026-01-01T00:00:00Z", "9" * 5000),
            ("2026-01-01T00:00:00Z", "1", "1"),
        )
    ),
    *(
        cursor(time, "1", prefix="Participation")
        for time in (
            "2026-13-01T00:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01",
            "2026-01-01T00:00:00+16:00",
            "2026-01-01T00:00:00-23:59:59",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
        )
    ),
    *(
        cursor("2026-01-01T00:00:00+00:00", key, prefix="Participation")
        for key in (str(2**63), "-1", "1.5")
    ),
    relay.to_base64("Participation", json.dumps(["2026-01-01T00:00:00Z", "1"]) + " " * 32_768),
    cursor("2026-01-01T00:00:00Z", "1"),
    cursor("alice", "1"),
    relay.to_base64("inbox", "[]"),
]


@pytest.fixture
def ask_for(gql, alice, bob, carol):
    """`ask_for("inbox", "first: 1")` is that page of that list."""
    conversation = private(bob, alice, "1", "2")
    private(carol, alice, "3")
    ask = gql(alice)

    def ask_for(name, page, shape=SHAPE, **variables):
        content = {"page": page, "shape": shape, "id": gid(conversation)}
        head = "query ($cursor: String) " if variables else ""
        return ask(head + LISTS[name] % content, **variables)

    return ask_for


@pytest.mark.parametrize("size", [-1, -(2**31), 101, 100_000, 2**31 - 1])
@pytest.mark.parametrize("name", LISTS)
def test_a_page_has_from_none_to_a_hundred_items(ask_for, name, size):
    pages = [f"first: {size}"]
    if name in BOTH_WAYS:
        pages += [f"last: {size}", f"first: 1, last: {size}", f"first: {size}, last: 1"]

    for page in pages:
        answer = ask_for(name, page)

        assert code(answer) == "INVALID_PAGE"
        # Nothing is asked of the list, and the size is wrong all the same.
        assert code(ask_for(name, page, "__typename")) == "INVALID_PAGE"


@pytest.mark.parametrize("name", LISTS)
def test_a_page_may_be_empty_or_full(ask_for, name):
    for page in ["first: 0", *(["last: 0", "first: 0, last: 0"] if name in BOTH_WAYS else [])]:
        assert "'edges': []" in repr(ok(ask_for(name, page)))
    assert "'cursor'" in repr(ok(ask_for(name, "first: 100")))


@pytest.mark.parametrize("name", LISTS)
def test_a_broken_cursor_is_told_so(ask_for, name):
    for broken in BROKEN_CURSORS:
        for argument in ("after", "before") if name in BOTH_WAYS else ("after",):
            answer = ask_for(name, f"{argument}: $cursor", cursor=broken)

            # What looks like one and is none, as a time, is not an accident either.
            assert code(answer) == "INVALID_CURSOR", (argument, broken[:99], answer)


@pytest.mark.parametrize("field", ["inbox(filter: {}, %s)", "invitations(%s)", "blockedUsers(%s)"])
def test_a_broken_cursor_of_what_the_library_pages_is_told_so(gql, alice, field):
    ask = gql(alice)
    for broken in BROKEN_CURSORS:
        for argument in ("after", "before"):
            page = field % f"first: 1, {argument}: $cursor"
            answer = ask(f"query ($cursor: String) {{ {page} {{ totalCount }} }}", cursor=broken)

            assert code(answer) == "INVALID_CURSOR", (argument, broken[:99], answer)


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_at_the_end_of_all_numbers_is_an_empty_page(ask_for, name):
    last = {
        "messages": relay.to_base64("number", 2**63 - 1),
        "participants": relay.to_base64("Participation", 2**63 - 1),
        "inbox": cursor("0001-01-01T00:00:00+00:00", str(2**63 - 1), prefix="Participation"),
    }
    if name in last:
        assert "'edges': []" in repr(ok(ask_for(name, "after: $cursor", cursor=last[name])))


def test_the_zone_of_a_cursor_does_not_matter(ask_for):
    def page(at):
        found = ask_for("inbox", "after: $cursor", cursor=cursor(at, "1", prefix="Participation"))
        return ok(found)

    assert page("2100-01-01T00:00:00+00:00") == page("2100-01-01T15:59:00+15:59")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("other", LISTS)
def test_a_cursor_of_another_list_is_none_of_this(ask_for, name, other):
    data = ok(ask_for(other, "first: 1"))
    found = data.get(other) or data["conversation"][other]

    answer = ask_for(name, "after: $cursor", cursor=found["edges"][0]["cursor"])

    assert "errors" not in answer if name == other else code(answer) == "INVALID_CURSOR"


def test_around_stands_alone(ask_for):
    for other in ('after: "x"', 'before: "x"', "last: 1"):
        answer = ask_for("messages", f"{other}, around: {{number: 1}}")
        assert code(answer) in {"INVALID_INPUT", "INVALID_CURSOR"}
    for around in ("{}", "{number: 1, firstUnread: true}", "{number: null}"):
        answer = ask_for("messages", f"around: {around}")
        assert code(answer) == "GRAPHQL_VALIDATION_FAILED"
    page = ok(ask_for("messages", "around: {number: 1}, first: 1"))["conversation"]["messages"]
    assert len(nodes(page)) == 1
