"""Adds indexes to large tables while people go on writing, on PostgreSQL.

PostgreSQL allows it outside of transactions only: such an operation stands alone in its migration,
which has `atomic = False`. What a try that was stopped left behind is removed first.
"""

from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Concurrently(Operation):
    """Has Django's operation, which comes after it in the bases, do otherwise on PostgreSQL."""

    #: Where the operation keeps its index, or its constraint.
    kept_as: str

    def create(self, editor: Any, model: Any) -> None:
        raise NotImplementedError

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, editor, old, new)
            return
        model = new.apps.get_model(app_label, self.model_name)  # type: ignore[attr-defined]
        if self.allow_migrate_model(editor.connection.alias, model):
            self._drop(editor)
            self.create(editor, model)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, editor, old, new)
            return
        self._drop(editor)

    def _drop(self, editor: Any) -> None:
        name = editor.quote_name(getattr(self, self.kept_as).name)
        editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


class AddIndex(Concurrently, migrations.AddIndex):
    kept_as = "index"

    def create(self, editor: Any, model: Any) -> None:
        editor.add_index(model, self.index, concurrently=True)


class AddUniqueConstraint(Concurrently, migrations.AddConstraint):
    """For a constraint with a condition, which is an index."""

    kept_as = "constraint"

    def create(self, editor: Any, model: Any) -> None:
        made = str(self.constraint.create_sql(model, editor))
        editor.execute(made.replace(" INDEX ", " INDEX CONCURRENTLY ", 1), params=None)
