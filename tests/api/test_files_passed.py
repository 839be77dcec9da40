"""A request passes through few files, so that one person can read all that it does."""

import sys
from pathlib import Path

import pytest
from django.test import Client

from talk.models import AccessToken

from ..bench import operations
from .asking import gid, group

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]


def test_sending_a_message_passes_few_files(alice, bob):
    lunch = group(alice, bob)
    _token, secret = AccessToken.objects.issue(alice, "phone")
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def send():
        variables = {"input": {"conversationId": gid(lunch), "body": "Soup?"}}
        body = {"query": operations.SEND, "variables": variables}
        answer = client.post("/graphql", body, content_type="application/json").json()
        assert answer["data"]["sendMessage"]["sent"]["number"]

    # The second time, the document, its plans and the prepared queries are in caches.
    send()
    api, rules = files_passed("schema", send), files_passed("talk", send)

    assert len(api) <= 30, api
    # Two of them are those of drafts and quotes. One counts for the metrics, one names log lines,
    # and one makes spans.
    assert len(rules) <= 27, rules


def files_passed(package, call):
    """The files of a package of which `call` executes a function."""
    folder = f"{ROOT / package}/"
    passed = set()

    def trace(frame, _event, _argument):
        file = frame.f_code.co_filename
        if file.startswith(folder):
            passed.add(file.removeprefix(folder))

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return sorted(passed)
