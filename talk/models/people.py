"""The people who are read along with what a page is of."""

from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from ..prepared import is_made_by_columns

Rows = TypeVar("Rows", bound="QuerySet[Any]")

#: What Django's users sign in by, and what they may do in the admin: no page shows it.
LEFT_OUT = ("password", "last_login", "is_staff", "is_superuser")


def with_people(rows: Rows, *names: str) -> Rows:
    """`rows`, each with the people by these names, without what is left out of them.

    A model that looks at columns while an instance is made gets all: what is missing it would
    read then, by making another instance.
    """
    model = get_user_model()
    columns = {field.name for field in model._meta.concrete_fields}
    left_out = columns.intersection(LEFT_OUT) if is_made_by_columns(model) else ()
    return rows.select_related(*names).defer(
        *(f"{name}__{column}" for name in names for column in left_out)
    )
