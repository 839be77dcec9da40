"""What the pages in `docs` say is so, and their examples run."""

import ast
import json
import os
import re
import sqlite3
from contextlib import closing, contextmanager
from functools import partial

import httpx
import pytest
import websockets.sync.client
from graphql import parse, validate
from limits import parse_many

from schema import errors
from schema import schema as talk_schema
from schema.jwt import JWTSettings
from talk import signals
from talk.conf import Conf, conf
from talk.contrib.files.problems import Problem
from talk.exceptions import RefusalCode

from ..plain import answer_in
from .host import Host
from .markdown import ROOT, example, examples, names, table
from .processes import PRODUCTION, demo, succeed, token_for

DOCS = ROOT / "docs"
PROTOCOL, EMBEDDING, OPERATING = (
    DOCS / f"{name}.md" for name in ("protocol", "embedding", "operating")
)

PEOPLE = """
from django.contrib.auth.models import User

alice, bob, carol, kiosk = (
    User.objects.create_user(name, f"{name}@host.example", "password")
    for name in ("alice", "bob", "carol", "kiosk")
)
kiosk.groups.create(name="Cooks")
"""

ASK = """
import json
import time

import jwt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client


def ask(authorization, query="{ motto viewer { username teams } inbox { edges { node { id } } } }"):
    client = Client(SERVER_NAME="localhost", headers={"Authorization": authorization})
    answer = client.post("/graphql", {"query": query}, content_type="application/json")
    print(json.dumps(answer.json()))


claims = {"sub": "alice@host.example", "aud": "talk", "iss": "https://host.example"}
ask("Kiosk the key")
ask("Kiosk another key")
users = get_user_model().objects
users.filter(username="kiosk").update(username="hall")
ask("Kiosk the key")
users.filter(username="hall").update(username="kiosk")
ask("Bearer " + jwt.encode({**claims, "exp": time.time() + 60}, settings.SECRET_KEY))
"""

HEAR = """
from django.core import mail
from django.test.utils import setup_test_environment

import host.notifications

setup_test_environment()
Message.send_to_users("Ring", alice, [bob])
assert [each.to for each in mail.outbox] == [["bob@host.example"]], mail.outbox
rows = []
assert export(group, 0, lambda *row: rows.append(row)) == group.revision
assert rows[0] == (1, "conversation_started", None)
assert rows[1] == (2, "message_sent", "I cook pasta.")
assert rows[2] == (3, "message_edited", "I cook pasta.")
print("heard")
"""


def codes_of(errors_class):
    for each in errors_class.__subclasses__():
        yield each.code
        yield from codes_of(each)


def test_every_error_code_is_explained():
    explained = {names(row[0])[0] for row in table(PROTOCOL, "code")}

    assert explained == set(codes_of(errors.PublicError))


def test_every_rate_is_listed_by_its_key():
    listed = [names(row[0])[0] for row in table(PROTOCOL, "key")]

    assert listed == list(Conf.RATE_LIMITS)


def test_the_rates_of_the_example_are_read(settings):
    (said,) = (each.code for each in examples(PROTOCOL, "python") if "RATE_LIMITS" in each.code)
    given = ast.literal_eval(said.removeprefix("TALK = "))
    settings.TALK = given

    rates = conf.RATE_LIMITS
    assert set(rates) <= set(Conf.RATE_LIMITS)
    assert [len(parse_many(rate)) for rate in rates.values() if rate] == [2]
    assert None in rates.values()


def test_every_refusal_is_listed_with_its_sentence():
    listed = {names(code)[0]: sentence for code, sentence in table(PROTOCOL, "refusal")}

    assert listed == {code.value: str(code.label) for code in RefusalCode}


def test_every_close_code_of_this_server_is_explained():
    sent = set()
    for path in (ROOT / "schema").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        sent |= set(re.findall(r"close\(\s*(?:code=)?(4\d{3})", source))

    assert len(sent) >= 6
    assert sent <= {row[0] for row in table(PROTOCOL, "close code")}


def test_every_option_of_tokens_is_explained():
    explained = [names(row[0])[0] for row in table(EMBEDDING, "option")]

    assert explained == list(JWTSettings.__dataclass_fields__)


def test_every_signal_is_named():
    prose = EMBEDDING.read_text(encoding="utf-8")
    listed = re.search(r"The signals, in `talk.signals`: (.+?)\.\s", prose, re.DOTALL)[1]

    assert set(names(listed)) == {
        name for name in vars(signals) if name.islower() and not name.startswith("_")
    }


def test_every_refusal_of_a_verb_is_one():
    for heading in (
        "to start or to find",
        "verb of a participation",
        "verb of a participation on a message",
    ):
        for _verb, refusals in table(EMBEDDING, heading):
            for name in names(refusals):
                assert name in RefusalCode.__members__ or name.islower(), name


def test_the_problems_of_uploads_are_explained():
    listed = {name for row in table(PROTOCOL, "answer to a `PUT`") for name in names(row[0])}

    assert listed == {each.name for each in Problem}


@pytest.mark.parametrize("document", examples(PROTOCOL, "graphql"), ids=lambda each: each.code[:40])
def test_every_graphql_document_fits_the_schema(document):
    assert validate(talk_schema._schema, parse(document.code)) == []


def test_the_mutation_that_makes_a_token_fits_the_schema():
    (field,) = re.findall(r"`(createToken\(.+?)`", PROTOCOL.read_text(encoding="utf-8"))

    assert validate(talk_schema._schema, parse(f"mutation {{ {field} }}")) == []


#: What the documents of the protocol that are tried have in them, each alone.
SPOKEN = (
    *("searchMessages(", "editMessage(", "sendMessage(", "...Row", "messages(last: 50)"),
    *("conversationChanges(", "inbox(first", "inboxChanges(", " typing(", "presence("),
    *("updateConversation(", "conversationByKey("),
    *("pins(first", "readPrivately", "inboxTyping("),
)


def test_the_protocol_is_spoken_as_it_is_written(tmp_path):
    search, edit, reply, row, page, changes, inbox, moved, typing, there, *more = (
        example(PROTOCOL, "graphql", words) for words in SPOKEN
    )
    describe, by_key, pins, reading, typing_rows = more
    with demo(tmp_path) as server:
        token = token_for("mira", tmp_path)
        ask = partial(server.ask, token)
        found = ask(inbox)["inbox"]
        (choir,) = (
            edge["node"]["conversation"]["id"]
            for edge in found["edges"]
            if edge["node"]["conversation"]["name"] == "Harbour Choir"
        )
        assert len(ask(search, words="rehearsal")["searchMessages"]["edges"]) > 1
        assert ask(pins, id=choir)["conversation"]["pins"].keys() == {"edges"}
        own = ask(reading, id=choir)["conversation"]["viewerParticipation"]
        assert own["readPrivately"] is False
        newest = ask(row, id=choir)["conversation"]["messages"]["edges"][-1]["node"]
        assert [user["name"] for user in newest["reactions"][0]["users"]] == ["Priya Raman"]
        shown = ask(page, id=choir)["conversation"]
        revision = shown["revision"]
        said = next(
            edge["node"] for edge in shown["messages"]["edges"] if edge["node"]["kind"] == "TEXT"
        )
        address = f"{server.url.replace('http', 'ws')}/graphql"
        with websockets.sync.client.connect(
            address,
            subprotocols=["graphql-transport-ws"],
            additional_headers={"X-Request-ID": "REQUEST"},
        ) as socket:
            for line in example(PROTOCOL, "text", "connection_init").splitlines():
                text = line[2:].replace("$TOKEN", token).replace("$CONVERSATION", choir)
                text = text.replace("$REQUEST", "REQUEST")
                if line.startswith(">"):
                    socket.send(text)
                else:
                    hear(socket, json.loads(text))
            streams = {
                "4": (changes, {"id": choir, "after": revision}),
                "5": (moved, {"after": found["changesCursor"]}),
                "6": (typing, {"id": choir}),
                "7": (there, {"people": []}),
            }
            # It is silent as long as nobody types.
            silent = {"8": (typing_rows, {"ids": [choir]})}
            for name, (query, variables) in (silent | streams).items():
                payload = {"query": query, "variables": variables}
                socket.send(json.dumps({"type": "subscribe", "id": name, "payload": payload}))
            answer = {"conversationId": choir, "body": "Here", "replyTo": said["number"]}
            sent = ask(reply, input=answer)["sendMessage"]["sent"]
            assert sent["replyTo"]["body"] == said["body"]
            heard = {}
            while len(heard) < len(streams):
                # One stream may say more before another says anything.
                message = json.loads(socket.recv(timeout=20))
                heard[message["id"]] = set(message["payload"]["data"])
            correction = {"message": sent["id"], "body": "Here!"}
            edited = ask(edit, input=correction)["editMessage"]["edited"]
            assert edited["revision"] > sent["revision"], "keep the greater"
        data = {"colour": "blue"}
        described = ask(describe, id=choir, data=data)["updateConversation"]["conversation"]
        assert described["data"] == data
        assert described["avatar"] == f"{server.url}/static/demo/choir.svg"
        assert ask(by_key, key="harbour choir")["conversationByKey"]["id"] == choir
    assert heard == {
        "4": {"conversationChanges"},
        "5": {"inboxChanges"},
        "6": {"typing"},
        "7": {"presence"},
    }


def hear(socket, wanted):
    """Read until `wanted` comes; a stream may say more before."""
    while (heard := json.loads(socket.recv(timeout=10))) != wanted:
        assert heard.get("type") == "next", (heard, wanted)


def project(tmp_path):
    """A project after the first half hour with the page on embedding, without its URLs."""
    host = Host(tmp_path)
    host.append("host/settings.py", example(EMBEDDING, "python", "INSTALLED_APPS ="))
    return host


def test_the_first_half_hour_goes_as_the_page_on_embedding_says(tmp_path):
    host = project(tmp_path)
    host.append("host/urls.py", example(EMBEDDING, "python", "talk.graphql.urls"))
    first, *_others = (
        each.code for each in examples(EMBEDDING, "python") if "with_sockets" in each.code
    )
    host.append("host/asgi.py", first)
    commands = example(EMBEDDING, "sh", "createsuperuser").replace("python manage.py ", "")
    for command in commands.splitlines()[:-1]:
        words = command.split()
        host.manage(*words, *(["--noinput"] if words[0] == "createsuperuser" else []))
    find, send, listen = (each.code for each in examples(EMBEDDING, "graphql"))
    mira, jonas = (host.manage("token", name).strip() for name in ("mira", "jonas"))
    with host.serve() as server:
        ask = partial(server.ask, mira)
        found = ask(find)
        (edge,) = found["users"]["edges"]
        assert found["viewer"]["username"] == "mira"
        assert edge["node"]["username"] == "jonas"
        sent = ask(send.replace("$JONAS", edge["node"]["id"]))["sendMessage"]
        assert sent["sent"] == {"number": 1, "body": "Hello!"}
        listen = listen.replace("$CONVERSATION", sent["conversation"]["id"])
        with speaking(server, authorization=f"Bearer {jonas}") as socket:
            socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": listen}}))
            kinds = [json.loads(socket.recv(timeout=10)) for _event in range(2)]
            assert kinds[1]["payload"]["data"]["conversationChanges"]["message"]["number"] == 1
            ask(send.replace("$JONAS", edge["node"]["id"]))
            live = json.loads(socket.recv(timeout=10))["payload"]["data"]["conversationChanges"]
            assert live["message"] == {"number": 2, "body": "Hello!"}
        page = httpx.get(f"{server.url}/graphql", headers={"Accept": "text/html"})
        assert "graphiql" in page.text
    greet = example(EMBEDDING, "python", '"Welcome!"')
    assert host.shell(greet) == "3 Welcome!\n"


@contextmanager
def speaking(server, **payload):
    """A WebSocket that is acknowledged."""
    address = f"{server.url.replace('http', 'ws')}/graphql"
    protocols = ["graphql-transport-ws"]
    with websockets.sync.client.connect(address, subprotocols=protocols) as socket:
        socket.send(json.dumps({"type": "connection_init", "payload": payload}))
        assert json.loads(socket.recv()) == {"type": "connection_ack"}
        yield socket


UPLOAD = """
from django.contrib.auth import get_user_model
from django.test import Client
from talk.contrib.files.addresses import download_url, upload_ticket
from talk.models import Attachment, Conversation

alice, bob = get_user_model().objects.filter(username__in=["alice", "bob"]).order_by("pk")
upload = Attachment.objects.start(alice, "soup.txt", 4)
stored = Client().put(upload_ticket(upload).url, b"soup", headers={"Host": "localhost"})
place = Conversation.objects.between(alice, bob).participation_of(alice)
place.send("", attachments=[upload])
answer = Client().get(download_url(upload), headers={"Host": "localhost"})
print(stored.status_code, answer.status_code, answer.getvalue().decode())
"""


def test_a_project_that_follows_the_page_on_embedding(tmp_path):
    host = project(tmp_path)
    host.append("host/settings.py", 'KIOSK_KEY = "the key"\n')
    host.follow([each.code for each in examples(EMBEDDING, "python")])
    host.manage("migrate", "--verbosity", "0")
    host.manage("check", "--fail-level", "WARNING")

    verbs = example(EMBEDDING, "python", "start_group")
    reading = example(EMBEDDING, "python", "def export")
    assert host.shell(PEOPLE + verbs + reading + HEAR) == "heard\n"

    assert host.shell(UPLOAD) == "201 200 soup\n"
    assert [each.name for each in (host.folder / "talk-files").iterdir()] != []
    kiosk, stranger, nobody, alice = map(json.loads, host.shell(ASK).splitlines())
    assert kiosk.keys() == {"data", "extensions"}
    assert kiosk["data"] == {
        "motto": "Hospitality, kiosk",
        "viewer": {"username": "kiosk", "teams": ["Cooks"]},
        "inbox": {"edges": []},
    }
    for refused in (stranger, nobody):
        assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert alice["data"]["viewer"] == {"username": "alice", "teams": []}
    assert len(alice["data"]["inbox"]["edges"]) == 2

    copies_follow_the_log(host)
    with host.serve() as server:
        with speaking(server, authorization="Kiosk the key") as socket:
            payload = {"query": "{ motto viewer { __typename username } }"}
            socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            said = json.loads(socket.recv())["payload"]["data"]
            assert said["motto"] == "Hospitality, kiosk"
            assert said["viewer"] == {"__typename": "TalkUser", "username": "kiosk"}
        strangers_get_what_is_public(server)
        address = server.url.replace("http", "ws")
        with websockets.sync.client.connect(f"{address}/bell") as socket:
            assert socket.recv() == "Ding"
        with pytest.raises(websockets.InvalidStatus, match="403"):
            websockets.sync.client.connect(f"{address}/elsewhere")


def copies_follow_the_log(host):
    host.manage("work", "--once")
    lines = (host.folder / "copy.jsonl").read_text("utf-8").splitlines()
    copied = [json.loads(line) for line in lines]
    with closing(sqlite3.connect(host.folder / "db.sqlite3")) as database:
        ((count,),) = database.execute("SELECT count(*) FROM talk_event")
    assert len({each["key"] for each in copied}) == len(copied) == count > 0
    assert {"message": 1, "body": "Dinner?"}.items() <= copied[1].items()


def strangers_get_what_is_public(server):
    post = partial(httpx.post, f"{server.url}/graphql")
    answered = answer_in(post(json={"query": "{ headline }"}))
    assert answered == {"data": {"headline": "The kitchen is open."}}
    refused = post(json={"query": "{ headline motto }"}).json()
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    countdown = "subscription { countdown(seconds: 1) }"
    counted = [{"data": {"countdown": left}} for left in (1, 0)]
    with speaking(server) as socket:
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": countdown}}))
        assert [json.loads(socket.recv())["payload"] for _event in range(2)] == counted
    streamed = post(json={"query": countdown}, headers={"Accept": "text/event-stream"}).text
    said = [line for line in streamed.splitlines() if line.startswith("data: ")]
    assert [json.loads(line.removeprefix("data: ")) for line in said] == counted


def test_the_commands_of_the_page_on_operating_run(tmp_path):
    command = example(OPERATING, "sh", "backup")
    program = re.fullmatch(r'python -c "(.+)"\n', command)[1]

    with demo(tmp_path):
        succeed("-c", program.replace("'db.", "'demo."), cwd=tmp_path)

    given = {"DEBUG": 1, "DATABASE_URL": f"sqlite:///{tmp_path / 'backup.sqlite3'}"}
    count = "from talk.models import Event; print(Event.objects.count())"
    assert int(succeed("manage.py", "shell", "--verbosity", "0", "-c", count, **given)) > 50
    prune = example(OPERATING, "python", ".delete()").replace("days=90", "days=-1")
    after = succeed("manage.py", "shell", "--verbosity", "0", "-c", f"{prune}\n{count}", **given)
    assert int(after) == 0


def test_a_module_of_ones_own_sets_what_has_no_variable(tmp_path):
    (tmp_path / "mysettings.py").write_text(example(OPERATING, "python", "mysettings.py"), "utf-8")
    ask = "from talk.conf import conf; print(conf.RETENTION, conf.INVITATIONS_ASK, conf.THREADS)"

    said = succeed(
        *("manage.py", "shell", "--verbosity", "0", "-c", ask),
        PYTHONPATH=f"{ROOT}{os.pathsep}{tmp_path}",
        DJANGO_SETTINGS_MODULE="mysettings",
        **{**PRODUCTION, "DATABASE_URL": "sqlite://:memory:"},
        THREADS=3,
    )

    assert said == "{'group': 365} True 3\n"


def test_the_page_on_embedding_names_all_colours_and_measures_of_the_chat():
    theme = (ROOT / "schema" / "client" / "elements" / "theme.js").read_text(encoding="utf-8")

    named = [name for cell, _meaning in table(EMBEDDING, "property") for name in names(cell)]

    assert sorted(named) == sorted(set(re.findall(r"var\((--talk-[\w-]+)", theme)))
