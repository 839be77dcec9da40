"""What is kept of clients' documents has one bound, whatever they make up."""

import gc
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from schema import schema
from schema.documents import document as documents
from schema.documents.cache import MAX_SIZE, LRUCache, cache
from schema.execution import executor
from schema.execution.executor import PlannedExecutor

from ..bench import operations
from ..live.sockets import live, signed_in, talk
from ..project.markdown import ROOT
from .asking import gid, ok, private

pytestmark = pytest.mark.django_db

NAMES = [f"v{number}" for number in range(8)]
#: One page for each variable, so that each of their values makes another plan.
PAGES = " ".join(
    f"{name}: conversation(id: $id) @include(if: ${name}) {{ ...F }}" for name in NAMES
)
VARIED = f"""query ($id: ID!, {", ".join(f"${name}: Boolean!" for name in NAMES)}) {{ {PAGES} }}
fragment F on Conversation {{ id title kind messages(last: 1) {{ edges {{ cursor node {{
    id number kind body sentAt hidden removal sender {{ id name username }} }} }} }} }}"""


def values(number):
    return {name: bool(number >> place & 1) for place, name in enumerate(NAMES)}


@pytest.fixture
def ask(gql, alice, bob, monkeypatch):
    monkeypatch.setattr(schema, "execution_context_class", PlannedExecutor)
    place = gid(private(alice, bob, "Hello"))
    return lambda document, **variables: ok(gql(alice)(document, id=place, **variables))


@pytest.fixture
def read(monkeypatch):
    """The documents that were read, and not found among those that are kept."""
    read = []
    parse = documents.parse

    def noting(text, **options):
        read.append(text)
        return parse(text, **options)

    monkeypatch.setattr(documents, "parse", noting)
    return read


def test_what_is_used_least_goes_first():
    small = LRUCache(100)
    for name in "abc":
        small.set(name, name.upper(), 30)
    assert small.get("a") == "A"

    small.set("d", "D", 60)

    assert {name: small.get(name) for name in "abcd"} == {"a": "A", "b": None, "c": None, "d": "D"}
    assert small.size == 90


def test_what_is_kept_again_takes_its_own_place():
    small = LRUCache(100)
    for size in (80, 20, 90):
        small.set("a", size, size)

    assert (small.get("a"), small.size) == (90, 90)


def test_what_is_larger_than_all_is_not_kept():
    small = LRUCache(100)

    small.set("a", "A", 101)

    assert (small.get("a"), small.size) == (None, 0)


def test_threads_share_it():
    small = LRUCache(1_000)

    def use(number):
        for turn in range(300):
            key = (number * turn) % 37
            small.set(key, key, 50)
            assert small.get((key * 7) % 37) in (None, (key * 7) % 37)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(use, range(8)))

    assert small.size == sum(size for _value, size in small._entries.values()) <= 1_000


def test_variables_that_vary_what_is_selected_fill_no_memory(ask, monkeypatch):
    """Eight of them make 256 plans, each with what one document has of fields."""
    monkeypatch.setattr(executor, "MAX_PLANS_SIZE", 500_000)
    for number in range(1, 20):
        ask(VARIED, **values(number))
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]

    for number in range(20, 70):
        ask(VARIED, **values(number))
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()

    # There were plans before, which made room for these.
    assert cache.size < 800_000
    assert grown < 1_000_000


def test_documents_that_a_client_makes_up_fill_no_memory(ask, monkeypatch):
    monkeypatch.setattr(cache, "_max_size", 500_000)

    for number in range(40):
        ask(f"{operations.THREAD} # {number}")
        assert cache.size <= 500_000


def test_an_application_keeps_its_documents_beside_one_that_varies(ask, read, monkeypatch):
    monkeypatch.setattr(cache, "_max_size", 1_000_000)
    monkeypatch.setattr(executor, "MAX_PLANS_SIZE", 500_000)
    own = [operations.TINY, operations.INBOX, operations.THREAD, operations.PEOPLE]
    for document in own:
        ask(document, first=2)

    for number in range(1, 40):
        ask(VARIED, **values(number))
    for document in own:
        ask(document, first=2)

    assert sorted(read) == sorted([*own, VARIED])


def test_what_applications_ask_takes_little_of_it(ask, read):
    pages = (ROOT / "schema" / "transport" / "page").glob("*.graphql")
    queries = [page.read_text("utf-8") for page in pages if page.stem in {"inbox", "thread"}]
    queries += [operations.TINY, operations.INBOX, operations.THREAD, operations.PEOPLE]
    for query in queries:
        ask(query, first=20)
    assert sorted(read) == sorted(set(queries))

    assert cache.size / len(queries) < MAX_SIZE / 250


@pytest.fixture
def looked_up(monkeypatch):
    """The documents that were looked for in the cache."""
    looked_up = []
    find = documents.find

    def noting(schema, text):
        looked_up.append(text)
        return find(schema, text)

    monkeypatch.setattr(documents, "find", noting)
    return looked_up


def test_a_document_is_looked_up_once_for_each_request(ask, looked_up, read):
    for _time in range(3):
        ask(operations.TINY)

    assert looked_up == [operations.TINY] * 3
    assert read == [operations.TINY]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("comment", ["", "#" + "x" * documents.MAX_CACHED_LENGTH])
@live
async def test_the_document_of_a_subscription_is_parsed_once(alice, looked_up, read, comment):
    """Also one that is too long for the cache."""
    document = f"subscription {{ inboxChanges {{ cursor }} }} {comment}"

    async with signed_in(alice, app=talk) as alices:
        await alices.subscribe(document)
        assert await alices.receive_nothing()

    assert looked_up == [document]
    assert read == [document]
