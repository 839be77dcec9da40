"""Counts fields of one name in one selection, because validation compares each pair of these."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


class Repeats:
    """Counts the fields that are merged into one, because they have one name in one place.

    For documents with at most `most_fields` fields in all, which bounds the time that it takes.
    """

    def __init__(self, document: DocumentNode, most_fields: int) -> None:
        self._most_fields = most_fields
        self._operations = [
            each for each in document.definitions if isinstance(each, OperationDefinitionNode)
        ]
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        #: The fragments that were spread somewhere.
        self._seen: set[str] = set()

    def most(self) -> int:
        """The number of fields where most are merged into one, in fragments without use, too."""
        most = max((self._most_in(each.selection_set) for each in self._operations), default=0)
        for name, fragment in self._fragments.items():
            if name not in self._seen:
                most = max(most, self._most_in(fragment.selection_set))
        return most

    def _most_in(self, root: SelectionSetNode) -> int:
        most = counted = 0
        places = [[root]]
        # A fragment within itself has no end. That is for validation to report.
        while places and counted <= self._most_fields:
            merged = defaultdict(list)
            for field in self._fields(places.pop()):
                merged[(field.alias or field.name).value].append(field)
                counted += 1
            for fields in merged.values():
                most = max(most, len(fields))
                inner = [each.selection_set for each in fields if each.selection_set]
                if inner:
                    places.append(inner)
        return most

    def _fields(self, selections: Iterable[SelectionSetNode]) -> Iterator[FieldNode]:
        """The fields of one place. As in an executor, each fragment is there once."""
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
