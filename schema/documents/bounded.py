"""A cache of parsed documents and of their plans, bounded in bytes.

The documents of an application are few, and asked for all the time. Other clients can make up
any number, and for one document as many plans as its variables have values. So the least recently
used go first, and the plans of one operation have a share.
"""

from collections import OrderedDict
from collections.abc import Hashable
from sys import getsizeof
from threading import Lock
from typing import Any

from graphql import Node, Token

#: Bytes that are kept, of documents and plans of some hundred operations, and those of the plans of
#: one operation.
MOST, SHARE = 32 * 1024 * 1024, 2 * 1024 * 1024
#: Bytes of each token of a document with its part of the tree, and of each field of a plan.
TOKEN_SIZE, FIELD_SIZE = 400, 1_400
#: Bytes of anything that is kept, beside what it holds.
ENTRY_SIZE = 1_000


class Cache:
    """Values by key, at most so many bytes of them. Threads may share it."""

    def __init__(self, most: int) -> None:
        self._most = most
        #: With the size of each.
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def find(self, key: Hashable) -> Any:
        """The value of `key`, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, value: Any, size: int) -> None:
        """Keep a value of about so many bytes, in the place of what was used least recently."""
        with self._lock:
            _value, before = self._kept.pop(key, (None, 0))
            self._kept[key] = value, size
            self.size += size - before
            while self.size > self._most:
                _key, (_value, gone) = self._kept.popitem(last=False)
                self.size -= gone

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self.size = 0


kept = Cache(MOST)


def size_of_document(node: Node) -> int:
    """About the bytes of the document of a node, which holds all of it by its tokens."""
    if node.loc is None:
        return ENTRY_SIZE
    token: Token | None = node.loc.start_token
    while token and token.prev:
        token = token.prev
    count = 0
    while token:
        count, token = count + 1, token.next
    return ENTRY_SIZE + getsizeof(node.loc.source.body) + TOKEN_SIZE * count
