"""Writes which types the interfaces and unions of the schema have, for caches of other clients.

`python -m tests.client.possible_types` writes `schema/client/adapters/possible-types.js` anew.
"""

import json

from graphql import GraphQLSchema, is_abstract_type

from .documents import printed_schema
from .packages import CLIENT

FILE = CLIENT / "adapters" / "possible-types.js"
#: Types that the prefix of a server leaves as they are.
SHARED = {"Node"}

MODULE = """\
/** The types of each interface and union. Written by `python -m tests.client.possible_types`. */

const TYPES = {types};
/** Names that have no prefix. */
const SHARED = {shared};

/**
 * The possible types, as caches of GraphQL clients want to know them.
 * @param {{string}} [typePrefix] what names of types begin with: the option `TYPE_PREFIX`.
 * @returns {{Record<string, string[]>}}
 */
export function possibleTypes(typePrefix = "") {{
  const named = (/** @type {{string}} */ name) =>
    SHARED.includes(name) ? name : typePrefix + name;
  const entries = Object.entries(TYPES).map(([name, types]) => [named(name), types.map(named)]);
  return Object.fromEntries(entries);
}}
"""


def possible_types(schema: GraphQLSchema) -> dict[str, list[str]]:
    return {
        name: [each.name for each in schema.get_possible_types(type_)]
        for name, type_ in sorted(schema.type_map.items())
        if is_abstract_type(type_)
    }


def module() -> str:
    found = possible_types(printed_schema()).items()
    lines = "".join(_line(name, [json.dumps(each) for each in types]) for name, types in found)
    return MODULE.format(types=f"{{\n{lines}}}", shared=json.dumps(sorted(SHARED)))


def _line(name: str, types: list[str]) -> str:
    separator = ",\n    "
    line = f"  {name}: [{', '.join(types)}],\n"
    return line if len(line) <= 100 else f"  {name}: [\n    {separator.join(types)},\n  ],\n"


if __name__ == "__main__":
    FILE.write_text(module(), encoding="utf-8")
