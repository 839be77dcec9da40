"""A PostgreSQL database that `migrate` filled, and what was found while it ran."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from .releases import LAST_MIGRATION
from .watch import Watch

ALIAS = "upgraded"


@dataclass
class Upgraded:
    connection: Any
    #: By migration, why others would have had to wait for it.
    found: dict[str, list[str]]

    def watched(self, operation: Operation) -> list[str]:
        """Why others would have to wait for an operation, which is undone."""
        before = MigrationLoader(None).project_state()
        after = before.clone()
        operation.state_forwards("talk", after)
        watch = Watch(set(self.connection.introspection.table_names()))
        with transaction.atomic(ALIAS), self.connection.execute_wrapper(watch):
            with self.connection.schema_editor() as editor:
                operation.database_forwards("talk", editor, before, after)
            transaction.set_rollback(True, ALIAS)
        return watch.found

    @property
    def url(self) -> str:
        ours = urlsplit(os.environ["DATABASE_URL"])
        return ours._replace(path=f"/{self.connection.settings_dict['NAME']}").geturl()


@pytest.fixture(scope="session")
def upgraded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Upgraded]:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole database for each change")
    with django_db_blocker.unblock(), fresh_database() as fresh:
        yield Upgraded(fresh, migrate(fresh))


@contextmanager
def fresh_database() -> Iterator[Any]:
    """A connection to an empty database beside that of the tests."""
    described = deepcopy(connection.settings_dict)
    described["NAME"] += f"_{ALIAS}"
    described["OPTIONS"].pop("pool", None)
    name = connection.ops.quote_name(described["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name}")
    # Not in `connections.databases`: tests may use no database there that they don't name.
    connections[ALIAS] = fresh = type(connections["default"])(described, ALIAS)
    try:
        yield fresh
    finally:
        fresh.close()
        del connections[ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(fresh: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    watch = Watch()
    is_new = False

    def tell(action: str, migration: Any = None, fake: bool = False) -> None:
        nonlocal is_new
        if action == "apply_start":
            watch.found = found[migration.name] if migration.app_label == "talk" else []
            # A table that the last release did not have is empty when it is made.
            if not is_new:
                watch.tables = set(fresh.introspection.table_names())
            is_new = is_new or ("talk", LAST_MIGRATION) in migration.dependencies

    executor = MigrationExecutor(fresh, tell)
    with fresh.execute_wrapper(watch):
        executor.migrate(executor.loader.graph.leaf_nodes())
    return found
