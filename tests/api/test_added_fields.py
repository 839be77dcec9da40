"""Fields that a project adds to Talk's `User`: loaded at once, planned, priced, and shared."""

from datetime import datetime

import pytest
import strawberry
from django.contrib.auth.models import Group
from django.http import HttpRequest

import schema as talk
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.execution import Schema
from schema.execution.budget import StrawberryExecutor
from schema.extending import field, load_for_all
from schema.live.sharing import RecordingContext
from talk.models import Block, Conversation

pytestmark = pytest.mark.django_db

#: The names of the people for whom `teams_of` was called, for each call.
calls: list[list[str]] = []


def teams_of(people):
    calls.append(sorted(person.username for person in people))
    found = {}
    for group in Group.objects.filter(user__in=people).prefetch_related("user_set"):
        for person in group.user_set.all():
            found.setdefault(person.pk, []).append(group.name)
    return found


@strawberry.type
class PersonFields:
    date_joined: datetime

    @field(description="The teams of the person.", cost=3)
    def teams(self) -> list[str] | None:
        return load_for_all(self, teams_of)

    @field(description="Whether the viewer is this person.")
    def is_me(self, info: strawberry.Info) -> bool:
        return info.context.is_viewer(self.pk)

    @field(description="What the viewer calls the person.")
    def nickname(self, info: strawberry.Info) -> str:
        return f"{info.context.viewer.username}'s {self.username}"


schema = Schema(
    query=talk.Query,
    mutation=talk.Mutation,
    types=[talk.Conversation, talk.Message, talk.Participation, talk.User],
    fields={talk.User: PersonFields},
)


@pytest.fixture(autouse=True)
def _not_called():
    calls.clear()


@pytest.fixture
def teams(alice, bob, carol):
    for person, name in ((alice, "Bakers"), (bob, "Bakers"), (bob, "Cooks")):
        group, _created = Group.objects.get_or_create(name=name)
        person.groups.add(group)


def ask(user, query, **variables):
    request = Request(query, variables, None, {"cost": True})
    return schema.answer(schema.operation(request, Context(HttpRequest(), Identity(user))))


def test_a_page_of_people_is_loaded_at_once(alice, bob, carol, teams):
    answer = ask(alice, '{ users(search: "") { edges { node { username teams } } } }')

    assert answer.errors is None
    assert [edge["node"] for edge in answer.data["users"]["edges"]] == [
        {"username": "bob", "teams": ["Bakers", "Cooks"]},
        {"username": "carol", "teams": None},
    ]
    assert calls == [["bob", "carol"]]


INBOX = """{ inbox { edges { node { conversation {
    messages(last: 3) { edges { node { sender { teams } } } }
    participants(first: 3) { edges { node { user { teams dateJoined } } } }
} } } } }"""


def test_all_people_of_an_inbox_are_loaded_at_once(alice, bob, carol, dave, teams):
    for other, third in ((bob, carol), (carol, dave), (bob, dave)):
        group = Conversation.objects.start_group(alice, [other, third], "Lunch")
        for person in (other, third):
            group.participation_of(person).send("Soup")

    answer = ask(alice, INBOX)

    assert answer.errors is None
    assert len(answer.data["inbox"]["edges"]) == 3
    assert calls == [["alice", "bob", "carol", "dave"]]
    assert "Bakers" in str(answer.data)


def test_one_operation_does_not_know_what_another_loaded(alice, bob, teams):
    for _time in range(2):
        assert ask(alice, "{ viewer { teams } }").data == {"viewer": {"teams": ["Bakers"]}}

    assert calls == [["alice"], ["alice"]]


@pytest.mark.plans
def test_added_fields_are_part_of_plans(alice, bob, teams, monkeypatch):
    executed = []
    execute_field = StrawberryExecutor.execute_field

    def record(self, parent_type, source, details, path, *args):
        if path.prev is not None:
            executed.append(details[0].node.name.value)
        return execute_field(self, parent_type, source, details, path, *args)

    monkeypatch.setattr(StrawberryExecutor, "execute_field", record)

    answer = ask(alice, "{ viewer { id teams dateJoined isMe } }")

    assert answer.errors is None
    assert answer.data["viewer"]["isMe"] is True
    assert executed == []


def test_an_added_field_has_its_price(alice):
    without = ask(alice, '{ users(search: "", first: 50) { edges { node { id } } } }')
    with_teams = ask(alice, '{ users(search: "", first: 50) { edges { node { id teams } } } }')

    costs = [answer.extensions["cost"]["cost"] for answer in (without, with_teams)]
    # Three for each person, and a tenth for the scalar.
    assert costs[1] - costs[0] == 50 * 3 + 5


def test_the_schema_says_which_added_fields_depend_on_the_viewer():
    printed = schema.as_str()

    assert "teams: [String!]\n" in printed
    assert "isMe: Boolean! @perViewer" in printed


def test_a_result_is_shared_by_what_an_added_field_asks_about_the_viewer(alice, bob):
    Block.objects.block(bob, alice)
    of_alice, of_bob = (Context(HttpRequest(), Identity(user)) for user in (alice, bob))
    recorded = {}
    for name in ("teams", "is_me", "nickname"):
        context = recorded[name] = RecordingContext(of_alice)
        definition = next(
            each
            for each in PersonFields.__strawberry_definition__.fields
            if each.python_name == name
        )
        function = definition.base_resolver.wrapped_func.plain
        info = type("Info", (), {"context": context})
        function(alice, **({} if name == "teams" else {"info": info}))

    assert recorded["nickname"].is_personal
    assert not recorded["is_me"].is_personal
    assert [recorded["is_me"].fits(each) for each in (of_alice, of_bob)] == [True, False]
    assert recorded["teams"].fits(of_bob)
