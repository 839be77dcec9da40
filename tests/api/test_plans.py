"""What a plan answers is what graphql-core's executor answers; what goes wrong, that one tells."""

from datetime import datetime
from typing import Optional

import pytest
import strawberry
import strawberry_django
from django.contrib.auth import get_user_model
from graphql import execute_sync, parse
from strawberry import relay
from strawberry.extensions import FieldExtension, SchemaExtension
from strawberry.permission import BasePermission

from schema import Mutation, Query, schema
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.cache import cache
from schema.execution import Schema
from schema.execution.budget import StrawberryExecutor as Executor
from schema.execution.executor import PlannedExecutor
from schema.types.fields import field
from schema.types.refusals import Refusal
from talk.exceptions import RefusalCode
from talk.models import Conversation, Message, Participation

from ..bench import operations

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob, carol):
    group = Conversation.objects.start_group(alice, [bob, carol], "Lunch")
    group.participation_of(bob).send("Soup?")
    group.participation_of(carol).send("Soup!")
    return group


@pytest.fixture
def place(group):
    return relay.to_base64("Conversation", group.pk)


@pytest.fixture
def executed(monkeypatch):
    """The fields below a root that the executor of graphql-core executes, and no plan."""
    fields = []
    execute_field = Executor.execute_field

    def noting(self, parent_type, source, details, path, *args):
        if path.prev is not None:
            fields.append(f"{parent_type}.{details[0].node.name.value}")
        return execute_field(self, parent_type, source, details, path, *args)

    monkeypatch.setattr(schema, "execution_context_class", PlannedExecutor)
    monkeypatch.setattr(Executor, "execute_field", noting)
    return fields


def answered(answer):
    """The fields of a root that were answered, and not by a refusal."""
    assert "errors" not in answer, answer["errors"]
    assert "message" not in answer["data"], answer["data"]
    return {name for name, value in answer["data"].items() if value and "message" not in value}


@pytest.mark.plans
def test_what_applications_ask_most_is_planned_below_the_root(gql, alice, place, executed):
    ask = gql(alice)
    message = {"conversationId": place, "body": "Bread", "clientId": None}

    assert answered(ask(operations.TINY)) == {"viewer"}
    assert answered(ask(operations.INBOX, first=20)) == {"inbox"}
    assert answered(ask(operations.THREAD, id=place)) == {"conversation"}
    assert answered(ask(operations.SEND, input=message)) == {"sendMessage"}
    assert answered(ask(operations.MARK_READ, input={"conversationId": place})) == {"markRead"}
    assert executed == []


@pytest.mark.plans
@pytest.mark.parametrize(
    "given", ["filter: {unread: true}", "last: 1", "filter: null, first: 2", "before: null"]
)
def test_what_hands_info_on_to_the_library_is_planned_too(gql, alice, group, executed, given):
    answer = gql(alice)(f"{{ inbox({given}) {{ edges {{ node {{ id unreadCount }} }} }} }}")

    ((shown,),) = [edge.values() for edge in answer["data"]["inbox"]["edges"]]
    assert shown["unreadCount"] == 2
    assert executed == []


@strawberry.input
class Branch:
    name: str
    inner: Optional["Branch"] = None
    keys: list[relay.GlobalID] | None = None


@strawberry.type
class Asked:
    @field(description="Inputs within themselves.")
    def branch(self, info: strawberry.Info, branch: Branch) -> str:
        return f"{info.field_name} {branch!r}"

    @field(description="Ids of the library.")
    def key(self, info: strawberry.Info, key: relay.GlobalID) -> str:
        return repr(key)

    @field(description="Without info.")
    def double(self, number: int) -> int:
        return 2 * number


@pytest.mark.parametrize(
    "document",
    [
        '{ branch(branch: {name: "a", inner: {name: "b", inner: null}}) }',
        '{ branch(branch: {name: "a", keys: ["VXNlcjox"]}) }',
        '{ key(key: "VXNlcjox") }',
        '{ key(key: "nothing") }',
        "{ double(number: 2) }",
        "{ four: double(number: 2) six: double(number: 3) @skip(if: true) }",
    ],
)
def test_a_project_uses_our_fields_for_its_own(document):
    asked = Schema(Asked)

    def answer(executor):
        found = execute_sync(asked._schema, parse(document), executor_class=executor)
        return found.data, [error.formatted for error in found.errors or ()]

    assert answer(PlannedExecutor) == answer(Executor)


class Closed(BasePermission):
    message = "This is closed."

    def has_permission(self, source, info, **kwargs):
        return False


class Loud(FieldExtension):
    def resolve(self, next_, source, info, **kwargs):
        return next_(source, info, **kwargs).upper()


@strawberry.type
class Cat:
    name: str


@strawberry.type
class Dog:
    name: str


@strawberry.type
class Pot(relay.Node):
    code: relay.NodeID[str]


@strawberry_django.type(get_user_model())
class Owner:
    username: strawberry.auto
    is_anonymous: bool


@strawberry.type
class Shelf:
    """Fields of kinds that Talk's own schema does not have."""

    title: str
    labels: list[str]
    pet: Cat | Dog
    pot: Pot
    owner: Owner
    #: Null, where the type allows none.
    guest: Cat | None = None
    keeper: Cat = None
    tags: list[str] = ""
    pages: int = None

    @strawberry.field(permission_classes=[Closed])
    def closed(self) -> str | None:
        return "open"

    @strawberry.field(extensions=[Loud()])
    def loud(self) -> str:
        return self.title

    @strawberry.field
    def joined(self, separator: str) -> str:
        return separator.join(self.labels)


class Kitten(Cat):
    """A subclass, of which plans know nothing."""


@strawberry.type
class Shelves:
    @field(description="A shelf.")
    def shelf(self) -> Shelf | None:
        owner = get_user_model()(username="alice")
        return Shelf(
            title="books",
            labels=("a", "b"),
            pet=Dog(name="Rex"),
            pot=Pot(code="p"),
            owner=owner,
            guest=Kitten(name="Tom"),
        )


@pytest.mark.parametrize(
    ("selected", "shown"),
    [
        ("labels", ["a", "b"]),
        ("pet { ... on Dog { name } }", {"name": "Rex"}),
        ("pot { id }", {"id": relay.to_base64("Pot", "p")}),
        ("owner { username isAnonymous }", {"username": "alice", "isAnonymous": False}),
        ("guest { name }", {"name": "Tom"}),
        ("loud", "BOOKS"),
        ('joined(separator: "-")', "a-b"),
        ("... Joined", "a-b"),
        ("closed", "This is closed."),
        ("keeper { name }", "Cannot return null for non-nullable field Shelf.keeper."),
        ("pages", "Cannot return null for non-nullable field Shelf.pages."),
        ("tags", "Expected Iterable, but did not find one for field 'Shelf.tags'."),
    ],
)
def test_fields_and_values_that_plans_do_not_know_are_left_to_the_executor(selected, shown):
    shelves = Schema(Shelves)
    document = f"{{ shelf {{ title {selected} }} }}"
    if "Joined" in selected:
        document = document.replace("Joined", 'Joined(by: "-")')
        document += " fragment Joined($by: String!) on Shelf { joined(separator: $by) }"

    def answer(executor):
        parsed = parse(document, experimental_fragment_arguments=True)
        found = execute_sync(shelves._schema, parsed, executor_class=executor)
        return found.data, [error.formatted for error in found.errors or ()]

    data, errors = answer(PlannedExecutor)
    assert shown in [*(data["shelf"] or {}).values(), *(error["message"] for error in errors)]
    assert (data, errors) == answer(Executor)


def test_a_verb_is_done_once_whatever_comes_of_its_answer(gql, alice, place, group, monkeypatch):
    def removal(message):
        raise RuntimeError

    monkeypatch.setattr(schema, "execution_context_class", PlannedExecutor)
    monkeypatch.setattr(Message, "removal", property(removal))
    document = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
        ... on SendMessagePayload { sent { number removal } } } }"""

    answer = gql(alice)(document, input={"conversationId": place, "body": "Bread"})

    (error,) = answer["errors"]
    assert error["path"] == ["sendMessage", "sent", "removal"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert answer["data"]["sendMessage"]["sent"] == {"number": 3, "removal": None}
    assert group.messages.filter(body="Bread").count() == 1


def test_a_verb_that_fails_is_told_where_it_was_asked_for(gql, alice, place, monkeypatch):
    asked = []

    def send(*_args):
        asked.append(1)
        raise RuntimeError

    monkeypatch.setattr(schema, "execution_context_class", PlannedExecutor)
    monkeypatch.setattr(Participation, "send", send)

    answer = gql(alice)(operations.SEND, input={"conversationId": place, "body": "Bread"})

    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["sendMessage"], "INTERNAL")
    assert answer["data"] is None
    assert asked == [1]


def test_a_project_deals_with_exceptions_in_its_own_way(alice, place, rf, monkeypatch):
    class Explaining(strawberry.ExceptionHandler[RuntimeError, Refusal]):
        def handle(self, exception, *, field, info):
            return Refusal(code=RefusalCode.NOT_FOUND, message=info.field_name, path=[])

    def send(*_args):
        raise RuntimeError

    monkeypatch.setattr(Participation, "send", send)
    explaining = Schema(Query, mutation=Mutation, exception_handlers=[Explaining()])

    result = explaining.execute_sync(
        operations.SEND,
        variable_values={"input": {"conversationId": place, "body": "Bread"}},
        context_value=Context(rf.post("/graphql"), Identity(alice)),
    )

    assert result.data == {"sendMessage": {"message": "sendMessage"}}


def test_an_error_is_told_once_where_it_happened_and_spares_the_rest(
    gql, alice, place, monkeypatch
):
    def removal(message):
        if message.number == 1:
            raise RuntimeError
        return

    monkeypatch.setattr(Message, "removal", property(removal))
    document = """query ($id: ID!) { conversation(id: $id) {
        title messages { edges { node { number removal } } } } }"""

    answer = gql(alice)(document, id=place)

    (error,) = answer["errors"]
    assert error["path"] == ["conversation", "messages", "edges", 0, "node", "removal"]
    assert error["extensions"]["code"] == "INTERNAL"
    nodes = [{"number": 1, "removal": None}, {"number": 2, "removal": None}]
    expected = {"title": "Lunch", "messages": {"edges": [{"node": node} for node in nodes]}}
    assert answer["data"]["conversation"] == expected


def test_null_where_none_may_be_takes_its_parents_along(gql, alice, place, monkeypatch):
    monkeypatch.setattr(Conversation, "participant_count", None, raising=False)
    monkeypatch.setattr(
        "schema.types.conversation.participant_count", lambda info, conversation: None
    )

    answer = gql(alice)("query ($id: ID!) { conversation(id: $id) { participantCount } }", id=place)

    assert answer["data"] == {"conversation": None}
    assert answer["errors"][0]["path"] == ["conversation", "participantCount"]


@pytest.mark.plans
def test_what_fails_is_tried_twice_at_most(gql, alice, place, monkeypatch):
    asked = []

    def removal(message):
        asked.append(message.number)
        raise RuntimeError

    monkeypatch.setattr(schema, "execution_context_class", PlannedExecutor)
    monkeypatch.setattr(Message, "removal", property(removal))

    gql(alice)(
        "query ($id: ID!) { conversation(id: $id) { messages { edges { node { removal } } } } }",
        id=place,
    )

    assert sorted(asked) == [1, 1, 2]


@pytest.mark.plans
def test_a_field_that_fails_makes_no_other_field_slow(gql, alice, place, executed):
    """That is 20 times the work, for which a client would only have to ask for one bad page."""
    good = "messages(last: 50) { edges { node { number body sender { username } } } }"
    document = f"""query ($id: ID!) {{
        bad: conversation(id: $id) {{ title messages(first: 101) {{ edges {{ cursor }} }} }}
        good: conversation(id: $id) {{ title {good} }} }}"""

    answer = gql(alice)(document, id=place)

    (error,) = answer["errors"]
    assert error["path"] == ["bad", "messages"]
    assert answer["data"]["bad"] is None
    assert len(answer["data"]["good"]["messages"]["edges"]) == 2
    assert executed == ["Conversation.title", "Conversation.messages"]


@pytest.mark.plans
def test_beside_what_fails_all_is_planned(gql, alice, place, executed, monkeypatch):
    def removal(message):
        if message.number == 2:
            raise RuntimeError
        return

    monkeypatch.setattr(Message, "removal", property(removal))
    document = """query ($id: ID!) { conversation(id: $id) {
        participants(first: 2) { edges { node { role user { id username } } } }
        messages { edges { node { sender { id username } removal number } } }
    } }"""

    answer = gql(alice)(document, id=place)

    (error,) = answer["errors"]
    assert error["path"] == ["conversation", "messages", "edges", 1, "node", "removal"]
    assert {name.partition(".")[0] for name in executed} == {
        "Conversation",
        "MessageConnection",
        "MessageEdge",
        "Message",
    }


def test_the_same_document_skips_and_includes_as_its_variables_say(gql, alice):
    document = """query ($no: Boolean!, $yes: Boolean = true) {
        viewer { id @skip(if: $no) username @include(if: $yes) __typename }
    }"""
    ask = gql(alice)

    def fields(**variables):
        return sorted(ask(document, **variables)["data"]["viewer"])

    for _again in range(2):
        assert fields(no=False) == ["__typename", "id", "username"]
        assert fields(no=True) == ["__typename", "username"]
        assert fields(no=True, yes=False) == ["__typename"]


def test_an_argument_is_the_one_of_this_request_and_of_this_alias(gql, alice, bob, place):
    document = """query ($id: ID!, $show: Boolean!) { conversation(id: $id) {
        messages(first: 1) { edges { node { shown: body(unhide: $show) body } } } } }"""
    block = "mutation ($input: BlockUserInput!) { blockUser(input: $input) { __typename } }"
    ask = gql(alice)
    ask(block, input={"user": relay.to_base64("User", bob.pk)})

    def bodies(show):
        (edge,) = ask(document, id=place, show=show)["data"]["conversation"]["messages"]["edges"]
        return edge["node"]["shown"], edge["node"]["body"]

    assert [bodies(True), bodies(False), bodies(True)] == [("Soup?", ""), ("", ""), ("Soup?", "")]


@pytest.mark.plans
def test_fragments_on_types_and_interfaces_are_planned_too(gql, alice, place, executed):
    document = """query ($id: ID!) { conversation(id: $id) { ...Named ... on Node { id } } }
        fragment Named on Conversation { title id }"""

    answer = gql(alice)(document, id=place)

    assert answer["data"]["conversation"] == {"title": "Lunch", "id": place}
    assert executed == []


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { __typename } }",
        '{ __type(name: "User") { __typename } }',
        "{ viewer { __typename } __schema { queryType { __typename } } }",
    ],
)
def test_what_is_about_the_schema_is_left_to_the_executor(gql, alice, document):
    answer = gql(alice)(document)

    assert "errors" not in answer


def test_an_extension_that_wants_to_see_each_field_sees_it(alice, rf):
    seen = []

    class Watching(SchemaExtension):
        def resolve(self, next_, root, info, *args, **kwargs):
            seen.append(info.field_name)
            return next_(root, info, *args, **kwargs)

    watched = Schema(Query, mutation=Mutation, extensions=[Watching])
    context = Context(rf.post("/graphql"), Identity(alice))

    result = watched.execute_sync("{ viewer { id username } }", context_value=context)

    assert result.data["viewer"]["username"] == "alice"
    assert seen == ["viewer", "id", "username"]


def test_a_project_writes_times_as_it_likes(alice, group, rf):
    def shout(value):
        return f"AT {value.isoformat()}"

    times = strawberry.scalar(name="DateTime", serialize=shout, parse_value=datetime.fromisoformat)
    shouting = Schema(Query, mutation=Mutation, scalar_overrides={datetime: times})
    context = Context(rf.post("/graphql"), Identity(alice))

    result = shouting.execute_sync(
        "{ inbox { edges { node { joinedAt conversation { latestMessage { sentAt } } } } } }",
        context_value=context,
    )

    ((place,),) = [edge.values() for edge in result.data["inbox"]["edges"]]
    assert place["joinedAt"].startswith("AT 2")
    assert place["conversation"]["latestMessage"]["sentAt"].startswith("AT 2")


def test_the_extensions_of_a_project_are_run_and_the_gate_stays_shut(alice, rf):
    done = []

    class Watching(SchemaExtension):
        def on_operation(self):
            done.append("operation")
            yield
            done.append("done")

        def on_parse(self):
            done.append("parse")
            try:
                yield
            finally:
                done.append("parsed")

        def on_validate(self):
            yield
            done.append("validated")

        def on_execute(self):
            done.append("execute")
            yield

        def get_results(self):
            return {"watched": len(done)}

    watched = Schema(Query, mutation=Mutation, extensions=[Watching])

    def ask(identity, document="{ viewer { username } }"):
        done.clear()
        return watched.execute_sync(
            document,
            context_value=Context(rf.post("/graphql"), identity),
            operation_extensions={"cost": True},
        )

    let_in = ask(Identity(alice))
    assert let_in.data == {"viewer": {"username": "alice"}}
    assert done == ["operation", "parse", "parsed", "validated", "execute", "done"]
    assert set(let_in.extensions) == {"watched", "cost"}

    kept_out = ask(None)
    assert [error.extensions["code"] for error in kept_out.errors] == ["UNAUTHENTICATED"]
    assert done == ["operation", "parse", "parsed", "validated", "done"]

    unread = ask(Identity(alice), "{ viewer {")
    assert "Syntax Error" in unread.errors[0].message
    assert done[:3] == ["operation", "parse", "parsed"], "what an extension began it ends"


def test_a_client_that_varies_its_conditions_gets_what_they_say(gql, alice, monkeypatch):
    monkeypatch.setattr(cache, "_max_size", 20_000)
    names = [f"v{number}" for number in range(3)]
    variables = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: id @skip(if: ${name})" for name in names)
    document = f"query ({variables}) {{ viewer {{ username {fields} }} }}"

    for number in range(8):
        given = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        shown = gql(alice)(document, **given)["data"]["viewer"]
        assert sorted(shown) == sorted(["username", *(n for n in names if not given[n])])
