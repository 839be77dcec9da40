"""Counts fields that are merged because they have the same name in the same selection.

Validation compares each pair of such fields, which takes quadratic time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


class MergedFields:
    """Counts the fields of a document that are merged into one.

    The document has at most `max_fields` fields, which bounds the time that counting takes.
    """

    def __init__(
        self,
        operations: list[OperationDefinitionNode],
        fragments: dict[str, FragmentDefinitionNode],
        max_fields: int,
    ) -> None:
        self._operations, self._fragments = operations, fragments
        self._max_fields = max_fields
        #: The names of fragments that are spread somewhere.
        self._seen: set[str] = set()

    def most(self) -> int:
        """The largest number of fields that are merged into one, unused fragments included."""
        most = max((self._most_in(each.selection_set) for each in self._operations), default=0)
        for name, fragment in self._fragments.items():
            if name not in self._seen:
                most = max(most, self._most_in(fragment.selection_set))
        return most

    def _most_in(self, root: SelectionSetNode) -> int:
        most = counted = 0
        pending = [[root]]
        # The bound ends a fragment that spreads itself, which validation reports later.
        while pending and counted <= self._max_fields:
            merged = defaultdict(list)
            for field in self._fields(pending.pop()):
                merged[(field.alias or field.name).value].append(field)
                counted += 1
            for fields in merged.values():
                most = max(most, len(fields))
                inner = [each.selection_set for each in fields if each.selection_set]
                if inner:
                    pending.append(inner)
        return most

    def _fields(self, selections: Iterable[SelectionSetNode]) -> Iterator[FieldNode]:
        """The fields of these selections. Each fragment is followed once, as an executor does."""
        spread: set[str] = set()
        pending = [*selections]
        while pending:
            for selection in pending.pop().selections:
                if isinstance(selection, FieldNode):
                    yield selection
                elif isinstance(selection, InlineFragmentNode):
                    pending.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode):
                    name = selection.name.value
                    if name in self._fragments and name not in spread:
                        spread.add(name)
                        pending.append(self._fragments[name].selection_set)
        self._seen |= spread
