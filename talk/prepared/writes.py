"""Writes that can be prepared: updates, insertions and deletions."""

from typing import Any

from django.db import router
from django.db.models import Model, QuerySet

from .django_internals import columns_to_insert, delete_query, insert_query, update_query


class Update:
    """The update of all rows of a queryset, which answers nothing."""

    def __init__(self, rows: QuerySet[Any], values: dict[str, Any]) -> None:
        self._rows, self._values = rows, values
        self.model = rows.model

    @property
    def query(self) -> Any:
        return update_query(self._rows, self._values)

    def write(self) -> list[Any]:
        self._rows.update(**self._values)
        return []


class Insertion:
    """The insertion of a row, which answers its key."""

    def __init__(self, row: Model) -> None:
        self._row = row
        self.model = type(row)

    @property
    def query(self) -> Any:
        return insert_query(self._row)

    def write(self) -> list[Any]:
        self.model._base_manager.bulk_create([self._row])
        return [(self._row.pk,)]


class Deletion:
    """The deletion of all rows of a queryset, which answers nothing."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._rows = rows
        self.model = rows.model

    @property
    def query(self) -> Any:
        return delete_query(self._rows)

    def write(self) -> list[Any]:
        self._rows.delete()
        return []


Write = Update | Insertion | Deletion


def changing(rows: QuerySet[Any], **values: Any) -> Any:
    """The update of all `rows`, which answers nothing."""
    return Update(rows, values)


def inserting(row: Model) -> Any:
    """The insertion of `row`, which answers its key."""
    return Insertion(row)


def deleting(rows: QuerySet[Any]) -> Any:
    """The deletion of all `rows`, to which no other rows refer. It answers nothing."""
    return Deletion(rows)


def columns_of(row: Model) -> dict[str, Any]:
    """The values of the columns of a row to insert, by which they are given to a question."""
    return {field.attname: field.pre_save(row, True) for field in columns_to_insert(type(row))}


def database_of(write: Write) -> str:
    """The alias of the database that is written to."""
    return router.db_for_write(write.model)
