"""Names that libraries don't promise to keep: each is there, and is used in one module alone.

When an upgrade moves a name, the test of that name fails. What to do: look at its new place, mend
`schema/strawberry_internals.py` or `schema/graphql_core_internals.py`, and raise the version there.
"""

import ast
import inspect
import re
from importlib import import_module

import pytest

from .markdown import ROOT

SCHEMA = ROOT / "schema"
STRAWBERRY = SCHEMA / "strawberry_internals.py"
GRAPHQL_CORE = SCHEMA / "graphql_core_internals.py"

#: Modules of Strawberry that its documentation tells to import from, below the packages.
DOCUMENTED = {
    "strawberry.channels",
    "strawberry.django.views",
    "strawberry.exceptions",
    "strawberry.extensions",
    "strawberry.http",
    "strawberry.relay",
    "strawberry.relay.types",
    "strawberry.scalars",
    "strawberry.schema.config",
    "strawberry.schema.name_converter",
    "strawberry.schema_directive",
    "strawberry.subscriptions",
    "strawberry.subscriptions.protocols.graphql_transport_ws.types",
    "strawberry.types",
    "strawberry.types.field",
    "strawberry.types.graphql",
    "strawberry.types.info",
    "strawberry.types.unset",
    "strawberry_django.relay",
}
#: Attributes that tell of Strawberry's insides.
PRIVATE = r'\._strawberry_schema|__strawberry_|"strawberry-definition"|_raw_info|schema_converter'

#: What is used besides names that are imported.
ATTRIBUTES = [
    "strawberry.Schema._get_custom_context_kwargs",
    "strawberry.Schema.create_extensions_runner",
    "strawberry.Schema.get_extensions",
    "strawberry.Schema.process_errors",
    "strawberry.extensions.SchemaExtension._implements_resolve",
    "strawberry.extensions.runner.SchemaExtensionsRunner.operation",
    "strawberry.extensions.runner.SchemaExtensionsRunner.parsing",
    "strawberry.extensions.runner.SchemaExtensionsRunner.validation",
    "strawberry.extensions.runner.SchemaExtensionsRunner.executing",
    "strawberry.extensions.runner.SchemaExtensionsRunner.get_extensions_results",
    "strawberry.extensions.runner.SchemaExtensionsRunner.get_extensions_results_sync",
    "strawberry.relay.Node._id",
    "strawberry.relay.Node.resolve_typename",
    "graphql.Executor.build",
    "graphql.Executor.build_per_event_executor",
    "graphql.Executor.collect_subfields",
    "graphql.Executor.complete_leaf_value",
    "graphql.Executor.complete_object_value",
    "graphql.Executor.execute_field",
    "graphql.Executor.execute_operation",
    "graphql.Executor.handle_field_error",
]
#: What an executor has, and the details of a selected field.
EXECUTOR = {
    "collected_errors",
    "context_value",
    "fragment_definitions",
    "is_awaitable",
    "middleware_manager",
    "operation",
    "schema",
    "variable_values",
}
#: The parameters of methods that are overridden.
PARAMETERS = {
    "complete_leaf_value": ["return_type", "result"],
    "complete_object_value": [
        "return_type",
        "field_details_list",
        "info",
        "path",
        "result",
        "position_context",
    ],
    "execute_field": ["parent_type", "source", "field_details_list", "path", "position_context"],
    "execute_operation": ["serially"],
    "handle_field_error": ["raw_error", "return_type", "field_details_list", "path"],
}


def imported(path):
    """The dotted names of libraries that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def is_of_strawberry(name):
    return name.partition(".")[0] in {"strawberry", "strawberry_django"}


def find(name):
    module, *rest = name.split(".")
    found = import_module(module)
    for each in rest:
        module = f"{module}.{each}"
        found = getattr(found, each) if hasattr(found, each) else import_module(module)
    return found


NAMES = sorted({*filter(is_of_strawberry, imported(STRAWBERRY)), *ATTRIBUTES})


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_where_it_was(name):
    assert find(name) is not None


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_method_of_the_executor_takes_what_it_took(name):
    parameters = inspect.signature(getattr(find("graphql.Executor"), name)).parameters

    assert [each for each in parameters if each != "self"] == PARAMETERS[name]


@pytest.mark.parametrize("name", sorted(EXECUTOR))
def test_an_executor_knows_what_it_knew(name):
    assert name in inspect.get_annotations(find("graphql.Executor"))


def test_each_module_says_with_which_versions_it_was_checked():
    project = (ROOT / "pyproject.toml").read_text("utf-8")

    for path, package in [
        (STRAWBERRY, "strawberry-graphql"),
        (STRAWBERRY, "strawberry-graphql-django"),
        (GRAPHQL_CORE, "graphql-core"),
    ]:
        (oldest,) = re.findall(rf'"{package}>=([\d.]+)', project)
        told = path.read_text("utf-8").partition("Checked with")[2]
        assert f"{package} {oldest}" in told


@pytest.mark.parametrize(
    "path", sorted(SCHEMA.rglob("*.py")), ids=lambda path: str(path.relative_to(SCHEMA))
)
def test_they_are_used_in_one_module_alone(path):
    if path in {STRAWBERRY, GRAPHQL_CORE}:
        return
    modules = {name.rpartition(".")[0] for name in imported(path)}

    below = {each for each in modules if is_of_strawberry(each) and "." in each}
    assert below - DOCUMENTED == set()
    assert not {each for each in modules if each.startswith("graphql.")}
    assert re.findall(PRIVATE, path.read_text("utf-8")) == []
