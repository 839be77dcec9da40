"""Makes what a queryset consists of from the rows that a database answered."""

from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

from .django_internals import Compiled
from .instances import is_plain, maker

Row = TypeVar("Row")


class Reader(Generic[Row]):
    """Reads the answers to one compiled queryset, again and again."""

    def __init__(self, queryset: QuerySet[Any, Row], compiler: Any) -> None:
        self._compiled = Compiled(queryset, compiler)
        selected = self._compiled.model
        self._make = None
        if selected is not None and is_plain(selected):
            self._make = maker(selected, self._compiled.annotations, queryset.db)

    def read(self, rows: list[Any]) -> list[Row]:
        """The instances or values of `rows`."""
        if not rows:
            return []
        if self._make is None:
            return self._compiled.rows_by_django(rows)
        if self._compiled.converted:
            rows = self._compiled.convert(rows)
        return self._make(rows)
