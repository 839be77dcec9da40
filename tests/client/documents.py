"""The documents that the client sends, and the types that the schema gives their answers."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    build_schema,
    is_required_input_field,
    parse,
)

from ..project.markdown import ROOT
from . import node

#: What JSON has for each scalar.
SCALARS = {"Boolean": "boolean", "Float": "number", "Int": "number"}
#: Its only field has an object.
SCALARS |= {"JSON": "Record<string, unknown>"}
SCALARS |= dict.fromkeys(("DateTime", "ID", "String", "UUID"), "string")


@cache
def documents(prefix: str = "") -> dict[str, dict[str, str]]:
    """The documents of the client: `documents` and `mutations` by their names."""
    found: dict[str, dict[str, str]] = json.loads(node.execute("documents.mjs", prefix))
    return found


def printed_schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))


def input_type(schema: GraphQLSchema, name: str) -> str:
    """An input of the schema, as TypeScript."""

    def fields(type_: Any) -> str:
        return _object(
            (f"{name}{'' if is_required_input_field(field) else '?'}", _type(field.type, fields))
            for name, field in type_.fields.items()
        )

    return fields(schema.type_map[name])


class Answer:
    """The data that a document is answered, as TypeScript: of a mutation, the payload."""

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        document = parse(text)
        self._schema = schema
        self._operation: Any = document.definitions[0]
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }

    def __str__(self) -> str:
        root = self._schema.get_root_type(self._operation.operation)
        return self._selected(root, [self._operation.selection_set])

    def _selected(self, type_: Any, selections: list[SelectionSetNode]) -> str:
        types, inner = {}, defaultdict(list)
        for selection in selections:
            for field, definition in self._fields(type_, selection):
                key = (field.alias or field.name).value
                types[key] = definition.type
                inner[key].append(field.selection_set)
        return _object(
            (key, _type(types[key], partial(self._selected, selections=inner[key])))
            for key in types
        )

    def _fields(self, type_: Any, selections: SelectionSetNode) -> Iterator[tuple[FieldNode, Any]]:
        """The fields of a selection, and those of its fragments, with their definitions."""
        for each in selections.selections:
            if isinstance(each, FieldNode):
                yield each, type_.fields[each.name.value]
                continue
            fragment: Any = each
            if not isinstance(each, InlineFragmentNode):
                fragment = self._fragments[fragment.name.value]
            on = self._schema.type_map[fragment.type_condition.name.value]
            if on.name != "Refusal":
                yield from self._fields(on, fragment.selection_set)


def _type(type_: Any, of_object: Callable[[Any], str]) -> str:
    if not isinstance(type_, GraphQLNonNull):
        return f"{_type(GraphQLNonNull(type_), of_object)} | null"
    inner = type_.of_type
    if isinstance(inner, GraphQLList):
        return f"({_type(inner.of_type, of_object)})[]"
    if isinstance(inner, GraphQLEnumType):
        return "(" + " | ".join(json.dumps(name) for name in inner.values) + ")"
    return SCALARS.get(inner.name) or of_object(inner)


def _object(fields: Any) -> str:
    return "{ " + "; ".join(f"{name}: {type_}" for name, type_ in fields) + " }"
