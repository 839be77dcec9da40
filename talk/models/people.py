"""The people who are read along with what a page is of."""

from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

Rows = TypeVar("Rows", bound="QuerySet[Any]")

#: What Django's users have to sign in by, or to manage the site. It is nobody's to see.
PRIVATE = ("password", "last_login", "is_staff", "is_superuser")


def with_people(rows: Rows, *names: str) -> Rows:
    """`rows`, each with the people by these names, without what they have for themselves."""
    known = {field.name for field in get_user_model()._meta.concrete_fields}
    private = [f"{name}__{column}" for name in names for column in PRIVATE if column in known]
    return rows.select_related(*names).defer(*private)
