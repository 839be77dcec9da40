"""How large an operation may be. Each measure takes time in proportion to the document.

A fragment is measured once, however often it is spread: spreads can be nested into
exponentially many paths.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    value_from_ast_untyped,
)

from talk.conf import conf

from ..limit_errors import LimitExceeded
from ..pagination import DEFAULT_PAGE, MAX_PAGE
from .metadata import ARGUMENT_COSTS, COST, NO_COSTS
from .repeats import Repeats

#: How many items a list without pages is taken to have.
LIST_LENGTH = 10
#: Costs of an object, a scalar, and a scalar with an alias, in tenths of the cost that clients see.
OBJECT, SCALAR, SCALAR_WITH_ALIAS = 10, 1, 10


@dataclass(frozen=True)
class Size:
    """How large a selection is, with its fragments wherever they are spread."""

    depth: int = 0
    root_fields: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            self.root_fields + other.root_fields,
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


class Ruler:
    """Measures the selections of one document, which may be invalid."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = _fragments(document)
        self._sizes: dict[str, Size] = {}

    def measure(self, selections: SelectionSetNode | None) -> Size:
        size = Size()
        for selection in selections.selections if selections else ():
            size += Size(directives=len(selection.directives or ()))
            if isinstance(selection, FieldNode):
                size += self._field(selection)
            elif isinstance(selection, FragmentSpreadNode):
                size += self._fragment(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                size += self.measure(selection.selection_set)
        return size

    def _field(self, field: FieldNode) -> Size:
        inner = self.measure(field.selection_set)
        # How deep the schema's own types are nested is not for the client to say.
        depth = 0 if field.name.value.startswith("__") else inner.depth
        aliases = inner.aliases + (field.alias is not None)
        return Size(depth + 1, 1, inner.fields + 1, aliases, inner.directives)

    def _fragment(self, name: str) -> Size:
        if name not in self._sizes:
            # One that is not there, or within itself, is for validation to report.
            self._sizes[name] = Size()
            if fragment := self._fragments.get(name):
                self._sizes[name] = self.measure(fragment.selection_set)
        return self._sizes[name]


def excesses(document: DocumentNode) -> list[LimitExceeded]:
    """What is too large in a document, be it valid or not."""
    ruler = Ruler(document)
    size = sum((ruler.measure(each.selection_set) for each in _operations(document)), Size())
    measured = {
        "MAX_DEPTH": size.depth,
        "MAX_ROOT_FIELDS": size.root_fields,
        "MAX_FIELDS": size.fields,
        "MAX_ALIASES": size.aliases,
        "MAX_DIRECTIVES": size.directives,
    }
    exceeded = _exceeded(measured)
    # Only of what is not too large: repeats take longer to count.
    return exceeded or _exceeded({"MAX_REPEATS": Repeats(document, conf.MAX_FIELDS).most()})


def _exceeded(measured: dict[str, int]) -> list[LimitExceeded]:
    return [
        LimitExceeded(name, limit)
        for name, found in measured.items()
        if found > (limit := getattr(conf, name))
    ]


class Meter:
    """Counts what an operation of a valid document may cost, before it is executed.

    An object costs 1, and what is in it. Ten scalars cost 1, and so does one scalar with an
    alias: without aliases an object has no more scalars than its type. Searching and counting cost
    more, as `prices` says. What is in a list costs as often as the list has items: a page as many
    as `first` or `last` say, another list `LIST_LENGTH`. `@skip` and `@include` save nothing. What
    is about the schema costs the same, but for scalars and `ofType`, which cost nothing, and for
    objects with an alias, which cost `LIST_LENGTH` times as much.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any] | None
    ) -> None:
        self._schema = schema
        self._variables = variables or {}
        self._fragments = _fragments(document)
        self._costs: dict[tuple[str, int], int] = {}
        #: The variables that say how large pages are.
        self.size_variables: set[str] = set()

    def count(self, operation: OperationDefinitionNode) -> int:
        for each in operation.variable_definitions or ():
            if each.default_value is not None:
                default = value_from_ast_untyped(each.default_value)
                self._variables = {each.variable.name.value: default, **self._variables}
        root = self._schema.get_root_type(operation.operation)
        return self._within(operation.selection_set, root, LIST_LENGTH) // OBJECT

    def _within(self, selections: SelectionSetNode | None, parent: Any, items: int) -> int:
        """The cost of a selection in one `parent`, whose lists have so many items, in tenths."""
        cost = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                cost += self._field(selection, parent, items) + self._itself(selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                cost += self._fragment(selection.name.value, items)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                on = self._schema.get_type(condition.name.value) if condition else parent
                cost += self._within(selection.selection_set, on, items)
        return cost

    def _field(self, field: FieldNode, parent: Any, items: int) -> int:
        definition = self._schema.get_field(parent, field.name.value)
        if definition is None:
            return 0
        named = get_named_type(definition.type)
        is_about_schema = parent.name.startswith("__")
        if not is_composite_type(named):
            free = 0 if is_about_schema else SCALAR
            return SCALAR_WITH_ALIAS if field.alias else free
        if is_about_schema:
            return self._about_schema(field, definition, named)
        if is_list_type(get_nullable_type(definition.type)):
            return items * (OBJECT + self._within(field.selection_set, named, LIST_LENGTH))
        # A page is an object with a list in it.
        items = self._page_size(field) if "first" in definition.args else LIST_LENGTH
        return OBJECT + self._within(field.selection_set, named, items)

    def _itself(self, field: FieldNode, parent: Any) -> int:
        """The cost of a field beside its selection, as a search has one, in tenths."""
        definition = self._schema.get_field(parent, field.name.value)
        known = definition and definition.extensions.get("strawberry-definition")
        if not known:
            return 0
        with_arguments = known.metadata.get(ARGUMENT_COSTS, NO_COSTS)
        given = (argument.name.value for argument in field.arguments or ())
        cost = known.metadata.get(COST, 0) + sum(with_arguments.get(name, 0) for name in given)
        return int(cost) * OBJECT

    def _about_schema(self, field: FieldNode, definition: GraphQLField, named: Any) -> int:
        """What a field of the schema's own types costs, whose lists are as long as the schema."""
        cost = self._within(field.selection_set, named, LIST_LENGTH)
        # Tools ask for nine of these in a row, of which hardly one is there.
        if field.alias or field.name.value != "ofType":
            cost += OBJECT
        if is_list_type(get_nullable_type(definition.type)):
            cost *= LIST_LENGTH
        # No tool asks for the same twice.
        return cost * LIST_LENGTH if field.alias else cost

    def _page_size(self, field: FieldNode) -> int:
        asked = [
            argument.value
            for argument in field.arguments or ()
            if argument.name.value in {"first", "last"}
        ]
        self.size_variables |= {each.name.value for each in asked if isinstance(each, VariableNode)}
        values = [value_from_ast_untyped(each, self._variables) for each in asked]
        sizes = [size for each in values if (size := counted_size(each)) is not None]
        return max(sizes, default=DEFAULT_PAGE)

    def _fragment(self, name: str, items: int) -> int:
        if (name, items) not in self._costs:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            self._costs[name, items] = self._within(fragment.selection_set, on, items)
        return self._costs[name, items]


def counted_size(value: Any) -> int | None:
    """A client's size of a page as it counts; None is for what is no number, and no size."""
    if isinstance(value, float) and value.is_integer():
        # GraphQL takes 100.0 where an integer is wanted.
        value = int(value)
    return max(0, min(value, MAX_PAGE)) if isinstance(value, int) else None


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    definitions = document.definitions
    return {
        each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)
    }


def _operations(document: DocumentNode) -> Iterable[OperationDefinitionNode]:
    return (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
