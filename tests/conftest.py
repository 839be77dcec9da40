import logging
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from talk.conf import conf

from .plain import answer_in


def pytest_configure() -> None:
    # Like Ctrl-C: what tests started, a server or a database, is ended with them.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_report_header() -> str:
    from django.conf import settings

    return f"database: {connection.vendor}, layer: {settings.CHANNEL_LAYERS['default']['BACKEND']}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="real concurrency needs PostgreSQL"))
        for option in ("PLANS", "PREPARED_QUERIES"):
            if item.get_closest_marker(option.lower()) and not getattr(conf, option):
                item.add_marker(pytest.mark.skip(reason=f'TALK["{option}"] is off'))


@pytest.fixture(autouse=True)
def unprepared() -> Iterator[Callable[[], list[str]]]:
    """`unprepared()`: the questions that could not be prepared. A test that has some asks."""
    found: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(str(record.args[0]) if record.args else "")

    def told() -> list[str]:
        before = found[:]
        found.clear()
        return before

    handler, logger = Handler(), logging.getLogger("talk.prepared")
    logger.addHandler(handler)
    yield told
    logger.removeHandler(handler)
    assert found == [], "Every question of Talk's can be prepared."


def person(name: str) -> Any:
    return get_user_model().objects.create_user(
        name, f"{name}@example.com", "password", first_name=name.title()
    )


@pytest.fixture
def alice(db: None) -> Any:
    return person("alice")


@pytest.fixture
def bob(db: None) -> Any:
    return person("bob")


@pytest.fixture
def carol(db: None) -> Any:
    return person("carol")


@pytest.fixture
def dave(db: None) -> Any:
    return person("dave")


@pytest.fixture
def erin(db: None) -> Any:
    return person("erin")


@pytest.fixture
def gql() -> Callable[[Any], Callable[..., dict[str, Any]]]:
    """`gql(alice)(document, **variables)` is what a client of Alice's gets; None is nobody."""

    def of(user: Any) -> Callable[..., dict[str, Any]]:
        client = Client()
        if user is not None:
            client.force_login(user)

        def ask(query: str, **variables: Any) -> dict[str, Any]:
            body = {"query": query, "variables": variables}
            return answer_in(client.post("/graphql", body, content_type="application/json"))

        return ask

    return of
