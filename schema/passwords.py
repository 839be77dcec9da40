"""Limits how often passwords are tried. Hashing one takes the server most of a second."""

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
    """The first of `AUTHENTICATION_BACKENDS`. It finds no users; the backends after it do.

    It limits every form and view that calls Django's `authenticate()` with a password. If it
    refuses to try one, forms find a message for people in `request.password_refused`.
    """

    # No `get_user` and no base class: Django would expect a backend that has users.
    # Django gives backends and signals nothing but the request, so it carries the account.

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Count an attempt. Raises `PermissionDenied` above the limit, so no backend is tried."""
        if "password" not in credentials:
            return
        account = _account(credentials)
        try:
            rates.count_password(request, account)
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
    """A digest of the account's name, which need not exist. The storage learns no names."""
    given = (f"{value}" for name, value in sorted(credentials.items()) if name != "password")
    text = unicodedata.normalize("NFKC", "\0".join(given)).casefold()
    return sha256(text.encode(errors="replace")).hexdigest()
