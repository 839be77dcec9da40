"""Public fields: the root fields that a client may select without credentials.

Talk has none. A project that adds fields to the schema marks those of its own with `Public`.
"""

from collections.abc import Iterable
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from strawberry.schema_directive import Location

from ..strawberry_internals import definition_of

#: The fields with which a client reads the schema.
INTROSPECTION = frozenset({"__schema", "__type"})


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="This field needs no credentials. A request without credentials is executed if "
    "all its root fields are public.",
)
class Public:
    pass


def is_public(schema: GraphQLSchema, document: DocumentNode, *, introspection: bool) -> bool:
    """Whether `document` selects nothing but public fields of the root types.

    `introspection`: whether the fields that describe the schema are public.

    The document may be invalid. Each definition is checked once. To follow the fragments would cost
    more, since they can be nested into exponentially many paths, and would allow no more.
    """
    names = {"__typename", *(INTROSPECTION if introspection else ())}
    check = _Check(schema, names)
    return all(check.allows(definition) for definition in document.definitions)


class _Check:
    """Checks the definitions of one document, each by itself."""

    def __init__(self, schema: GraphQLSchema, names: set[str]) -> None:
        self._schema, self._names = schema, names
        found = (schema.query_type, schema.mutation_type, schema.subscription_type)
        self._roots = [root for root in found if root is not None]

    def allows(self, definition: Any) -> bool:
        match definition:
            case OperationDefinitionNode():
                on: Any = self._schema.get_root_type(definition.operation)
            case FragmentDefinitionNode():
                on = self._schema.get_type(definition.type_condition.name.value)
                if on is None:
                    # Validation reports this. The gate hides such errors from strangers.
                    return True
            case _:
                return False
        return on is not None and self._allows_within(definition.selection_set, on)

    def _allows_within(self, selections: SelectionSetNode, on: Any) -> bool:
        """Whether all fields of root types in a selection of the type `on` are public."""
        pending = [(selections, on)]
        while pending:
            selections, on = pending.pop()
            roots = self._roots_in(on)
            for selection in selections.selections:
                if isinstance(selection, FieldNode):
                    if not all(self._is_public(root, selection.name.value) for root in roots):
                        return False
                    pending += self._below(selection, on)
                elif isinstance(selection, InlineFragmentNode):
                    condition = selection.type_condition
                    known = self._schema.get_type(condition.name.value) if condition else on
                    # A type that does not exist is for validation to report.
                    if known is not None:
                        pending.append((selection.selection_set, known))
        return True

    def _roots_in(self, on: Any) -> list[GraphQLObjectType]:
        """The root types that objects of the type `on` may have."""
        if is_abstract_type(on):
            return [root for root in self._roots if self._schema.is_sub_type(on, root)]
        return [root for root in self._roots if root is on]

    def _is_public(self, root: GraphQLObjectType, name: str) -> bool:
        field = root.fields.get(name)
        return name in self._names if field is None else _has_directive(field)

    def _below(self, field: FieldNode, on: Any) -> Iterable[tuple[SelectionSetNode, Any]]:
        # Nothing below a field that does not exist is executed.
        definition = self._schema.get_field(on, field.name.value)
        if field.selection_set and definition:
            yield field.selection_set, get_named_type(definition.type)


def _has_directive(field: GraphQLField) -> bool:
    known = definition_of(field)
    return known is not None and any(isinstance(each, Public) for each in known.directives)
