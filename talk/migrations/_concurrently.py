"""Adds indexes, columns and checks to large tables while people go on writing, on PostgreSQL.

PostgreSQL adds such an index outside of transactions only: these operations are in migrations with
`atomic = False`. What a try that was stopped left behind is removed first.
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


class AddCheck(Concurrently, migrations.AddConstraint):
    """For a check of a table, which is made for new rows first, and then for all rows."""

    kept_as = "constraint"

    def create(self, editor: Any, model: Any) -> None:
        made = str(self.constraint.create_sql(model, editor))
        editor.execute(f"{made} NOT VALID", params=None)
        validate(editor, model, self.constraint.name)

    def _drop(self, editor: Any, model: Any) -> None:
        table, name = map(editor.quote_name, (model._meta.db_table, self.constraint.name))
        editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")


class AddPositiveField(migrations.AddField):
    """Adds a column of numbers that can't be negative, without reading the table on PostgreSQL.

    PostgreSQL reads all rows for the check of such a column, while nobody else can use the table.
    Here the check is only made for rows that are written from then on, until `ValidateCheck` is
    executed in a later migration.
    """

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        if editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, editor, old, new)
            return
        model = old.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(editor.connection.alias, model):
            table = new.apps.get_model(app_label, self.model_name)
            field: Any = table._meta.get_field(self.name)
            unchecked = copy(field)
            unchecked.db_check = lambda connection: None
            editor.add_field(model, unchecked)
            editor.execute(
                f"ALTER TABLE {editor.quote_name(model._meta.db_table)}"
                f" ADD CONSTRAINT {editor.quote_name(check_of(model, field.column))}"
                f" CHECK ({field.db_check(editor.connection)}) NOT VALID"
            )


class ValidateCheck(Operation):
    """Makes the check of a column that `AddPositiveField` added for all rows."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name, self.name = model_name, name

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        model = new.apps.get_model(app_label, self.model_name)
        if editor.connection.vendor == "postgresql" and self.allow_migrate_model(
            editor.connection.alias, model
        ):
            validate(editor, model, check_of(model, model._meta.get_field(self.name).column))

    def database_backwards(self, app_label: str, editor: Any, old: Any, new: Any) -> None:
        pass

    def describe(self) -> str:
        return f"Check {self.name} of all rows of {self.model_name}"


def validate(editor: Any, model: Any, check: str) -> None:
    """Make a check for all rows. Others can read and write the table meanwhile."""
    table, name = map(editor.quote_name, (model._meta.db_table, check))
    editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def check_of(model: Any, column: str) -> str:
    """The name that PostgreSQL itself gives to the check of a column."""
    return f"{model._meta.db_table}_{column}_check"
