"""The README's first command."""

import json
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import time
from contextlib import closing

import httpx
import pytest
import websockets.sync.client

from ..plain import answer_in
from .markdown import ROOT
from .processes import PRODUCTION, demo, environment, new_demo, run, token_for

INBOX = "{ inbox(first: 100) { edges { node { conversation { lastNumber title } } } } }"
THREAD = """{ inbox(first: 1, filter: {titleContains: "Harbour"}) { edges { node { conversation {
  messages(first: 100) { edges { node {
    body removal editedAt replyTo { body } replyCount mentions { name }
    reactions { emoji count viewerReacted } pinnedAt viewerSaved
  } } } } } } } }"""
CHOIR = """{ inbox(first: 1, filter: {titleContains: "Harbour"}) { edges { node { conversation {
  id revision } } } } }"""
SEND = """mutation { sendMessage(input: {conversationId: "%s", body: "%s"}) {
  ... on SendMessagePayload { sent { number } } } }"""
HEAR = """subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) {
  kind message { sender { name } replyTo { number } } } }"""
TYPING = "subscription ($id: ID!) { typing(conversationId: $id) { users { name } } }"
PEOPLE = '{ users(search: "") { edges { node { id username } } } }'


def test_its_world_is_made_once_and_kept(tmp_path):
    with new_demo(tmp_path) as server:
        token = token_for("mira", tmp_path)
        before = server.ask(token, INBOX)["inbox"]["edges"]
        people = server.ask(token, PEOPLE)["users"]["edges"]
        jonas = next(edge["node"] for edge in people if edge["node"]["username"] == "jonas")
        send = (
            f'mutation {{ sendMessage(input: {{to: ["{jonas["id"]}"], body: "Still here"}}) '
            "{ ... on SendMessagePayload { sent { number } } } }"
        )
        assert server.ask(token, send)["sendMessage"]["sent"]["number"] == 3
        server.stop(signal.SIGTERM)
        jobs = timed_jobs(tmp_path)

    with new_demo(tmp_path) as server:
        after = server.ask(token, INBOX)["inbox"]["edges"]

        assert server.ask(token, PEOPLE)["users"]["edges"] == people
    assert len(people) == 5, "and Mira, who asks"
    assert {"Harbour Choir", "Concert on the 12th"} <= {title_of(edge) for edge in before}
    assert after[0]["node"]["conversation"] == {"title": "", "lastNumber": 3}
    assert len(after) == len(before)
    assert total(after) == total(before) + 1
    assert jobs["delete expired words"] is None, "Its worker ran it, and nothing is held any more."
    assert set(jobs.values()) == {None}


def timed_jobs(folder):
    """Which process holds each job that has run, by its name."""
    with closing(sqlite3.connect(folder / "demo.sqlite3")) as database:
        return dict(
            database.execute("SELECT name, holder FROM talk_timedjob WHERE begun_at NOTNULL")
        )


def test_its_people_edit_reply_mention_react_take_back_pin_and_save(tmp_path):
    with demo(tmp_path) as server:
        (edge,) = server.ask(token_for("mira", tmp_path), THREAD)["inbox"]["edges"]
    messages = [each["node"] for each in edge["node"]["conversation"]["messages"]["edges"]]
    said = {each["body"]: each for each in messages}

    scarf, bust = (
        said["Has anybody seen a green scarf? Left it on the coat stand."],
        said["It is on the bust of Beethoven. It suits him."],
    )
    assert bust["replyTo"] == {"body": scarf["body"]}
    assert scarf["replyCount"] == 2, "and the reply to the reply"
    assert bust["mentions"] == [{"name": "Lena Brandt"}]
    assert bust["reactions"] == [
        {"emoji": "😂", "count": 2, "viewerReacted": True},
        {"emoji": "🧣", "count": 1, "viewerReacted": False},
    ]
    (warm_up,) = (each for each in messages if each["body"].startswith("Warm-up begins"))
    assert warm_up["editedAt"]
    assert warm_up["mentions"] == [{"name": "Jonas Lindqvist"}]
    assert {each["removal"] for each in messages} == {None, "RETRACTED", "REMOVED"}
    assert [each for each in messages if each["pinnedAt"]] == [warm_up]
    (cake,) = (each for each in messages if each["viewerSaved"])
    assert cake["body"] == "I will make the cake without the walnuts."


def test_it_says_where_it_is_and_lets_one_be_somebody_there(tmp_path):
    # Empty: Python keeps for later what goes to a file, as without the variable.
    with demo(tmp_path, PYTHONUNBUFFERED="") as server:
        assert f"Chat       {server.url}/\n" in server.printed
        assert f"GraphiQL   {server.url}/graphql\n" in server.printed
        assert str(tmp_path / "demo.sqlite3") in server.printed
        (command,) = re.findall(r"DEBUG=1 (.+ manage.py token mira)\n", server.printed)
        secret = subprocess.check_output(
            shlex.split(command),
            cwd=ROOT,
            env=environment(DEBUG=1, DATABASE_URL=f"sqlite:///{tmp_path / 'demo.sqlite3'}"),
            text=True,
        ).strip()
        assert server.ask(secret, "{ viewer { name } }") == {"viewer": {"name": "Mira Okafor"}}
        with httpx.Client(base_url=server.url, follow_redirects=True) as browser:
            page = browser.get("/graphql", headers={"Accept": "text/html"})
            assert "Mira Okafor" in page.text
            assert "Server" not in page.headers
            form = {"username": "mira", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            browser.post("/demo/become", data=form)
            viewer = browser.post(
                "/graphql",
                json={"query": "{ viewer { name } }"},
                headers={"X-CSRFToken": browser.cookies["csrftoken"]},
            )
            assert answer_in(viewer) == {"data": {"viewer": {"name": "Mira Okafor"}}}
            assert browser.get("/admin/").status_code == 200


def test_its_first_page_is_a_chat_in_which_nothing_is_inline(tmp_path):
    with demo(tmp_path) as server, httpx.Client(base_url=server.url) as browser:
        page = browser.get("/")
        own = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        asked = {address: browser.get(address) for address in own}

    policy = dict(
        each.split(" ", 1) for each in page.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert " on" not in "".join(re.findall("<[^>]+>", page.text))
    assert page.text.count("<script") == page.text.count('<script type="module" src=')
    assert {answer.status_code for answer in asked.values()} == {200}
    assert {"/static/demo/chat.js", "/static/demo/chat.css", "/static/talk/elements/index.js"} <= {
        *own
    }


def become_in_a_window(browser, username):
    token = browser.cookies["csrftoken"]
    return browser.post("/demo/token", data={"username": username}, headers={"X-CSRFToken": token})


def test_a_window_is_somebody_by_a_token_that_outlives_the_server(tmp_path):
    viewer = {"query": "{ viewer { name } }"}
    with demo(tmp_path) as server, httpx.Client(base_url=server.url) as browser:
        browser.get("/")
        mira, lena = (
            {"Authorization": f"Bearer {become_in_a_window(browser, name).json()['token']}"}
            for name in ("mira", "lena")
        )
        # One browser, two windows, and a session of somebody else.
        form = {"username": "jonas", "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
        browser.post("/demo/become", data=form)
        names = [
            browser.post("/graphql", json=viewer, headers=each).json()["data"]["viewer"]["name"]
            for each in (mira, lena)
        ]
        assert names == ["Mira Okafor", "Lena Brandt"]
        assert server.stop(signal.SIGTERM) == 0

    with new_demo(tmp_path) as server:
        answer = httpx.post(f"{server.url}/graphql", json=viewer, headers=mira)
        forged = {"Authorization": f"{mira['Authorization'][:-1]}?"}
        refused = httpx.post(f"{server.url}/graphql", json=viewer, headers=forged)
    assert answer_in(answer) == {"data": {"viewer": {"name": "Mira Okafor"}}}
    assert refused.status_code == 401


def test_pages_of_other_sites_get_no_token(tmp_path):
    with demo(tmp_path) as server, httpx.Client(base_url=server.url) as browser:
        browser.get("/")
        token = browser.cookies["csrftoken"]
        form = {"username": "mira"}
        for headers in (
            {},
            {"X-CSRFToken": token, "Origin": "https://elsewhere.example"},
            {"X-CSRFToken": token, "Origin": "http://localhost:3000"},
            {"X-CSRFToken": token, "Origin": "null"},
        ):
            refused = browser.post("/demo/token", data=form, headers=headers)
            assert refused.status_code == 403, headers
            assert "demo_" not in refused.text
            assert "Access-Control-Allow-Origin" not in refused.headers
        assert become_in_a_window(browser, "nobody").status_code == 404
        assert browser.get("/demo/token?username=mira").status_code == 405
        allowed = become_in_a_window(browser, "mira")
    assert allowed.json()["token"].startswith("demo_")
    assert "no-store" in allowed.headers["Cache-Control"]


def test_somebody_answers_who_is_alone(tmp_path):
    with new_demo(tmp_path, bot=True) as server:
        token = token_for("mira", tmp_path)
        (edge,) = server.ask(token, CHOIR)["inbox"]["edges"]
        choir = edge["node"]["conversation"]
        said, heard = hear(server, token, choir, "Who has the key?", seconds=10)
        assert server.stop(signal.SIGTERM) == 0
        assert "Traceback" not in server.printed

    kinds = [event["kind"] for event in heard["changes"]]
    assert kinds.count("MESSAGE_SENT") == 2, "the question and one answer"
    assert "MESSAGE_REACTED" in kinds
    answer = heard["changes"][-1]["message"]
    assert answer["replyTo"] == {"number": said}
    typists = [typing["users"] for typing in heard["typing"] if typing["users"]]
    assert typists == [[answer["sender"]]]


def hear(server, token, choir, body, seconds):
    """Say `body` in a window, and what is heard there afterwards, up to an answer."""
    heard = {"changes": [], "typing": []}
    variables = {"id": choir["id"], "after": choir["revision"]}
    address = f"{server.url.replace('http', 'ws')}/graphql"
    protocols = ["graphql-transport-ws"]
    with websockets.sync.client.connect(address, subprotocols=protocols) as window:
        for message in (
            {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}},
            {"type": "subscribe", "id": "1", "payload": {"query": HEAR, "variables": variables}},
            {"type": "subscribe", "id": "2", "payload": {"query": TYPING, "variables": variables}},
        ):
            window.send(json.dumps(message))
        send = SEND % (choir["id"], body)
        said = server.ask(token, send)["sendMessage"]["sent"]["number"]
        until = time.monotonic() + seconds
        while sum(each["kind"] == "MESSAGE_SENT" for each in heard["changes"]) < 2:
            data = json.loads(window.recv(until - time.monotonic())).get("payload", {}).get("data")
            if data and "typing" in data:
                heard["typing"].append(data["typing"])
            elif data:
                heard["changes"].append(data["conversationChanges"])
    return said, heard


@pytest.mark.parametrize("given", [{}, {"DEMO": "1"}], ids=["plain", "insisting"])
def test_it_refuses_where_everybody_could_come_in(tmp_path, given):
    database = tmp_path / "production.sqlite3"
    environment = {**PRODUCTION, **given, "DATABASE_URL": f"sqlite:///{database}"}

    refused = run("manage.py", "demo", **environment)

    assert refused.returncode == 1
    assert refused.stderr == (
        "CommandError: The demo lets anybody in: it only runs with DEBUG=1 and DEMO=1.\n"
    )
    assert not database.exists()


def test_a_port_that_is_taken_is_said(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        refused = run(
            *("manage.py", "demo", "--port", port), DATABASE_URL=f"sqlite:///{tmp_path / 'demo.db'}"
        )

    assert refused.returncode == 1
    assert refused.stderr == (
        f"CommandError: Port {port} can't be used (Address already in use). "
        f"Try --port {port + 1}.\n"
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_it_ends_when_told_to_also_while_somebody_listens(tmp_path, how):
    with demo(tmp_path) as server:
        address = f"{server.url.replace('http', 'ws')}/graphql"
        token = token_for("mira", tmp_path)
        protocols = ["graphql-transport-ws"]
        with websockets.sync.client.connect(address, subprotocols=protocols) as listener:
            listener.send(
                f'{{"type": "connection_init", "payload": {{"authorization": "Bearer {token}"}}}}'
            )
            assert "connection_ack" in listener.recv()
            subscription = "subscription { inboxChanges { cursor } }"
            listener.send(
                f'{{"type": "subscribe", "id": "1", "payload": {{"query": "{subscription}"}}}}'
            )

            assert server.stop(how) == 0
        assert "Traceback" not in server.printed
        assert "ERROR" not in server.printed


def title_of(edge):
    return edge["node"]["conversation"]["title"]


def total(edges):
    return sum(edge["node"]["conversation"]["lastNumber"] for edge in edges)
