"""Adds indexes to large tables while people go on writing, on PostgreSQL.

PostgreSQL allows it outside of transactions only: such an operation stands alone in its migration,
which has `atomic = False`. What a try that was stopped left behind is removed first.
"""

from typing import Any

from django.db import migrations


class AddIndex(migrations.AddIndex):
    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if not _is_postgresql(editor):
            super().database_forwards(app_label, editor, old, new)
            return
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            _drop(editor, self.index.name)
            editor.add_index(model, self.index, concurrently=True)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if not _is_postgresql(editor):
            super().database_backwards(app_label, editor, old, new)
            return
        _drop(editor, self.index.name)


class AddUniqueConstraint(migrations.AddConstraint):
    """For a constraint with a condition, which is an index."""

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if not _is_postgresql(editor):
            super().database_forwards(app_label, editor, old, new)
            return
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            _drop(editor, self.constraint.name)
            made = str(self.constraint.create_sql(model, editor))
            editor.execute(made.replace(" INDEX ", " INDEX CONCURRENTLY ", 1), params=None)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if not _is_postgresql(editor):
            super().database_backwards(app_label, editor, old, new)
            return
        _drop(editor, self.constraint.name)


def _is_postgresql(editor: Any) -> bool:
    return bool(editor.connection.vendor == "postgresql")


def _drop(editor: Any, name: str) -> None:
    editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(name)}")
