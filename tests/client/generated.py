"""Writes what caches of other GraphQL clients want to know about the types of the schema.

`python -m tests.client.generated` writes the modules in `schema/client/adapters` anew.
"""

import json
import textwrap
from pathlib import Path

from graphql import GraphQLObjectType, GraphQLSchema, is_abstract_type

from .documents import printed_schema
from .packages import CLIENT

FOLDER = CLIENT / "adapters"
#: Types whose names never have a prefix.
SHARED = {"Mutation", "Node", "PageInfo", "Query", "Subscription"}
SHARED |= {"Boolean", "DateTime", "Float", "ID", "Int", "JSON", "String", "UUID"}

POSSIBLE_TYPES = """\
/** Which types an interface or union has. Written by `python -m tests.client.generated`. */

/** @type {Record<string, string[]>} */
const TYPES = {TYPES};

/**
 * The possible types, as caches of GraphQL clients want to know them.
 * @param {string} [typePrefix] what names of types begin with: the option `TYPE_PREFIX`.
 * @returns {Record<string, string[]>}
 */
export function possibleTypes(typePrefix = "") {
  const named = (/** @type {string} */ name) => (name === "Node" ? name : typePrefix + name);
  const entries = Object.entries(TYPES).map(([name, types]) => [named(name), types.map(named)]);
  return Object.fromEntries(entries);
}
"""
OBJECT_TYPES = """\
/** The objects of the schema and their fields. Written by `python -m tests.client.generated`. */

/** Names that have no prefix. */
export const SHARED = {SHARED};

/** @type {Record<string, Record<string, string>>} */
export const OBJECT_TYPES = {
{TYPES}};

/** @param {string} text */
function fields(text) {
  return Object.fromEntries(text.trim().split(/\\s+/).map((field) => field.split(":")));
}
"""


def possible_types(schema: GraphQLSchema) -> dict[str, list[str]]:
    return {
        name: [each.name for each in schema.get_possible_types(type_)]
        for name, type_ in sorted(schema.type_map.items())
        if is_abstract_type(type_)
    }


def object_types(schema: GraphQLSchema) -> str:
    return "".join(
        f"  {name}: fields(`\n{_fields(type_)}\n  `),\n"
        for name, type_ in sorted(schema.type_map.items())
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
    )


def _fields(type_: GraphQLObjectType) -> str:
    fields = " ".join(f"{name}:{field.type}" for name, field in type_.fields.items())
    indent = " " * 4
    return textwrap.fill(fields, 100, initial_indent=indent, subsequent_indent=indent)


def modules() -> dict[Path, str]:
    schema = printed_schema()
    return {
        FOLDER / "possible-types.js": _filled(POSSIBLE_TYPES, _written(possible_types(schema))),
        FOLDER / "object-types.js": _filled(OBJECT_TYPES, object_types(schema)),
    }


def _filled(module: str, types: str) -> str:
    return module.replace("{SHARED}", _written(sorted(SHARED))).replace("{TYPES}", types)


def _written(value: object) -> str:
    return json.dumps(value, indent=2)


if __name__ == "__main__":
    for path, text in modules().items():
        path.write_text(text, encoding="utf-8")
