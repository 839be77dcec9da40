"""Processes of the last release work on while those of this version take over, one by one."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest

from ..plain import NO_CERTIFICATES
from ..project.markdown import ROOT
from ..project.processes import Running, running, succeed
from ..project.test_versions import releases
from .releases import LAST_MIGRATION, LAST_RELEASE, unpack

SERVER = ("-m", "daphne", "-p", "{port}", "backend.asgi:application")
PEOPLE = """
from django.contrib.auth import get_user_model
from strawberry import relay
from talk.models import AccessToken
for name in ("alice", "bob"):
    user = get_user_model().objects.create_user(name)
    print(relay.to_base64("User", user.pk), AccessToken.objects.issue(user, "test")[1])
"""
SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
    ... on SendMessagePayload { sent { id } conversation { id revision } } } }"""
EDIT = """mutation ($message: ID!) { editMessage(input: {message: $message, body: "Edited"}) {
    ... on EditMessagePayload { edited { body } } } }"""
READ = """mutation ($id: ID!) { markRead(input: {conversationId: $id}) {
    ... on MarkReadPayload { participation { unreadCount } } } }"""
INBOX = "{ inbox { edges { node { unreadCount conversation { latestMessage { body } } } } } }"
CHANGES = """subscription ($id: ID!, $after: Int) { conversationChanges(id: $id, after: $after) {
    revision kind message { body } } }"""


def test_which_release_is_the_last_is_known():
    _this, (number, _date), *_others = releases()

    assert ".".join(map(str, number)) == LAST_RELEASE, "Change both constants in releases.py."


def test_operators_are_told_how_to_go_back_to_it():
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    found = re.findall(r"for (\d\S+)\s`python manage.py migrate talk (\d+)`", page)

    assert found == [(LAST_RELEASE, LAST_MIGRATION[:4])]


@pytest.fixture(scope="module")
def last_release(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The folder with its code."""
    (this, _date), *_others = releases()
    folder = tmp_path_factory.mktemp("release")
    unpack(LAST_RELEASE, ".".join(map(str, this)), folder)
    return folder


def test_its_last_migration_is_known(last_release):
    names = [path.stem for path in (last_release / "talk" / "migrations").glob("[0-9]*.py")]

    assert max(names) == LAST_MIGRATION


@contextmanager
def changes(server: Running, token: str, conversation: dict[str, Any]) -> Iterator[Any]:
    """The changes of a conversation from the one before its last on, as they come."""
    variables = {"id": conversation["id"], "after": conversation["revision"] - 1}
    with httpx.stream(
        "POST",
        f"{server.url}/graphql",
        headers={"Authorization": f"Bearer {token}", "Accept": "text/event-stream"},
        json={"query": CHANGES, "variables": variables},
        verify=NO_CERTIFICATES,
    ) as answer:
        lines = answer.iter_lines()
        with closing(lines):
            yield (
                json.loads(line.removeprefix("data: "))["data"]["conversationChanges"]
                for line in lines
                if line.startswith("data: {")
            )


@pytest.mark.django_db
def test_processes_of_both_versions_serve_the_same_people(upgraded, last_release, tmp_path):
    """On the tables of this version, as long as an upgrade takes."""
    given = {"DEBUG": 1, "DATABASE_URL": upgraded.url, "RECONCILE_SECONDS": 0.2, "RATE_LIMITS": 0}
    (_alice, alice), (bob_id, bob) = (
        line.split()
        for line in succeed(
            "manage.py", "shell", "--verbosity", "0", "-c", PEOPLE, **given
        ).splitlines()
    )
    of_release = {"cwd": last_release, "PYTHONPATH": last_release}
    with (
        running(tmp_path, *SERVER, **given, **of_release) as old,
        running(tmp_path, *SERVER, **given) as new,
    ):
        said = old.ask(alice, SEND, input={"body": "By the old one", "to": [bob_id]})
        conversation, message = (said["sendMessage"][name] for name in ("conversation", "sent"))
        for sending, hearing in ((old, new), (new, old), (old, old)):
            (row,) = hearing.ask(bob, INBOX)["inbox"]["edges"]
            assert row["node"]["unreadCount"] == 1
            with changes(hearing, bob, conversation) as heard:
                assert next(heard)["revision"] == conversation["revision"]

                answer = sending.ask(
                    alice, SEND, input={"body": "Live", "conversationId": conversation["id"]}
                )
                change = next(heard)

            conversation = answer["sendMessage"]["conversation"]
            assert change == {
                "revision": conversation["revision"],
                "kind": "MESSAGE_SENT",
                "message": {"body": "Live"},
            }
            (row,) = sending.ask(bob, INBOX)["inbox"]["edges"]
            assert row["node"]["unreadCount"] == 2
            assert row["node"]["conversation"]["latestMessage"] == {"body": "Live"}
            place = hearing.ask(bob, READ, id=conversation["id"])["markRead"]["participation"]
            assert place == {"unreadCount": 0}
            edited = sending.ask(alice, EDIT, message=message["id"])["editMessage"]
            assert edited["edited"] == {"body": "Edited"}
            said = hearing.ask(alice, SEND, input={"body": "Next", "to": [bob_id]})
            conversation = said["sendMessage"]["conversation"]
