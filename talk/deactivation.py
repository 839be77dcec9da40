"""Whether accounts are active, for user models with and without a field `is_active`."""

from django.contrib.auth import get_user_model
from django.db.models import Q


def is_active(relation: str = "") -> Q:
    """The condition that an account, or the one behind `relation`, is not deactivated."""
    return Q(**{f"{relation}is_active": True}) if can_be_deactivated() else Q()


def can_be_deactivated() -> bool:
    """Whether the user model has a field `is_active`. Otherwise all accounts are active."""
    return any(field.name == "is_active" for field in get_user_model()._meta.concrete_fields)
