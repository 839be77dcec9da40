"""All that is read is counted, and what is never executed, too."""

import pytest

from schema.authentication import rates
from schema.documents import document as documents

from .asking import code, document, gid, group, ok, private

pytestmark = pytest.mark.django_db

WHO = "{ viewer { username } }"


def test_reading_counts_for_what_it_costs(gql, alice, at_most):
    at_most(read="10/hour")
    ask = gql(alice)
    page = (
        "{ inbox(first: 100) { edges { node { conversation { messages(first: 14) { edges { node {"
    )
    # 1 + 100 * (1 + 1 + 1 + 1 + 14 * 2.1) = 3341, which is 7 of 10.
    ok(ask(f"{page} body }} }} }} }} }} }} }} }}"))
    for _time in range(3):
        ok(ask(WHO))

    assert code(ask(WHO)) == "RATE_LIMITED"


def test_a_long_answer_counts_for_its_length(gql, alice, bob, at_most, monkeypatch):
    """A client that reads none of its answers keeps them in the server's memory."""
    monkeypatch.setattr(rates, "ANSWER_STEP", 1_000)
    place = gid(private(alice, bob, *["x" * 500] * 10))
    page = "query ($id: ID!) { conversation(id: $id) { messages { edges { node { body } } } } }"
    at_most(read="10/hour")
    ask = gql(alice)

    ok(ask(page, id=place))
    # 1 for the document, and 5 for the answer.
    for _time in range(4):
        ok(ask(WHO))
    assert code(ask(WHO)) == "RATE_LIMITED"


def test_a_long_answer_takes_all_that_is_left_and_is_given(gql, alice, bob, at_most, monkeypatch):
    monkeypatch.setattr(rates, "ANSWER_STEP", 100)
    place = gid(private(alice, bob, *["x" * 500] * 10))
    page = "query ($id: ID!) { conversation(id: $id) { messages { edges { node { body } } } } }"
    at_most(read="20/hour")
    ask = gql(alice)
    for _time in range(3):
        ok(ask(WHO))

    ok(ask(page, id=place))
    answered = [ask(WHO).get("data") for _time in range(10)]

    assert answered.count(None) > 2


TOO_LARGE = (
    "inbox { edges { node { conversation { messages { edges { node { sender { id } } } } } } } }"
)


@pytest.mark.parametrize(
    "failing",
    [
        "",
        "{",
        "{ viewer { nonsense } }",
        f"{{ {TOO_LARGE} }}",
        "mutation { nonsense }",
    ],
)
def test_what_fails_counts_as_reading(gql, alice, at_most, failing):
    at_most(read="2/hour")
    ask = gql(alice)
    for _time in range(2):
        assert code(ask(failing)) != "RATE_LIMITED"

    assert code(ask(failing)) == code(ask(WHO)) == "RATE_LIMITED"


def test_a_new_document_counts_for_its_length_before_it_is_read(gql, alice, at_most, monkeypatch):
    at_most(read="5/hour")
    ask = gql(alice)
    names = "name " * 100
    assert ok(ask(f"{{ viewer {{ {names} }} }}"))
    assert ok(ask(f"{{ viewer {{ {names} }} }}")), "once it's known it is like any other"

    monkeypatch.setattr(documents, "parse", None)

    assert code(ask(f"{{ viewer {{ {names} nonsense }} }}")) == "RATE_LIMITED"


def test_what_a_mutation_selects_counts_as_reading(gql, alice, bob, monkeypatch):
    spent = []

    def note(context, name, times=1):
        spent.append((name, times))

    monkeypatch.setattr(rates, "count_for_viewer", note)
    pages = "messages { edges { node { sender { id } } } } participants { edges { node { id } } }"
    # 2 + 2 * (1 + 50 * 3 + 1 + 50 * 2)
    payload = f"participation {{ conversation {{ {pages} }} again: conversation {{ {pages} }} }}"
    ask = gql(alice)
    for _time in range(2):
        ok(ask(document("markRead", payload), input={"conversationId": gid(group(alice, bob))}))

    assert spent[-2:] == [("read", 1), ("write", 1)]
