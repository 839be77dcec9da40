"""Adds indexes, columns and checks to large tables while people go on writing, on PostgreSQL.

PostgreSQL keeps the locks of a transaction until its end, and adds such an index outside of
transactions only: these operations are in migrations with `atomic = False`. What a try that was
stopped left behind is removed or used.
"""

from copy import copy
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
            self._drop(editor, model)
            self.create(editor, model)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, editor, old, new)
            return
        self._drop(editor, old.apps.get_model(app_label, self.model_name))  # type: ignore[attr-defined]

    def _drop(self, editor: Any, model: Any) -> None:
        drop_index(editor, getattr(self, self.kept_as).name)


class AddIndex(Concurrently, migrations.AddIndex):
    kept_as = "index"

    def create(self, editor: Any, model: Any) -> None:
        editor.add_index(model, self.index, concurrently=True)


class RemoveIndex(migrations.RemoveIndex):
    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, editor, old, new)
            return
        model = old.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            drop_index(editor, self.name)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_backwards(app_label, editor, old, new)
            return
        model = new.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            drop_index(editor, self.name)
            index = new.models[app_label, self.model_name_lower].get_index_by_name(self.name)
            editor.add_index(model, index, concurrently=True)


class AddUniqueConstraint(Concurrently, migrations.AddConstraint):
    """For a constraint with a condition, which is an index."""

    kept_as = "constraint"

    def create(self, editor: Any, model: Any) -> None:
        made = str(self.constraint.create_sql(model, editor))
        editor.execute(made.replace(" INDEX ", " INDEX CONCURRENTLY ", 1), params=None)


class AddCheck(Concurrently, migrations.AddConstraint):
    """For a check of a table, which is made for new rows first, and then for all rows."""

    kept_as = "constraint"

    def create(self, editor: Any, model: Any) -> None:
        made = str(self.constraint.create_sql(model, editor))
        editor.execute(f"{made} NOT VALID", params=None)
        validate(editor, model, self.constraint.name)

    def _drop(self, editor: Any, model: Any) -> None:
        drop_constraint(editor, model, self.constraint.name)


class RemoveCheck(migrations.RemoveConstraint):
    """For a check of a table. Backwards, it is made as by `AddCheck`."""

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, editor, old, new)
            return
        model = old.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            drop_constraint(editor, model, self.name)

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        check = new.models[app_label, self.model_name_lower].get_constraint_by_name(self.name)
        AddCheck(self.model_name, check).database_forwards(app_label, editor, old, new)


class AddPositiveField(migrations.AddField):
    """For a column of numbers that can't be negative.

    PostgreSQL would read all rows for its check, while nobody else can use the table. Here the check
    is made for new rows first, and then for all rows.
    """

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, editor, old, new)
            return
        model = old.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            field: Any = new.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
            # The name that PostgreSQL itself gives to the check of a column.
            check = f"{model._meta.db_table}_{field.column}_check"
            drop_constraint(editor, model, check)
            if field.column not in columns_of(editor.connection, model):
                unchecked = copy(field)
                unchecked.db_check = lambda connection: None
                editor.add_field(model, unchecked)
            table, name = map(editor.quote_name, (model._meta.db_table, check))
            condition = field.db_check(editor.connection)
            editor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID")
            validate(editor, model, check)


def columns_of(connection: Any, model: Any) -> set[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {column.name for column in found}


def drop_index(editor: Any, name: str) -> None:
    editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {editor.quote_name(name)}")


def drop_constraint(editor: Any, model: Any, name: str) -> None:
    table, name = map(editor.quote_name, (model._meta.db_table, name))
    editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")


def validate(editor: Any, model: Any, check: str) -> None:
    """Make a check for all rows. Others can read and write the table meanwhile."""
    table, name = map(editor.quote_name, (model._meta.db_table, check))
    editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
