"""What takes the database too long is cancelled, and nothing else is."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import strawberry
from django.conf import settings as configured
from django.db import connection
from django.http import HttpRequest

from schema import deadlines
from schema.authentication import Identity
from schema.authentication.context import Context
from schema.documents.request import Request
from schema.execution import Schema

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def sleep(seconds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@strawberry.type
class Query:
    @strawberry.field
    def slow(self, seconds: float) -> bool | None:
        sleep(seconds)
        return True


schema = Schema(Query)


@pytest.fixture
def ask(alice, settings):
    def ask(document, timeout):
        settings.TALK = {**configured.TALK, "OPERATION_TIMEOUT": timeout}
        context = Context(HttpRequest(), Identity(alice))
        return schema.answer(schema.operation(Request(document), context))

    return ask


def test_what_takes_too_long_is_cancelled_and_the_error_says_so(ask):
    begun = time.monotonic()

    answer = ask("{ slow(seconds: 30) }", timeout=0.5)

    assert time.monotonic() - begun < 10
    (error,) = answer.errors
    assert error.extensions == {"code": "UNAVAILABLE", "retryable": True, "retryAfter": 5}
    assert error.message.startswith("The database took too long")


def test_what_is_asked_after_the_deadline_is_cancelled_too(ask):
    begun = time.monotonic()

    answer = ask("{ " + " ".join(f"f{n}: slow(seconds: 30)" for n in range(4)) + " }", timeout=0.5)

    assert time.monotonic() - begun < 20
    assert len(answer.errors) == 4


def test_the_deadline_is_the_operations_own(ask):
    assert ask("{ slow(seconds: 0.1) }", timeout=0.5).errors is None
    # This thread goes on with the same connection.
    sleep(1.5)

    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_without_a_deadline_it_takes_as_long_as_it_takes(ask):
    assert ask("{ slow(seconds: 1) }", timeout=None).data == {"slow": True}


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_that_was_forked_cancels_nothing_of_its_parents():
    with ThreadPoolExecutor(1) as threads, deadlines.deadline():
        entered, leave = threading.Event(), threading.Event()

        def run():
            with deadlines.deadline():
                entered.set()
                leave.wait()

        other = threads.submit(run)
        entered.wait()
        child = os.fork()
        if child == 0:
            with deadlines.deadline():
                os._exit(len(deadlines._watchdog._running))
        leave.set()
        other.result()

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
