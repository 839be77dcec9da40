"""Operations are answered the same by a schema with extensions and by one without."""

import asyncio
import gc

import pytest
import strawberry
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from strawberry import relay
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig

import schema as talk
from schema import error_masking
from schema.authentication import Identity, rates
from schema.authentication.context import Context
from schema.documents.cache import cache
from schema.documents.request import Request
from schema.execution import Schema
from schema.mutations import Mutation
from schema.queries import Query
from schema.subscriptions import Subscription
from schema.types.refusals import Refusal
from schema.types.user import User
from talk.models import Conversation

pytestmark = pytest.mark.django_db

ALIASES = " ".join(f"a{number}: __typename" for number in range(1_000))
REQUESTS = {
    "a query": Request("{ viewer { id username } }"),
    "with its cost": Request("{ viewer { id } }", extensions={"cost": True}),
    "people": Request("{ people { username } }"),
    "names": Request("{ names }"),
    "its extensions": Request("{ operationExtensions }", extensions={"a": 1}),
    "one of two": Request("query A { __typename } query B { viewer { id } }", None, "B"),
    "neither of two": Request("query A { __typename } query B { viewer { id } }"),
    "no such operation": Request("query A { __typename }", None, "B"),
    "for everybody": Request("{ __typename }"),
    "about the schema": Request("{ __schema { queryType { name } } }"),
    "a mutation that is refused": Request(
        "mutation ($i: LeaveConversationInput!) { leaveConversation(input: $i) { __typename"
        " ... on Refusal { code message } } }",
        {"i": {"conversationId": "nothing"}},
    ),
    "a mutation that fails": Request("mutation { fail }"),
    "a resolver that fails": Request("{ viewer { id } fail }"),
    "without a value for a variable": Request("query ($id: ID!) { node(id: $id) { id } }"),
    "a value of another type": Request(
        "query ($n: Int) { inbox(first: $n) { __typename } }", {"n": "x"}
    ),
    "a stream": Request("subscription { inboxChanges { __typename } }"),
    "nothing": Request(""),
    "only a fragment": Request("fragment F on Query { __typename }"),
    "no GraphQL": Request("{ viewer {"),
    "a field that isn't there": Request("{ nonsense }"),
    "too much": Request(f"{{ {ALIASES} }}"),
    "too costly": Request(
        "{ inbox(first: 100) { edges { node { conversation { messages(first: 100) { edges { node"
        " { sender { id } } } } } } } } }"
    ),
}


@strawberry.type(name="Query")
class FailingQuery(Query):
    @strawberry.field
    def fail(self) -> str:
        raise ValueError("internal")

    @strawberry.field
    def people(self) -> list[User]:
        return get_user_model().objects.order_by("pk")

    @strawberry.field
    def names(self) -> list[str]:
        return get_user_model().objects.values_list("username", flat=True)

    @strawberry.field
    def operation_extensions(self, info: strawberry.Info) -> str:
        return str(info._raw_info.operation_extensions)

    @strawberry.field
    async def later(self) -> str:
        return "later"


@strawberry.type(name="Mutation")
class FailingMutation(Mutation):
    @strawberry.mutation
    def fail(self) -> str:
        raise ValueError("internal")


class Nothing(SchemaExtension):
    """One that does nothing."""


def made(schema=Schema, **given):
    return schema(
        FailingQuery, mutation=FailingMutation, subscription=Subscription, types=[Refusal], **given
    )


PLAIN, EXTENDED = made(), made(extensions=[Nothing])


def told(error):
    """An error without what is another each time."""
    formatted = error.formatted
    formatted["extensions"] = {**formatted["extensions"], "id": None}
    return formatted


@pytest.fixture
def answered(rf, monkeypatch):
    """What a schema answers to a request, and what that counted for."""
    counted = []
    monkeypatch.setattr(rates, "_hit", lambda *args: counted.append(args))

    def answered(schema, requested, identity):
        counted.clear()
        context = Context(rf.post("/graphql", REMOTE_ADDR="198.41.0.4"), identity)
        result = schema.answer(schema.operation(requested, context))
        if result is None:
            return None, [*counted]
        errors = [told(error) for error in result.errors or ()]
        return result.data, errors, result.extensions or {}, [*counted]

    return answered


def test_what_is_executed_incrementally_is_answered(answered, alice):
    config = StrawberryConfig(enable_experimental_incremental_execution=True)

    data, *_more = answered(made(config=config), REQUESTS["names"], Identity(alice))

    assert data == {"names": ["alice"]}


def test_extensions_that_a_schema_chooses_for_each_operation_are_run(answered, alice):
    begun = []

    class Beginning(SchemaExtension):
        def on_operation(self):
            begun.append(self)
            yield

    class Choosing(Schema):
        def get_extensions(self, sync=False):
            return [Beginning()]

    answered(made(Choosing), REQUESTS["a query"], Identity(alice))

    assert len(begun) == 1


@pytest.mark.parametrize("extensions", [[], [Nothing]])
def test_a_schema_is_told_of_errors_if_there_are_some(answered, alice, extensions):
    told = []

    class Listening(Schema):
        def process_errors(self, errors, execution_context=None):
            super().process_errors(errors, execution_context)
            told.append([str(error.message) for error in errors])

    schema = made(Listening, extensions=extensions)
    answered(schema, REQUESTS["a query"], Identity(alice))
    assert told == []

    answered(schema, Request("{ nonsense }"), Identity(alice))
    assert [len(each) for each in told] == [1]


@pytest.mark.parametrize("is_public", [True, False])
@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("name", REQUESTS)
def test_an_answer_does_not_depend_on_it(settings, answered, alice, name, is_known, is_public):
    settings.TALK = {**settings.TALK, "PUBLIC_INTROSPECTION": is_public}
    requested = REQUESTS[name]

    for identity in (None, Identity(alice)):
        if is_known:
            answered(PLAIN, requested, identity)
        else:
            cache.clear()
        plain = answered(PLAIN, requested, identity)
        if is_known:
            answered(EXTENDED, requested, identity)
        assert plain == answered(EXTENDED, requested, identity)


def read_by_another(execute):
    """A type with a field that executes a document for somebody else, by one of two ways."""

    @strawberry.type
    class ReadByAnother:
        @strawberry.field
        def read_by_another(self, info: strawberry.Info) -> bool:
            (other,) = get_user_model().objects.exclude(pk=info.context.viewer.pk)
            answer = execute(info.schema)(
                "query ($id: ID!) { conversation(id: $id) { lastNumber } }",
                {"id": relay.to_base64("Conversation", self.conversation_id)},
                Context(HttpRequest(), Identity(other)),
            )
            return answer.data == {"conversation": {"lastNumber": 3}}

    return ReadByAnother


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "execute",
    [lambda schema: schema.execute_sync, lambda schema: async_to_sync(schema.execute)],
    ids=["in the same thread", "on an event loop"],
)
def test_what_a_resolver_executes_for_another_viewer_shows_nothing_to_this_one(alice, bob, execute):
    group = Conversation.objects.start_group(alice, [bob], "Lunch")
    said = group.participation_of(alice).send("Soup?")
    group.participation_of(alice).leave()
    group.participation_of(bob).send("At last.")
    schema = Schema(
        Query, types=[talk.Conversation], fields={talk.Message: read_by_another(execute)}
    )
    fields = "readByAnother conversation { lastNumber }"
    request = Request(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Message {{ {fields} }} }} }}",
        {"id": relay.to_base64("Message", said.pk)},
    )

    answer = schema.answer(schema.operation(request, Context(HttpRequest(), Identity(alice))))

    assert answer.data == {"node": {"readByAnother": True, "conversation": {"lastNumber": 2}}}


def test_several_operations_are_none_until_one_is_named(answered, alice):
    requested = REQUESTS["neither of two"]

    _data, (error,), *_more = answered(PLAIN, requested, Identity(alice))

    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert "operationName" in error["message"]


# What is not waited for Python tells when it is gone.
@pytest.mark.filterwarnings("ignore:coroutine", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_resolver_that_is_asynchronous_is_a_mistake_of_the_projects(answered, alice, monkeypatch):
    # What is logged is kept, and what is not waited for with it.
    monkeypatch.setattr(error_masking.logger, "disabled", True)
    # Strawberry cancels the coroutine in the thread's event loop, and makes one if there is none.
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    try:
        data, (error,), *_more = answered(PLAIN, Request("{ later }"), Identity(alice))
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        asyncio.set_event_loop(None)
        loop.close()

    assert (data, error["extensions"]["code"]) == (None, "INTERNAL")
    gc.collect()
