"""Asking whether the channel layer is there, again and again, leaves nothing in it."""

import os

import httpx
import pytest
import redis


@pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="needs Redis or Valkey")
def test_asking_subscribes_to_nothing(start_server):
    address = f"http://127.0.0.1:{start_server().port}/readyz"
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as layer:
        before = set(layer.pubsub_channels())

        # A busy machine may need more than the one second that it has.
        answers = [httpx.get(address, timeout=30).json() for _ in range(5)]

        assert {"status": "ok"} in answers
        assert set(layer.pubsub_channels()) <= before
