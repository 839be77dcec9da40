"""The context of an operation: its viewer, their blocks, and the request that it came with.

It is the same for HTTP and WebSocket. Resolvers find it in `info.context`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import strawberry
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from talk.models import Block

from ..errors import Unauthenticated

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from . import Identity


@dataclass
class Context:
    """The context of one HTTP request, or of all operations of one WebSocket.

    The request of a WebSocket is its handshake, with the credentials of `connection_init`.
    """

    request: HttpRequest
    #: Set by `identify` alone.
    identity: "Identity | None" = None
    #: Set by Strawberry to the payload of `connection_init`. Once that is authenticated, only
    #: `authorization` is left in it.
    connection_params: dict[str, Any] | None = None
    _blocked: frozenset[Any] | None = field(init=False, default=None)
    _viewer_key: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.identify(self.identity)

    @property
    def viewer(self) -> "User":
        """The signed-in user. Raises `Unauthenticated` if there is none."""
        if self.identity is None:
            raise Unauthenticated
        return self.identity.user

    def is_viewer(self, user_pk: Any) -> bool:
        """Whether this is the viewer's primary key. Raises `Unauthenticated` without a viewer."""
        key = self.viewer.pk if self._viewer_key is None else self._viewer_key
        return bool(user_pk == key)

    def is_among(self, user_pks: frozenset[Any]) -> bool:
        """Whether the viewer is one of the users with these primary keys."""
        key = self.viewer.pk if self._viewer_key is None else self._viewer_key
        return key in user_pks

    def has_blocked(self, user_pk: Any) -> bool:
        """Whether the viewer blocked the user with this primary key. May read the database."""
        if self._blocked is None:
            if self.is_viewer(user_pk):
                # Nobody can block themselves. A viewer who sent a message needs no query for it.
                return False
            self.look_up_blocks()
        return user_pk in (self._blocked or ())

    def look_up_blocks(self) -> None:
        """Read whom the viewer blocked, and remember it until the next call."""
        self._blocked = Block.objects.blocked_by(self.viewer)

    @property
    def knows_blocks(self) -> bool:
        """Whether it is known already whom the viewer blocked."""
        return self._blocked is not None

    def remember_blocks(self, user_pks: Iterable[Any]) -> None:
        """Remember whom the viewer blocked, which was read with something else."""
        self._blocked = frozenset(user_pks)

    @property
    def blocks_version(self) -> str:
        """A short digest of the people whom the viewer blocked."""
        if self._blocked is None:
            self.look_up_blocks()
        keys = sorted(str(key) for key in self._blocked or ())
        return blake2b(",".join(keys).encode(), digest_size=8).hexdigest()

    def identify(self, identity: "Identity | None") -> None:
        """Set who the viewer is."""
        self.identity = identity
        self._viewer_key = identity.user.pk if identity else None
        # The permissions of strawberry-django read the user there.
        self.request.user = identity.user if identity else AnonymousUser()

    # Some of Strawberry's extensions expect a context that is a mapping.

    def __getitem__(self, key: str) -> Any:
        try:
            return getattr(self, key)
        except AttributeError:
            raise KeyError(key) from None

    def get(self, key: str, default: Any = None) -> Any:
        return getattr(self, key, default)


Info = strawberry.Info[Context, None]
