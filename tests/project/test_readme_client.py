"""The README's client in a few lines, run as it stands against the demo."""

import shutil

import pytest

from ..client.node import execute
from .markdown import README, ROOT, example
from .processes import demo, token_for

INBOX = "{ inbox(first: 1) { edges { node { conversation { id latestMessage { body } } } } } }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def server(folder):
    with demo(folder) as server:
        yield server


def test_it_shows_a_thread_and_sends_a_message_once(server, folder, tmp_path):
    token = token_for("mira", folder)
    newest = newest_of(server, token)
    shutil.copytree(ROOT / "schema" / "client", tmp_path / "node_modules" / "talk-client")
    script = tmp_path / "client.mjs"
    code = example(README, "js", 'from "talk-client"').replace("http://127.0.0.1:8000", server.url)
    # The example goes on listening. Here it ends once the message is the server's.
    end = "setInterval(() => talk.outbox.getSnapshot().length || process.exit(), 50);"
    script.write_text(f"{code}\n{end}\n", encoding="utf-8")

    printed = execute(script, TOKEN=token, CONVERSATION=newest["id"])

    lines = printed.splitlines()
    assert lines[-1] == f"{newest['latestMessage']['body']} | Hello!"
    assert lines.count(lines[-1]) == 1
    assert "" not in lines
    assert newest_of(server, token)["latestMessage"]["body"] == "Hello!"


def newest_of(server, token):
    """The conversation in which something happened last."""
    (edge,) = server.ask(token, INBOX)["inbox"]["edges"]
    return edge["node"]["conversation"]
