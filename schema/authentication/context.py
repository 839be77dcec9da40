"""What every resolver gets to know: who asks, and how."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import strawberry
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from talk.models import Block

from ..errors import Unauthenticated
from . import Identity

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass
class Context:
    """Lives as long as one HTTP request, or one WebSocket.

    The request of a WebSocket is its handshake, with the credentials of `connection_init`.
    """

    request: HttpRequest
    #: Set by `identify` alone.
    identity: Identity | None = None
    #: The payload of `connection_init`, put here by Strawberry; once it is authenticated, no more
    #: than `authorization`.
    connection_params: dict[str, Any] | None = None
    _blocked: frozenset[Any] | None = field(init=False, default=None)
    _viewer_key: Any = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.identify(self.identity)

    @property
    def viewer(self) -> "User":
        """Whoever asks. Raises the `UNAUTHENTICATED` error if that's nobody."""
        if self.identity is None:
            raise Unauthenticated(_("Sign in first."))
        return self.identity.user

    def is_viewer(self, user_pk: Any) -> bool:
        """Whether this is the key of whoever asks. Raises if that's nobody."""
        key = self.viewer.pk if self._viewer_key is None else self._viewer_key
        return bool(user_pk == key)

    def has_blocked(self, user_pk: Any) -> bool:
        """Whether whoever asks blocked the one with this key. May read the database."""
        if self._blocked is None:
            if self.is_viewer(user_pk):
                # Whom nobody can block: who just sent something need not be asked about.
                return False
            self.look_up_blocks()
        return user_pk in (self._blocked or ())

    def look_up_blocks(self) -> None:
        """Read whom whoever asks blocked, which is kept until it's read again."""
        self._blocked = Block.objects.blocked_by(self.viewer)

    @property
    def knows_blocks(self) -> bool:
        """Whether it is known already whom the viewer blocked."""
        return self._blocked is not None

    def remember_blocks(self, user_pks: Iterable[Any]) -> None:
        """Remember whom the viewer blocked, which was read with something else."""
        self._blocked = frozenset(user_pks)

    def identify(self, identity: Identity | None) -> None:
        self.identity = identity
        self._viewer_key = identity.user.pk if identity else None
        # Where strawberry-django's permissions look.
        self.request.user = identity.user if identity else AnonymousUser()

    def __getitem__(self, key: str) -> Any:
        try:
            return getattr(self, key)
        except AttributeError:
            raise KeyError(key) from None

    def get(self, key: str, default: Any = None) -> Any:
        return getattr(self, key, default)


Info = strawberry.Info[Context, None]
