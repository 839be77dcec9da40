"""Reads users along with the rows that refer to them, without columns that nobody is shown."""

from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from ..prepared import is_made_by_columns

Rows = TypeVar("Rows", bound="QuerySet[Any]")

#: Columns of Django's users that no page shows: how they sign in, and their permissions.
LEFT_OUT = ("password", "last_login", "is_staff", "is_superuser")


def with_users(rows: Rows, *names: str) -> Rows:
    """`rows`, each with the users that it refers to by these names, without `LEFT_OUT`.

    User models with code that runs while an instance is made get all columns: that code would read
    a missing column from the database, for each row.
    """
    model = get_user_model()
    columns = {field.name for field in model._meta.concrete_fields}
    left_out = columns.intersection(LEFT_OUT) if is_made_by_columns(model) else ()
    return rows.select_related(*names).defer(
        *(f"{name}__{column}" for name in names for column in left_out)
    )
