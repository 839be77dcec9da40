"""Names of Talk's GraphQL types: `TALK["TYPE_PREFIX"]` keeps them apart from a project's own."""

import functools
from dataclasses import replace
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

from talk.conf import conf

from .strawberry_internals import (
    LazyType,
    StrawberryEnumDefinition,
    StrawberryObjectDefinition,
    StrawberryUnion,
    get_object_definition,
)

#: The packages whose types are Talk's. The second is `talk.graphql` where Talk is installed.
PACKAGES = ("talk", __package__)
#: The types that a client knows by these names. A project merges its own fields into them.
ROOTS = {"Query", "Mutation", "Subscription"}


class PrefixedNames(NameConverter):
    """Strawberry's names, with a prefix for Talk's types, inputs, enums and unions.

    Strawberry converts the names of a field's arguments each time that it calls the resolver. Here
    each name is converted once.
    """

    def __init__(self, auto_camel_case: bool = True) -> None:
        super().__init__(auto_camel_case)
        self.apply_naming_config = functools.cache(super().apply_naming_config)  # type: ignore[method-assign]

    def from_type(self, type_: Any) -> str:
        name = super().from_type(type_)
        return f"{conf.TYPE_PREFIX}{name}" if name not in ROOTS and _is_ours(type_) else name


def with_our_names(config: StrawberryConfig | None) -> StrawberryConfig:
    """The configuration of a schema with `PrefixedNames`, unless it has a converter of its own."""
    config = config or StrawberryConfig()
    converter = config.name_converter
    if type(converter) is NameConverter:
        return replace(config, name_converter=PrefixedNames(converter.auto_camel_case))
    if conf.TYPE_PREFIX and not isinstance(converter, PrefixedNames):
        raise ImproperlyConfigured(
            f'With TALK["TYPE_PREFIX"], {type(converter).__name__} has to be a subclass of '
            f"{PrefixedNames.__module__}.PrefixedNames."
        )
    return config


def _is_ours(type_: Any) -> bool:
    if isinstance(type_, LazyType):
        type_ = type_.resolve_type()
    if isinstance(type_, StrawberryUnion):
        return all(_is_ours(each) for each in type_.types)
    if isinstance(type_, StrawberryEnumDefinition):
        return _is_of_our_package(type_.wrapped_cls)
    definition = _definition_of(type_)
    if definition is None:
        return False
    if definition.concrete_of is not None:
        # A page of people, for one, is named after the type of its items.
        return any(_is_ours(each) for each in definition.type_var_map.values())
    return _is_of_our_package(definition.origin)


def _definition_of(type_: Any) -> StrawberryObjectDefinition | None:
    return type_ if isinstance(type_, StrawberryObjectDefinition) else get_object_definition(type_)


def _is_of_our_package(class_: type) -> bool:
    module = class_.__module__
    return any(module == package or module.startswith(f"{package}.") for package in PACKAGES)
