"""Global ids: makes them of rows, and decodes those that a client sent, or refuses them."""

from typing import Any

import strawberry
from django.core.exceptions import ValidationError
from django.db import models
from strawberry import relay

from talk.conf import conf
from talk.exceptions import MessagingValidationError, RefusalCode
from talk.text import is_storable


def invalid_id(path: str = "id") -> MessagingValidationError:
    return MessagingValidationError(RefusalCode.INVALID_ID, path=(path,))


def global_id_of(row: models.Model) -> str:
    """The id that the schema gives to a row."""
    return relay.to_base64(type_name(type(row)), row.pk)


def split(global_id: str, path: str = "id") -> tuple[str, str]:
    """The name of the type and the key in `global_id`. Raises `INVALID_ID` if it is no id."""
    try:
        name, key = relay.from_base64(global_id)
    except ValueError:
        raise invalid_id(path) from None
    return name, key


def key_of(model: type[models.Model], global_id: strawberry.ID, path: str = "id") -> Any:
    """The key in a global id of the type of `model`.

    Raises `INVALID_ID` for the input `path` if the id is of another type, or has no key of it.
    """
    name, text = split(global_id, path)
    if name != type_name(model):
        raise invalid_id(path)
    return key_in(model, text, path)


def key_in(model: type[models.Model], key: str, path: str = "id") -> Any:
    """The key of `model` in the second part of a global id. Raises `INVALID_ID` if it is none."""
    if not is_storable(key):
        raise invalid_id(path)
    try:
        value = _key_field(model).clean(key, None)
    except (ValidationError, ValueError):
        raise invalid_id(path) from None
    # Python accepts several spellings of a number; a row has one id.
    if str(value) != key:
        raise invalid_id(path)
    return value


def _key_field(model: type[models.Model]) -> Any:
    """The field that checks a key. A foreign key would query the row to which it refers."""
    field: Any = model._meta.pk
    while field.is_relation:
        field = field.target_field
    return field


def type_name(model: type[models.Model]) -> str:
    """The name of a model's GraphQL type. Of a project's user model it is `User`."""
    name = model.__name__ if model._meta.app_label == "talk" else "User"
    return f"{conf.TYPE_PREFIX}{name}"
