"""Subscriptions outlast a short outage of the database, and report a longer one."""

import pytest
from django.db import OperationalError

from schema.errors import TooSlow, Unavailable
from schema.live import retries

from .sockets import live


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(retries, "RETRY_SECONDS", (0, 0, 0))


def raising(*errors):
    """A function that raises these errors, one with each call, and then returns "the answer"."""
    left = list(errors)

    async def ask():
        if left:
            raise left.pop(0)
        return "the answer"

    return ask, left


@live
async def test_an_outage_of_a_few_attempts_is_not_noticed():
    ask, _left = raising(OperationalError(), Unavailable(""), OperationalError())

    assert await retries.with_retries(ask) == "the answer"


@live
async def test_a_longer_outage_is_reported():
    ask, _left = raising(*[Unavailable("away")] * 4)

    with pytest.raises(Unavailable, match="away"):
        await retries.with_retries(ask)


@pytest.mark.parametrize("error", [TooSlow("too slow"), ZeroDivisionError("a bug")])
@live
async def test_an_error_that_would_come_again_is_reported_at_once(error):
    ask, left = raising(error, error)

    with pytest.raises(type(error)):
        await retries.with_retries(ask)

    assert left == [error], "it was tried once"
