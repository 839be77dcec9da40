"""Log lines say what happened to which request, and hold no word of anybody."""

import asyncio
import json
import logging
from urllib.parse import quote

import pytest
from django.contrib.admin import AdminSite
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.test import Client

from backend.logs import JSONFormatter, TextFormatter, logging_of
from talk import signals
from talk.log_context import AddContext, LogContext
from talk.models import Message, Participation
from talk.tracebacks import describe

from .client import id_of
from .sockets import application, issue, live, signed_in, socket

in_database = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

SECRET = "words-that-nobody-else-may-read"
SEND = """mutation Send($input: SendMessageInput!) { sendMessage(input: $input) {
    ... on Refusal { code } } }"""


@pytest.fixture
def log():
    """All that a server would log: the lines of text, and the objects of JSON."""

    class Handler(logging.Handler):
        def emit(self, record):
            # This one keeps in the record what it has formatted.
            logging.Formatter().format(record)
            lines.append(TextFormatter().format(record))
            objects.append(JSONFormatter().format(record))

    lines: list[str] = []
    objects: list[str] = []
    handler, root = Handler(), logging.getLogger()
    handler.addFilter(AddContext())
    level = root.level
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    yield lines, objects
    root.removeHandler(handler)
    root.setLevel(level)
    assert SECRET not in "\n".join(lines + objects)


def post(user, query, **variables):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    body = {"query": query, "variables": variables, "operationName": variables.pop("named", None)}
    return client.post("/graphql", body, content_type="application/json").json()


def send(user, conversation, **rest):
    given = {"conversationId": id_of(conversation), "body": SECRET, **rest}
    return post(user, SEND, input=given)


def convert(place):
    try:
        {}[SECRET]
    except KeyError as error:
        raise ValueError(SECRET) from error


def gather(place):
    raise ExceptionGroup(SECRET, [ValueError(SECRET), RuntimeError(SECRET)])


def encode(place):
    f"{SECRET}\ud800".encode()


def break_a_constraint(place):
    Message.objects.filter(conversation=place.conversation).update(body=SECRET, number=-1)


def be_of_another_type(place):
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(CAST(%s AS text) AS integer) / 0 FROM nowhere", [SECRET])


def compare_with_a_number(place):
    Message.objects.filter(number=SECRET).first()


FAILURES = [
    convert,
    gather,
    encode,
    break_a_constraint,
    be_of_another_type,
    compare_with_a_number,
]


@in_database
@pytest.mark.parametrize("failure", FAILURES, ids=lambda each: each.__name__)
def test_what_fails_within_a_mutation_is_told_without_words(
    alice, group, log, monkeypatch, failure
):
    group.participation_of(alice).send("before")

    @transaction.atomic
    def fail(place, *_args, **_options):
        failure(place)

    monkeypatch.setattr(Participation, "send", fail)

    answer = send(alice, group)

    (told,) = answer["errors"]
    lines, objects = log
    (line,) = [each for each in lines if failure.__name__ in each]
    assert told["extensions"]["id"] in line
    assert f"[{answer['extensions']['requestId']}]" in line
    (parsed,) = [json.loads(each) for each in objects if failure.__name__ in each]
    assert parsed["request_id"] == answer["extensions"]["requestId"]
    assert (parsed["operation"], parsed["user"]) == ("sendMessage", str(alice.pk))


@in_database
@pytest.mark.postgresql
def test_a_value_that_the_database_cannot_take_is_told_without_it(alice, group, log, monkeypatch):
    @transaction.atomic
    def fail(place, *_args, **_options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT CAST(CAST(%s AS text) AS integer)", [SECRET])

    monkeypatch.setattr(Participation, "send", fail)

    assert send(alice, group)["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "22P02" in "\n".join(log[0])


@in_database
def test_refusals_and_mistakes_are_told_without_words(alice, bob, group, log):
    assert send(alice, group, clientId=[{SECRET: SECRET}])["errors"]
    assert send(alice, group, body=SECRET * 1_000)["data"]["sendMessage"]["code"]
    assert send(bob, group, **{SECRET: SECRET})["errors"]
    send(bob, group, mentions=[SECRET], replyTo=SECRET, clientId=SECRET)
    for query in (
        f"{{ {SECRET} ",
        f'{{ conversation(id: "{SECRET}") {{ id }} }}',
        f'{{ viewer {{ id(words: "{SECRET}") }} }}',
        f"query {SECRET.replace('-', '_')} {{ viewer {{ nothing }} }}",
    ):
        post(alice, query)
        post(alice, query, named=SECRET)
    client = Client()
    for body in (SECRET, json.dumps({"query": 7, "variables": SECRET})):
        client.post("/graphql", body, content_type="application/json")
        client.post("/graphql", body, content_type="text/plain")
    client.get(f"/graphql?query={quote(SECRET)}")
    authorization = {"authorization": f"Bearer {SECRET}", "x-request-id": f" {SECRET}"}
    assert client.post("/graphql", {"query": SECRET}, headers=authorization).status_code == 415
    body = {"query": "{ viewer { id } }"}
    client.post("/graphql", body, content_type="application/json", headers=authorization)

    assert [each for each in log[0] if "Unauthorized: /graphql" in each]


@in_database
def test_what_fails_while_a_message_is_shown_is_told_without_words(alice, log, monkeypatch):
    def fail(self):
        raise ValueError(SECRET)

    monkeypatch.setattr(type(alice), "get_full_name", fail)
    answer = post(alice, "{ viewer { name } }")

    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert [each for each in log[0] if "ValueError" in each]


@committed
def test_a_receiver_that_fails_is_told_without_words(alice, group, log):
    def fail(message, **_rest):
        raise RuntimeError(message.body)

    signals.message_sent.connect(fail)
    try:
        answer = send(alice, group)
    finally:
        signals.message_sent.disconnect(fail)

    assert answer["data"]["sendMessage"] == {}
    (line,) = [each for each in log[0] if "Receiver" in each]
    assert "RuntimeError" in line
    assert f"[{answer['extensions']['requestId']}]" in line


@in_database
def test_a_page_of_django_that_fails_is_told_without_words(admin_client, log, monkeypatch):
    def fail(*_args, **_options):
        raise ValueError(SECRET)

    monkeypatch.setattr(AdminSite, "each_context", fail)
    admin_client.raise_request_exception = False
    response = admin_client.post("/admin/talk/accesstoken/add/", {"name": SECRET, "user": SECRET})

    assert response.status_code == 500
    assert [each for each in log[0] if "Internal Server Error" in each and "ValueError" in each]


@committed
@live
async def test_sockets_tell_without_words(alice, log):
    async with socket() as nobody:
        await nobody.init({"authorization": f"Bearer {SECRET}"})
    async with socket() as nobody:
        await nobody.say(SECRET)
        assert await nobody.hear() == 4400
    async with signed_in(alice, app=application) as alices:
        for query in ("{ crash }", 'subscription { count(end: "crash") }', f"{{ {SECRET} }}"):
            await alices.ask(query, id=SECRET, variables={"words": SECRET})
    lines, objects = log

    assert "RuntimeError: an" not in "\n".join(lines + objects)
    assert len([each for each in lines if "GraphQL error" in each]) == 2
    ids = [json.loads(each)["request_id"] for each in objects if "GraphQL error" in each]
    assert [each.rpartition(".")[2] for each in ids] == ["1", "2"]


@committed
@live
async def test_authenticators_that_fail_are_told_without_credentials(alice, log, monkeypatch):
    def fail(*_args, **_options):
        raise ValueError(SECRET)

    await issue(alice)
    monkeypatch.setattr("schema.transport.handshake.authenticate", fail)
    async with socket() as nobody:
        assert await nobody.init({"authorization": f"Bearer {SECRET}"}) == 4503

    (line,) = [each for each in log[0] if "Credentials could not be checked" in each]
    assert "ValueError" in line


@live
async def test_asyncio_tells_of_tasks_without_words(log):
    async def fail():
        raise ValueError(SECRET)

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task

    assert [each for each in log[0] if "never retrieved" in each and "ValueError" in each]


def failed(raise_it):
    try:
        raise_it()
    except Exception as error:
        return error


def test_messages_of_the_system_are_told():
    class Away(ConnectionError):
        pass

    def fail():
        raise Away("10.0.0.5:5432 refuses")

    described = describe(failed(fail))

    assert described.startswith("Traceback (most recent call last):\n")
    assert described.endswith("Away: 10.0.0.5:5432 refuses")
    assert "in fail\n" in described


@in_database
def test_a_constraint_is_named_and_its_row_is_not(alice, group):
    place = group.participation_of(alice)
    place.send("before")
    error = failed(lambda: transaction.atomic(break_a_constraint)(place))
    described = describe(error)

    assert "number" in described
    assert {"postgresql": "23514", "sqlite": "SQLITE_CONSTRAINT_CHECK"}[
        connection.vendor
    ] in described
    assert SECRET not in described


def test_an_exception_that_led_to_itself_is_described():
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one

    assert describe(one) == "KeyError\n\nIt led to:\n\nValueError"


def record(message="Said %s", args=("this",), **extra):
    made = logging.makeLogRecord(
        {"name": "talk", "levelname": "INFO", "msg": message, "args": args, "created": 0.5, **extra}
    )
    AddContext().filter(made)
    return made


def test_a_line_of_json_is_one_line():
    with LogContext("an-id") as context:
        context.describe("sendMessage", 7)
        error = failed(lambda: [][1])
        line = JSONFormatter().format(
            record("two\nlines", (), exc_info=(type(error), error, error.__traceback__))
        )

    assert "\n" not in line
    parsed = json.loads(line)
    assert parsed.pop("error").endswith("IndexError")
    assert parsed == {
        "time": "1970-01-01T00:00:00.500+00:00",
        "level": "INFO",
        "logger": "talk",
        "message": "two\nlines",
        "request_id": "an-id",
        "operation": "sendMessage",
        "user": "7",
    }
    assert set(json.loads(JSONFormatter().format(record()))) == {
        "time",
        "level",
        "logger",
        "message",
    }


def test_a_format_is_text_or_json():
    for name, start in (("text", "1970-"), ("json", "{")):
        formatter = logging_of(name, "INFO")["formatters"]["line"]["()"]()
        assert formatter.format(record()).startswith(start)
    with pytest.raises(ImproperlyConfigured, match="It is text or json"):
        logging_of("xml", "INFO")
