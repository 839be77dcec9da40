"""Refuses documents that are too large, in time proportional to the length of the document.

A fragment is measured once, however often it is spread. Spreads can be nested so that they make
exponentially many paths.
"""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

from talk.conf import conf

from ..errors import LimitExceeded
from .fragments import fragments_of, operations_of
from .merged_fields import MergedFields

#: Most fields at the root of the operations of a document.
MAX_ROOT_FIELDS = 20
#: Most aliases in a document.
MAX_ALIASES = 30
#: Most directives in a document.
MAX_DIRECTIVES = 30


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


class SizeCounter:
    """Measures the selections of one document. The document may be invalid."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
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
        # The depth of an introspection query depends on the schema, not on the client.
        depth = 0 if field.name.value.startswith("__") else inner.depth
        aliases = inner.aliases + (field.alias is not None)
        return Size(depth + 1, 1, inner.fields + 1, aliases, inner.directives)

    def _fragment(self, name: str) -> Size:
        if name not in self._sizes:
            # Validation reports a fragment that is missing, or that spreads itself.
            self._sizes[name] = Size()
            if fragment := self._fragments.get(name):
                self._sizes[name] = self.measure(fragment.selection_set)
        return self._sizes[name]


def excesses(document: DocumentNode) -> list[LimitExceeded]:
    """The limits that a document exceeds. The document may be invalid."""
    operations, fragments = operations_of(document), fragments_of(document)
    counter = SizeCounter(fragments)
    size = sum((counter.measure(each.selection_set) for each in operations), Size())
    measured = {
        "MAX_DEPTH": (size.depth, conf.MAX_DEPTH),
        "MAX_ROOT_FIELDS": (size.root_fields, MAX_ROOT_FIELDS),
        "MAX_FIELDS": (size.fields, conf.MAX_FIELDS),
        "MAX_ALIASES": (size.aliases, MAX_ALIASES),
        "MAX_DIRECTIVES": (size.directives, MAX_DIRECTIVES),
    }
    exceeded = _exceeded(measured)
    if exceeded:
        return exceeded
    # Counting merged fields takes longer, so it is done only if the document is small enough.
    most = MergedFields(operations, fragments, conf.MAX_FIELDS).most()
    return _exceeded({"MAX_REPEATS": (most, conf.MAX_REPEATS)})


def _exceeded(measured: dict[str, tuple[int, int]]) -> list[LimitExceeded]:
    return [
        LimitExceeded(name, limit) for name, (count, limit) in measured.items() if count > limit
    ]
