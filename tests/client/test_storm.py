"""The client's stores stay right, and its outbox sends each message once, whatever breaks.

Two people talk through the client at two servers. Which verbs they do is decided by a seed, which
is printed with what happened. `STORM_SEED` repeats one.
"""

import json
import os
import random
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack

import pytest
from django.db import connection

from talk.models import AccessToken, Conversation, Message

from ..live.client import id_of
from ..live.conftest import database_url, launch
from ..live.valkey import Valkey
from . import node

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

#: What the servers' connections are called at the database.
NAME = "clients-in-a-storm"


class Machines:
    """Two servers and a channel layer, and what can happen to them."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        # What servers say of faults is much, and expected.
        self.log = tempfile.TemporaryFile()  # noqa: SIM115
        stack.callback(self.log.close)
        self.valkey = Valkey()
        stack.callback(self.valkey.stop)
        self.servers = [self._start(), self._start()]

    def _start(self):
        url = database_url()
        url += f"{'&' if '?' in url else '?'}application_name={NAME}"
        given = {"REDIS_URL": self.valkey.url, "DATABASE_URL": url, "RECONCILE_SECONDS": "1"}
        server = launch(log=self.log, **given)
        self.stack.callback(server.stop)
        return server

    def kill(self, index):
        self.servers[index].process.kill()
        self.servers[index] = self._start()
        return {"port": self.servers[index].port}

    def layer(self, how, seconds):
        if how == "killed":
            self.valkey.kill()
            time.sleep(seconds)
            self.valkey.start(self.valkey.port)
        else:
            self.valkey.signal(signal.SIGSTOP)
            time.sleep(seconds)
            self.valkey.signal(signal.SIGCONT)

    def drop(self):
        """End the servers' connections. A busy machine may take a while to have some again."""
        until, dropped = time.monotonic() + 20, 0
        while not dropped and time.monotonic() < until:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = %s",
                    [NAME],
                )
                dropped = cursor.rowcount
        return {"dropped": dropped}

    def messages(self):
        """What was written, in the order of each conversation."""
        texts = Message.objects.filter(kind=Message.Kind.TEXT).order_by("conversation", "number")
        return [
            {
                "conversationId": id_of(each.conversation),
                "sender": each.sender.username,
                "clientId": str(each.client_id),
                "body": each.body,
                "removed": bool(each.removed_as),
            }
            for each in texts.select_related("conversation", "sender")
        ]


def test_two_clients_in_a_storm(alice, bob, carol, dave, capsys):
    groups = [
        Conversation.objects.start_group(alice, [bob, carol], title) for title in ("Storm", "Calm")
    ]
    conversations = [*groups, Conversation.objects.between(alice, bob)]
    told = {
        "seed": int(os.environ.get("STORM_SEED", random.randrange(2**31))),
        "people": [
            {"name": each.username, "token": AccessToken.objects.issue(each, "test")[1]}
            for each in (alice, bob)
        ],
        "others": [id_of(each) for each in (bob, bob, carol, dave)],
        "groups": [id_of(each) for each in groups],
        "conversations": [id_of(each) for each in conversations],
    }
    command = node.command("storm/main.mjs")
    with ExitStack() as stack:
        machines = Machines(stack)
        told["ports"] = [each.port for each in machines.servers]
        client = stack.enter_context(
            subprocess.Popen(
                command,
                cwd=node.HERE,
                env=os.environ | {"STORM": json.dumps(told)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(client.kill)
        report = serve(client, machines)
    with capsys.disabled():
        print("\n  " + "\n  ".join(report))  # noqa: T201
    assert client.returncode == 0, report


def serve(client, machines):
    """Do what the client orders until it ends, and answer what it told."""
    report = []
    for line in client.stdout:
        if not line.startswith("{"):
            report.append(line.rstrip())
            continue
        order = json.loads(line)
        answer = getattr(machines, order.pop("action"))(**order)
        client.stdin.write(json.dumps(answer) + "\n")
        client.stdin.flush()
    client.wait(10)
    return report
