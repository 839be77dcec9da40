"""What one person asks for takes little of a server's memory, however often they ask at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil
import pytest

from talk.models import AccessToken, Conversation, Message

from ..api.asking import say_many
from ..conftest import person
from ..plain import NO_CERTIFICATES

pytestmark = [pytest.mark.thorough, pytest.mark.django_db(transaction=True)]

ALIASES = " ".join(f"a{number}: body" for number in range(10))
#: Long texts, as often as a document may say them, and more of them than an answer may have.
ASKED = {
    "again": "{ inbox(first: 1) { edges { node { conversation { "
    f"messages(last: 100) {{ edges {{ node {{ {ALIASES} }} }} }} }} }} }} }} }}",
    "different": "{ inbox { edges { node { conversation { "
    "messages(last: 40) { edges { node { body } } } } } } } }",
}
AT_ONCE = 16


@pytest.fixture
def long_texts(alice):
    for number in range(12):
        conversation = Conversation.objects.between(alice, person(f"friend{number}"))
        say_many(alice, conversation, 100)
    Message.objects.update(body="😀" * 10_000)


@pytest.mark.parametrize("asked", ASKED)
def test_sixteen_long_answers_at_once(start_server, alice, long_texts, asked):
    server = start_server(THREADS=str(AT_ONCE))
    _token, secret = AccessToken.objects.issue(alice, "a test")
    headers = {"Authorization": f"Bearer {secret}"}

    def ask(query):
        with httpx.Client(verify=NO_CERTIFICATES, timeout=100, headers=headers) as client:
            return client.post(server.http_url, json={"query": query}).json()

    def ask_at_once(query):
        with ThreadPoolExecutor(AT_ONCE) as threads:
            return list(threads.map(ask, [query] * AT_ONCE))

    assert not any("errors" in answer for answer in ask_at_once("{ viewer { id } }"))
    with watched(psutil.Process(server.process.pid)) as sizes:
        answers = ask_at_once(ASKED[asked])

    codes = {error["extensions"]["code"] for answer in answers for error in answer["errors"]}
    assert codes == {"LIMIT_EXCEEDED"}
    assert max(sizes) - sizes[0] < 300_000_000


@contextmanager
def watched(process):
    """The sizes of a process in memory, as long as it is watched."""
    sizes, over = [process.memory_info().rss], threading.Event()

    def watch():
        while not over.wait(0.01):
            sizes.append(process.memory_info().rss)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield sizes
    finally:
        over.set()
        thread.join()
