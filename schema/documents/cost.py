"""Computes what an operation may cost before it is executed."""

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
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

from ..page_limits import DEFAULT_PAGE, MAX_PAGE
from ..strawberry_internals import definition_of
from .fragments import fragments_of
from .metadata import ARGUMENT_COSTS, COST, NO_COSTS

#: How many items a list without pages is taken to have.
LIST_LENGTH = 10
#: Costs of an object, a scalar, and a scalar with an alias, in tenths of the cost that clients see.
OBJECT, SCALAR, SCALAR_WITH_ALIAS = 10, 1, 10


class Meter:
    """Counts what an operation may cost. Its document must be valid.

    - An object costs 1, plus the cost of the fields in it.
    - Ten scalars cost 1. A scalar with an alias costs 1 by itself: only with aliases can an object
      have more scalars than its type has.
    - Fields that search or count cost more, as `types.costs` says.
    - The selection in a list is multiplied by the number of items: `first` or `last` if the field
      has these arguments, otherwise `LIST_LENGTH`.
    - `@skip` and `@include` make nothing cheaper.
    - Introspection costs the same, with two exceptions. Its scalars and `ofType` cost nothing, and
      its objects with an alias cost `LIST_LENGTH` times as much.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any] | None
    ) -> None:
        self._schema = schema
        self._variables = variables or {}
        self._fragments = fragments_of(document)
        self._costs: dict[tuple[str, int], int] = {}
        #: The variables that say how large pages are.
        self.size_variables: set[str] = set()

    def count(self, operation: OperationDefinitionNode) -> int:
        """The cost of an operation, as clients see it."""
        for each in operation.variable_definitions or ():
            if each.default_value is not None:
                default = value_from_ast_untyped(each.default_value)
                self._variables = {each.variable.name.value: default, **self._variables}
        root = self._schema.get_root_type(operation.operation)
        return self._within(operation.selection_set, root, LIST_LENGTH) // OBJECT

    def _within(self, selections: SelectionSetNode | None, parent: Any, items: int) -> int:
        """The cost in tenths of a selection in one `parent`, whose lists have so many items."""
        cost = 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                cost += self._field(selection, parent, items)
                cost += self._surcharge(selection, parent)
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
        is_introspection = parent.name.startswith("__")
        if not is_composite_type(named):
            plain = 0 if is_introspection else SCALAR
            return SCALAR_WITH_ALIAS if field.alias else plain
        if is_introspection:
            return self._introspection(field, definition, named)
        is_sized = "first" in definition.args
        if is_list_type(get_nullable_type(definition.type)):
            items = self._page_size(field, definition) if is_sized else items
            return items * (OBJECT + self._within(field.selection_set, named, LIST_LENGTH))
        # A page is an object with a list in it.
        items = self._page_size(field, definition) if is_sized else LIST_LENGTH
        return OBJECT + self._within(field.selection_set, named, items)

    def _surcharge(self, field: FieldNode, parent: Any) -> int:
        """The cost in tenths of the field itself, beside its selection. A search has one."""
        definition = self._schema.get_field(parent, field.name.value)
        known = definition and definition_of(definition)
        if not known:
            return 0
        with_arguments = known.metadata.get(ARGUMENT_COSTS, NO_COSTS)
        given = (argument.name.value for argument in field.arguments or ())
        cost = known.metadata.get(COST, 0) + sum(with_arguments.get(name, 0) for name in given)
        return int(cost) * OBJECT

    def _introspection(self, field: FieldNode, definition: GraphQLField, named: Any) -> int:
        """The cost in tenths of a field of an introspection type, such as `__Type`."""
        cost = self._within(field.selection_set, named, LIST_LENGTH)
        # Tools nest `ofType` nine times, and the schema has hardly one of them.
        if field.alias or field.name.value != "ofType":
            cost += OBJECT
        if is_list_type(get_nullable_type(definition.type)):
            cost *= LIST_LENGTH
        # No tool selects the same field twice.
        return cost * LIST_LENGTH if field.alias else cost

    def _page_size(self, field: FieldNode, definition: GraphQLField) -> int:
        sizes_given = [
            argument.value
            for argument in field.arguments or ()
            if argument.name.value in {"first", "last"}
        ]
        self.size_variables |= {
            each.name.value for each in sizes_given if isinstance(each, VariableNode)
        }
        values = [value_from_ast_untyped(each, self._variables) for each in sizes_given]
        sizes = [size for each in values if (size := counted_size(each)) is not None]
        unless_given = counted_size(definition.args["first"].default_value)
        return max(sizes, default=DEFAULT_PAGE if unless_given is None else unless_given)

    def _fragment(self, name: str, items: int) -> int:
        if (name, items) not in self._costs:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            self._costs[name, items] = self._within(fragment.selection_set, on, items)
        return self._costs[name, items]


def counted_size(value: Any) -> int | None:
    """The page size for which a client pays; None if the value is not a whole number."""
    if isinstance(value, float) and value.is_integer():
        # GraphQL accepts 100.0 for an integer.
        value = int(value)
    return max(0, min(value, MAX_PAGE)) if isinstance(value, int) else None
