"""Reads the log for one follower, batch by batch, while this process holds the follower's lease.

Events are read in the order of their primary keys. Some become visible after others with greater
keys, when their transaction commits later. These are found by a second look. It ends when no
transaction is left that could add one (`settling`): all events up to
`FollowerProgress.settled_event` are visible, and each of them is done, or waits to be tried again
in a conversation whose row has a `retry_at`.

Progress is saved together with the renewal of the lease, in a transaction that locks the follower's
row. So a process that has lost the lease saves nothing, and learns of it before it goes on.

The door is `Following`.
"""

from .reading import Following

__all__ = ["Following"]
