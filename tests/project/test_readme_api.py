"""The README's examples of the API, run as they stand against the demo."""

import ast
import json
import re
import shutil
import subprocess
import sys

import httpx
import pytest

from .markdown import README, example
from .npm import npm, output
from .processes import demo, environment, token_for

SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  ... on SendMessagePayload { sent { number } } ... on Refusal { code path } } }"""

CHOIR = """{ inbox(filter: {titleContains: "Harbour"}) {
  edges { node { conversation { id revision } } } } }"""

#: With a network between that goes away and comes back.
APOLLO = """
import net from "node:net";
import { gql } from "@apollo/client";
import { createTalkClient } from "./talk.mjs";

const { port, hostname } = new URL(process.env.ADDRESS);
const open = new Set();
const network = net.createServer((here) => {
  const there = net.connect(port, hostname);
  for (const each of [here, there]) open.add(each.on("error", () => {}));
  here.pipe(there).pipe(here);
});
await new Promise((done) => network.listen(0, hostname, done));
const address = network.address();

const client = createTalkClient(`http://${hostname}:${address.port}/graphql`, process.env.TOKEN);
const inbox = await client.query({
  query: gql`{ inbox(first: 1) { edges { node { id conversation { id revision } } } } }`,
});
const { id, revision } = inbox.data.inbox.edges[0].node.conversation;
const heard = [];
let wake;
client.subscribe({
  query: gql`subscription ($id: ID!, $after: Int) {
    conversationChanges(id: $id, after: $after) { revision kind message { id number body } }
  }`,
  variables: { id, after: revision },
}).subscribe({
  next: ({ data }) => { heard.push(data.conversationChanges); wake?.(); },
  error: (error) => { throw error; },
});
const sent = [];
async function say(body) {
  const answer = await client.mutate({
    mutation: gql`mutation ($input: SendMessageInput!) {
      sendMessage(input: $input) { ... on SendMessagePayload { sent { id number } } }
    }`,
    variables: { input: { conversationId: id, body, clientId: crypto.randomUUID() } },
  });
  sent.push(answer.data.sendMessage.sent.number);
  while (!heard.some((each) => each.message?.body === body)) {
    await new Promise((resolve) => { wake = resolve; });
  }
}
await say("From Apollo");
network.close();
for (const each of open) each.destroy();
await new Promise((done) => setTimeout(done, 1500));
await new Promise((done) => network.listen(address.port, hostname, done));
await say("Back again");
console.log(JSON.stringify({ revision, heard, sent }));
process.exit(0);
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def server(folder):
    with demo(folder) as server:
        yield server


@pytest.fixture(scope="module")
def here(server, folder):
    """What the README's examples say, about this demo and this Python."""

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
    def post(query, **variables):
        answer = httpx.post(
            f"{server.url}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    return post


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

    assert answers[0] == answers[1]
    assert answers[0]["data"]["sendMessage"]["sent"]["number"] > 0
    printed = shell(send + '\necho; echo "$CONVERSATION"', TOKEN=token)
    assert printed.splitlines()[-1] == choir["id"]


def test_one_writes_to_people_without_knowing_the_conversation(ask):
    (found,) = ask(example(README, "graphql", "users(search:"))["users"]["edges"]

    assert found["node"]["name"] == "Jonas Lindqvist"
    message = {"to": [found["node"]["id"]], "body": "Hello Jonas"}
    assert ask(SEND, input=message)["sendMessage"]["sent"]["number"] == 3


def test_the_python_example_prints_what_was_missed_and_then_what_comes(
    tmp_path, here, token, choir, ask
):
    script = tmp_path / "listen.py"
    script.write_text(here(example(README, "python", "import websockets")), encoding="utf-8")
    listener = subprocess.Popen(
        [sys.executable, "-u", script],
        env=environment(TOKEN=token, CONVERSATION=choir["id"]),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        frames = [ast.literal_eval(listener.stdout.readline()) for _ in range(choir["revision"])]
        ask(SEND, input={"conversationId": choir["id"], "body": "Do you hear me?"})
        frames.append(ast.literal_eval(listener.stdout.readline()))
    finally:
        listener.terminate()
        listener.communicate()

    assert {(frame["id"], frame["type"]) for frame in frames} == {("1", "next")}
    changes = [frame["payload"]["data"]["conversationChanges"] for frame in frames]
    assert [each["revision"] for each in changes] == list(range(1, choir["revision"] + 2))
    assert changes[0] == {"revision": 1, "kind": "CONVERSATION_STARTED", "message": None}
    assert changes[1]["message"]["sender"] == {"name": "Mira Okafor"}
    assert changes[-1]["message"]["body"] == "Do you hear me?"


@pytest.mark.timeout(300)
def test_the_apollo_client_asks_listens_and_sends(tmp_path, server, token):
    if not shutil.which("node"):
        pytest.skip("there is no node here")
    major = int(output(["node", "--version"], tmp_path).removeprefix("v").split(".")[0])
    _npm, *install = example(README, "sh", "npm install").split()
    own = major >= 22
    socket = "" if own else 'globalThis.WebSocket = (await import("ws")).WebSocket;'
    npm(tmp_path, *install, *([] if own else ["ws"]), "--no-audit", "--no-fund")
    (tmp_path / "talk.mjs").write_text(example(README, "js", "createTalkClient"), encoding="utf-8")
    (tmp_path / "try.mjs").write_text(socket + APOLLO, encoding="utf-8")

    tried = output(["node", "try.mjs"], tmp_path, ADDRESS=f"{server.url}/graphql", TOKEN=token)

    told = json.loads(tried)
    # It goes on from where it began, so some come again.
    heard = {each["revision"]: each for each in told["heard"]}
    assert list(heard) == [told["revision"] + 1, told["revision"] + 2]
    assert {each["kind"] for each in heard.values()} == {"MESSAGE_SENT"}
    messages = [each["message"] for each in heard.values()]
    assert [each["body"] for each in messages] == ["From Apollo", "Back again"]
    assert [each["number"] for each in messages] == told["sent"]
