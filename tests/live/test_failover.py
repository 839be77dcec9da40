"""A server whose database became read-only says so, and recovers without a new start."""

import json
import time
from contextlib import contextmanager

import httpx
import pytest
from django.db import connection

from talk import availability
from talk.models import AccessToken

from ..api.asking import document, gid
from ..plain import NO_CERTIFICATES

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@contextmanager
def new_connections_are_read_only():
    """As after a failover, when the old name still leads to a server that is only read."""
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {database} RESET default_transaction_read_only")
        # Those of the tests' own pool were terminated, too.
        if pool := getattr(connection, "pool", None):
            pool.drain()


@pytest.fixture
def ask(start_server, alice):
    """What a person with a token is answered over HTTP, and what `/readyz` says."""
    server = start_server(DATABASE_POOL_SIZE="16", THREADS="4")
    _token, secret = AccessToken.objects.issue(alice, "a test")

    def ask(query=None, **variables):
        with httpx.Client(verify=NO_CERTIFICATES, timeout=20) as client:
            if query is None:
                answer = client.get(server.http_url.replace("/graphql", "/readyz"))
                return answer.status_code, answer.json()
            body = json.dumps({"query": query, "variables": variables})
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
            return client.post(server.http_url, content=body, headers=headers).json()

    return ask


def until(condition):
    """Ask until it holds, for some seconds: connections are dropped once a second."""
    for _attempt in range(30):
        if condition():
            return True
        time.sleep(0.2)
    return False


def test_a_server_recovers_from_a_database_that_was_read_only(ask, group):
    say = {"conversationId": gid(group), "body": "Hi"}
    # The pool has several connections.
    for _time in range(8):
        assert "errors" not in ask(document("sendMessage"), input=say)

    with new_connections_are_read_only():
        assert until(lambda: ask() == (503, {"status": "down", "database": "read-only"}))
        answer = ask(document("sendMessage"), input=say)
        assert answer["errors"][0]["extensions"] == {
            "code": "UNAVAILABLE",
            "retryable": True,
            "retryAfter": 1,
        }
        # That a token was used would be noted now.
        AccessToken.objects.update(last_used_at=None)
        assert "errors" not in ask("{ inbox { totalCount } }"), "it can be read"

    assert until(lambda: ask() == (200, {"status": "ok"}))
    time.sleep(availability.DROP_SECONDS)
    ask(document("sendMessage"), input=say)
    answers = [ask(document("sendMessage"), input=say) for _time in range(8)]
    assert not any("errors" in answer for answer in answers)
