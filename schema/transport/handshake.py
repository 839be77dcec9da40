"""The HTTP request that a WebSocket begins with, so that authenticators need to know only HTTP."""

from collections.abc import Mapping
from importlib import import_module
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from ..authentication import AuthenticationFailed, authenticate, rates
from ..authentication.context import Context


def request_of(scope: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> ASGIRequest:
    """The handshake as Django would see it, with the credentials in `params` if there are any.

    `params` is the payload of `connection_init`, since browsers can't add headers to a
    handshake. Raises `AuthenticationFailed` if it holds something else than a header.
    """
    scheme = "https" if scope.get("scheme") in {"wss", "https"} else "http"
    request = ASGIRequest({**scope, "method": "GET", "scheme": scheme}, BytesIO())
    header, secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    if request.META.get(header) == "wss":
        # As Traefik says it of handshakes.
        request.META[header] = secure
    if authorization := _authorization_in(params or {}):
        if not isinstance(authorization, str):
            raise AuthenticationFailed(_("`authorization` must be a string."))
        request.META["HTTP_AUTHORIZATION"] = authorization
    engine = import_module(settings.SESSION_ENGINE)
    session = engine.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    # Django gives a session another key when it finds it signed with an old `SECRET_KEY`. Of that
    # no handshake can tell the browser, which would be left with a session that is gone.
    session.cycle_key = session.flush = lambda: None
    request.session = session
    request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]
    return request


def _authorization_in(params: Mapping[str, Any]) -> Any:
    """The header in the payload of `connection_init`, or in the `headers` that some clients send.

    Its name may be written in any case.
    """
    headers = params.get("headers")
    for given in (params, headers if isinstance(headers, dict) else {}):
        for name, value in given.items():
            if name.lower() == "authorization" and value:
                return value
    return None


def authenticate_first(context: Context, scope: Mapping[str, Any]) -> None:
    """Look at the credentials that a WebSocket begins with; see `authenticate_again`.

    Raises `RateLimited` if too many bad ones came from the same address.
    """
    with rates.counting_failures(request_of(scope, context.connection_params)):
        authenticate_again(context, scope)
        if context.identity is None and any((context.connection_params or {}).values()):
            raise AuthenticationFailed(_("Send `authorization` in `connection_init`."))
    # Nothing else is needed to authenticate again, for as long as the socket is open.
    authorization = _authorization_in(context.connection_params or {})
    context.connection_params = {"authorization": authorization} if authorization else None


def authenticate_again(context: Context, scope: Mapping[str, Any]) -> None:
    """Look anew at the credentials of a WebSocket, and at whose they are.

    Raises `AuthenticationFailed` if they don't hold, or are another person's now.
    """
    request = request_of(scope, context.connection_params)
    identity = authenticate(request)
    if identity is not None and identity.session and not _is_of_our_page(request):
        identity = None
    before = context.identity
    if before is not None and (identity is None or identity.user.pk != before.user.pk):
        raise AuthenticationFailed(_("You are not signed in any more."))
    context.request = request
    context.identify(identity)
    if identity is not None:
        # What streams show is decided where nothing can be read.
        context.look_up_blocks()


def _is_of_our_page(request: HttpRequest) -> bool:
    """Whether a browser may speak for its session here: `ALLOWED_ORIGINS` says who may connect.

    As Django's check of requests has it, to which handshakes do not come.
    """
    check = CsrfViewMiddleware(lambda request: HttpResponse())
    return "HTTP_ORIGIN" not in request.META or check._origin_verified(request)  # type: ignore[attr-defined]
