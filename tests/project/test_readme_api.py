"""The examples of the API in README and protocol, run as they stand against the demo."""

import json
import re
import shutil
import subprocess
import sys
import threading
from functools import partial

import pytest
from websockets.sync.server import serve

from ..plain import without_request_id
from .markdown import README, ROOT, example
from .network import Network
from .processes import demo, environment, token_for

PROTOCOL = ROOT / "docs" / "protocol.md"

SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  ... on SendMessagePayload { sent { id number } } ... on Refusal { code path } } }"""
CHANGE = """mutation ($id: ID!) {
  editMessage(input: {message: $id, body: "And now, do you?"}) { ... on Refusal { code } }
  react(input: {message: $id, emoji: "👂"}) { ... on Refusal { code } } }"""

CHOIR = """{ inbox(filter: {titleContains: "Harbour"}) {
  edges { node { conversation { id revision } } } } }"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def server(folder):
    # The examples are sent faster than a person would.
    with demo(folder, RATE_LIMITS=0) as server:
        yield server


@pytest.fixture(scope="module")
def here(server, folder):
    """What the examples say, about this demo and this Python."""

    def replaced(text):
        address = server.url.removeprefix("http://")
        return text.replace("127.0.0.1:8000", address).replace(".venv/bin/python", sys.executable)

    return replaced


@pytest.fixture(scope="module")
def shell(here, folder):
    """Runs lines of a shell in the repository."""
    if not (shutil.which("bash") and shutil.which("curl")):
        pytest.skip("there is no bash or no curl here")

    def run(text, **given):
        database = f"sqlite:///{folder / 'demo.sqlite3'}"
        given = environment(DATABASE_URL=database, **given)
        command = ["bash", "-euo", "pipefail", "-c", here(text)]
        return subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout

    return run


@pytest.fixture(scope="module")
def token(folder, server):
    return token_for("mira", folder)


@pytest.fixture
def ask(server, token):
    return partial(server.ask, token)


@pytest.fixture
def choir(ask):
    """The demo's first conversation: its id and its revision."""
    return ask(CHOIR)["inbox"]["edges"][0]["node"]["conversation"]


def test_the_token_command_prints_a_token(shell):
    printed = shell(example(README, "sh", "manage.py token") + 'echo "$TOKEN"')

    assert re.fullmatch(r"talk_[\w-]{43}\n", printed)


def test_the_inbox_is_answered(shell, token):
    inbox = json.loads(shell(example(README, "sh", "inbox(first: 5)"), TOKEN=token))

    entries = [edge["node"] for edge in inbox["data"]["inbox"]["edges"]]
    assert len(entries) == 5
    assert entries[0]["conversation"]["title"] == "Harbour Choir"
    assert entries[0]["unreadCount"] > 0


def test_something_is_said_once_however_often_it_is_sent(shell, token, choir):
    send = example(README, "sh", "mutation Send")

    answers = [json.loads(shell(send, TOKEN=token)) for _time in range(2)]

    first, second = (without_request_id(each) for each in answers)
    assert first[0] == second[0]
    assert first[1] != second[1]
    assert answers[0]["data"]["sendMessage"]["sent"]["number"] > 0
    printed = shell(send + '\necho; echo "$CONVERSATION"', TOKEN=token)
    assert printed.splitlines()[-1] == choir["id"]


def test_one_writes_to_people_without_knowing_the_conversation(ask):
    (found,) = ask(example(README, "graphql", "users(search:"))["users"]["edges"]

    assert found["node"]["name"] == "Jonas Lindqvist"
    message = {"to": [found["node"]["id"]], "body": "Hello Jonas"}
    assert ask(SEND, input=message)["sendMessage"]["sent"]["number"] == 3


def test_the_python_client_prints_each_change_once_though_the_network_goes_away(
    tmp_path, server, token, choir, ask
):
    client = example(PROTOCOL, "python", "import websockets")
    script = tmp_path / "listen.py"

    def says(body):
        sent = ask(SEND, input={"conversationId": choir["id"], "body": body})
        return sent["sendMessage"]["sent"]["id"]

    with Network(server.url) as network:
        address = network.url.removeprefix("http://")
        script.write_text(client.replace("127.0.0.1:8000", address), encoding="utf-8")
        listener = subprocess.Popen(
            [sys.executable, "-u", script],
            env=environment(TOKEN=token, CONVERSATION=choir["id"]),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            changes = [json.loads(listener.stdout.readline()) for _ in range(choir["revision"])]
            says("Do you hear me?")
            changes.append(json.loads(listener.stdout.readline()))
            network.cut()
            ask(CHANGE, id=says("And now?"))
            changes += [json.loads(listener.stdout.readline()) for _change in range(3)]
        finally:
            listener.terminate()
            listener.communicate()

    assert [each["revision"] for each in changes] == list(range(1, choir["revision"] + 5))
    assert changes[0] == {"revision": 1, "kind": "CONVERSATION_STARTED", "message": None}
    assert changes[1]["message"]["sender"] == {"name": "Mira Okafor"}
    heard, *missed = changes[-4:]
    assert heard["message"]["body"] == "Do you hear me?"
    assert [each["kind"] for each in missed] == [
        "MESSAGE_SENT",
        "MESSAGE_EDITED",
        "MESSAGE_REACTED",
    ]
    copies = [each["message"] for each in missed]
    assert [each["number"] for each in copies] == [copies[-1]["number"]] * 3
    assert copies[-1]["revision"] == max(each["revision"] for each in copies)
    assert copies[-1]["body"] == "And now, do you?"
    assert copies[-1]["reactions"] == [{"emoji": "👂", "count": 1}]


def test_the_python_client_ends_when_the_stream_cannot_go_on(server, token, here):
    client = here(example(PROTOCOL, "python", "import websockets"))

    ended = subprocess.run(
        [sys.executable, "-c", client],
        env=environment(TOKEN=token, CONVERSATION="Q29udmVyc2F0aW9uOjk5OTk5"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("RuntimeError: ")
    assert "'code': 'NOT_FOUND'" in ended.stderr.splitlines()[-1]


def test_the_python_client_goes_on_when_the_server_says_that_it_may_help():
    away = {"message": "Away.", "extensions": {"code": "UNAVAILABLE", "retryable": True}}
    away["extensions"]["retryAfter"] = 0.1
    change = {"revision": 8, "kind": "MESSAGE_SENT", "message": None}
    answers = [{"data": None, "errors": [away]}, {"data": {"conversationChanges": change}}]

    def answer(socket):
        socket.recv()
        socket.send(json.dumps({"type": "connection_ack"}))
        socket.recv()
        socket.send(json.dumps({"id": "1", "type": "next", "payload": answers.pop(0)}))
        socket.recv()

    with serve(answer, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as network:
        threading.Thread(target=network.serve_forever, daemon=True).start()
        port = network.socket.getsockname()[1]
        client = example(PROTOCOL, "python", "import websockets").replace(":8000", f":{port}")
        listener = subprocess.Popen(
            [sys.executable, "-u", "-c", client],
            env=environment(TOKEN="talk_", CONVERSATION="1"),
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert json.loads(listener.stdout.readline()) == change
        finally:
            listener.terminate()
            listener.communicate()
