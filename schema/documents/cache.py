"""A least-recently-used cache for parsed documents and their plans, bounded in bytes.

An application sends a few documents again and again. A hostile client can make up any number of
documents, and as many plans for one document as its variables have values. So the entries that
were not used for the longest time go first, and the plans of one operation have a bound of their
own.
"""

from collections import OrderedDict
from collections.abc import Hashable
from sys import getsizeof
from threading import Lock
from typing import Any

from graphql import Node, Token

#: The most bytes in the cache: the documents and plans of some hundred operations.
MAX_SIZE = 32 * 1024 * 1024
#: The most bytes of the plans of one operation.
MAX_PLANS_SIZE = 2 * 1024 * 1024
#: Bytes of each token of a document with its part of the syntax tree.
TOKEN_SIZE = 400
#: Bytes of each field of a plan.
PLANNED_FIELD_SIZE = 1_400
#: Bytes of any entry beside what it holds.
ENTRY_SIZE = 1_000


class LRUCache:
    """Values by key, at most so many bytes of them. Threads may share it."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        #: Each value with its size, the least recently used first.
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()
        self.size = 0

    def get(self, key: Hashable) -> Any:
        """The value of `key`, or None."""
        with self._lock:
            found = self._entries.get(key)
            if found is None:
                return None
            self._entries.move_to_end(key)
            return found[0]

    def set(self, key: Hashable, value: Any, size: int) -> None:
        """Put a value of about `size` bytes into the cache, and drop others to make room."""
        with self._lock:
            _value, size_before = self._entries.pop(key, (None, 0))
            self._entries[key] = value, size
            self.size += size - size_before
            while self.size > self._max_size:
                _key, (_value, dropped) = self._entries.popitem(last=False)
                self.size -= dropped

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.size = 0


#: The cache of this process, which all schemas share.
cache = LRUCache(MAX_SIZE)


def size_of_document(node: Node) -> int:
    """About the bytes of the document that a node is part of: its tokens hold all of it."""
    if node.loc is None:
        return ENTRY_SIZE
    token: Token | None = node.loc.start_token
    while token and token.prev:
        token = token.prev
    count = 0
    while token:
        count, token = count + 1, token.next
    return ENTRY_SIZE + getsizeof(node.loc.source.body) + TOKEN_SIZE * count
