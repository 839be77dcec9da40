"""A Strawberry schema that a project merges with types of its own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import strawberry
from django.core.exceptions import ImproperlyConfigured
from strawberry.schema.config import StrawberryConfig
from strawberry.types.field import StrawberryField

from ..naming import with_our_names
from ..strawberry_internals import StrawberryObjectDefinition, get_object_definition

NO_FIELDS: Mapping[type, type] = MappingProxyType({})


class MergedSchema(strawberry.Schema):
    """Adds a project's fields to Talk's types, and `TALK["TYPE_PREFIX"]` to their names.

    `fields={User: PersonFields}` adds the fields of the Strawberry type `PersonFields` to `User`.
    """

    def __init__(
        self,
        query: type,
        *,
        config: StrawberryConfig | None = None,
        fields: Mapping[type, type] = NO_FIELDS,
        **kwargs: Any,
    ) -> None:
        self._added = {
            _definition_of(type_).origin: _definition_of(added) for type_, added in fields.items()
        }
        super().__init__(query, config=with_our_names(config), **kwargs)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        own = super().get_fields(type_definition)
        added = self._added.get(type_definition.origin)
        if added is None:
            return own
        name_of = self.config.name_converter.from_field
        names = set(map(name_of, own))
        if twice := [name for name in map(name_of, added.fields) if name in names]:
            raise ImproperlyConfigured(
                f"{added.name} adds {', '.join(twice)} to {type_definition.name}, "
                "which has such a field already."
            )
        return [*own, *added.fields]


def _definition_of(type_: Any) -> StrawberryObjectDefinition:
    definition = get_object_definition(type_)
    if definition is None:
        raise ImproperlyConfigured(f"{type_!r} has to be a Strawberry type.")
    return definition
