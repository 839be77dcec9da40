"""Parts of graphql-core's executor that it does not promise to keep, all in one place.

Checked with graphql-core 3.3.2. `tests/project/test_internals.py` fails by name when one of them
moves. It also names the methods that `execution.budget` and `execution.executor` override.
"""

from typing import Any

from graphql import FieldNode, GraphQLObjectType


def nodes_of(details: Any) -> list[FieldNode]:
    """The nodes of a selected field, which may occur in a document several times."""
    return [each.node for each in details]


def is_in_fragment_with_variables(details: Any) -> bool:
    """Whether a selected field is in a fragment that has variables of its own."""
    return details[0].fragment_variable_values is not None


def selected_fields(executor: Any, type_: GraphQLObjectType, details: Any) -> dict[str, Any] | None:
    """The details of the fields selected in a field, by key; None if some are deferred."""
    fields, deferred, _forbidden = executor.collect_subfields(type_, details)
    selected: dict[str, Any] = fields
    return None if deferred else selected


def has_middleware(executor: Any) -> bool:
    """Whether an extension of the schema wraps the resolvers of all fields."""
    manager = executor.middleware_manager
    return bool(manager and manager.middlewares)


def coerced_variables(executor: Any) -> dict[str, Any]:
    """The values of the variables of an operation, by name."""
    values: dict[str, Any] = executor.variable_values.coerced
    return values


def definitions_of(executor: Any) -> list[Any]:
    """The nodes of the operation and of all fragments of its document."""
    return [executor.operation, *executor.fragment_definitions.values()]


def errors_of(executor: Any) -> list[Any]:
    """The errors of fields so far."""
    errors: list[Any] = executor.collected_errors.errors
    return errors
