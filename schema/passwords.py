"""Limits how often passwords are tried, before one is hashed, which takes most of a second."""

import unicodedata
from hashlib import sha256
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import user_logged_in
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.http import HttpRequest

from .authentication import rates
from .errors import RateLimited


class PasswordLimits:
    """For the front of `AUTHENTICATION_BACKENDS`. It knows nobody, and leaves that to the others.

    Limits every form and view that calls Django's `authenticate()` with a password. A request
    whose password is not tried has the reason, for people, in its `password_refused`.
    """

    # No `get_user` and no base class: Django would take this for a backend that users come from.

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Count a try. Raises `PermissionDenied`, which keeps the other backends from it."""
        if "password" not in credentials:
            return
        account = _account(credentials)
        try:
            rates.admit_password(request, account)
        except RateLimited as refused:
            if request is not None:
                request.password_refused = refused.message  # type: ignore[attr-defined]
            raise PermissionDenied(refused.message) from None
        if request is not None:
            request.password_of = account  # type: ignore[attr-defined]

    async def aauthenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """See `authenticate`."""
        await sync_to_async(self.authenticate)(request, **credentials)


@receiver(user_logged_in)
def _remember(*, request: HttpRequest | None = None, **kwargs: Any) -> None:
    account = getattr(request, "password_of", None)
    if request is not None and account:
        rates.remember_address(request, account)


def _account(credentials: dict[str, Any]) -> str:
    """Which account is tried, whether there is one or not: no storage gets to know its name."""
    given = (f"{value}" for name, value in sorted(credentials.items()) if name != "password")
    text = unicodedata.normalize("NFKC", "\0".join(given)).casefold()
    return sha256(text.encode(errors="replace")).hexdigest()
