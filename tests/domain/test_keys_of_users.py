"""Talk works with user models whose keys have other types, on PostgreSQL."""

import os
from urllib.parse import urlsplit

import pytest

from ..guest.test_stay import visit

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database():
    """The URL of a database of the host's own."""
    import psycopg

    url, name = urlsplit(os.environ["DATABASE_URL"]), f"talk_host_{os.getpid()}"
    # The database that the URL names need not be there: the tests make one of their own.
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield url._replace(path=f"/{name}").geturl()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("key", ["prefixed", "text", "text-uuid"])
def test_people_converse_whatever_their_keys_are(database, key):
    said = visit("converse", "with_layer", HOST_DATABASE_URL=database, HOST_KEY=key)

    assert said == "They conversed.\n"
