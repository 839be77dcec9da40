"""Reads the credentials of a WebSocket from its handshake and its `connection_init` message.

Authenticators know only HTTP. So the handshake, which is an HTTP request, becomes a Django request,
and the credentials of `connection_init` become its `Authorization` header.
"""

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

from ..authentication import AuthenticationFailed, Authorization, authenticate, rates
from ..authentication.context import Context
from ..errors import SignedOut


def django_request(
    scope: Mapping[str, Any], params: Mapping[str, Any] | None = None
) -> ASGIRequest:
    """The handshake as a Django request, with the session and user that middleware would add.

    `params` is the payload of `connection_init`. Browsers can't add headers to a handshake, so
    clients send their credentials there. Raises `AuthenticationFailed` if they are no string.
    """
    scheme = "https" if scope.get("scheme") in {"wss", "https"} else "http"
    request = ASGIRequest({**scope, "method": "GET", "scheme": scheme}, BytesIO())
    header, secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    if request.META.get(header) == "wss":
        # Traefik sends this where other proxies send `https`.
        request.META[header] = secure
    if authorization := _authorization_in(params or {}):
        if not isinstance(authorization, str):
            raise AuthenticationFailed(_("`authorization` must be a string."))
        request.META["HTTP_AUTHORIZATION"] = authorization
    engine = import_module(settings.SESSION_ENGINE)
    session = engine.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    # Django gives a session that was signed with an old `SECRET_KEY` a new key. A handshake can't
    # send the browser its new cookie, so the browser would lose its session.
    session.cycle_key = session.flush = lambda: None
    request.session = session
    request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]
    return request


def _authorization_in(params: Mapping[str, Any]) -> Any:
    """`authorization` in the payload of `connection_init`, or in its `headers`, in any case.

    Some clients send `headers`.
    """
    headers = params.get("headers")
    for given in (params, headers if isinstance(headers, dict) else {}):
        for name, value in given.items():
            if name.lower() == "authorization" and value:
                return value
    return None


def authenticate_first(context: Context, scope: Mapping[str, Any]) -> None:
    """Authenticate a WebSocket when it begins, and keep in `context` who its user is.

    Raises `AuthenticationFailed` if its credentials are not valid, and `RateLimited` if too many
    credentials from its address were not.
    """
    params = context.connection_params or {}
    request = django_request(scope, params)
    authorization = Authorization.of(request)
    with rates.counting_failures(request, authorization):
        _identify(context, request, authorization)
        if context.identity is None and any(params.values()):
            raise AuthenticationFailed(_("Send `authorization` in `connection_init`."))
    # `authenticate_again` needs nothing else of it.
    kept = _authorization_in(params)
    context.connection_params = {"authorization": kept} if kept else None


def authenticate_again(context: Context, scope: Mapping[str, Any]) -> None:
    """Authenticate an open WebSocket or event stream anew.

    Raises `AuthenticationFailed` if its credentials are not valid any more, or are another user's.
    """
    request = django_request(scope, context.connection_params)
    _identify(context, request, Authorization.of(request))


def _identify(context: Context, request: HttpRequest, authorization: Authorization | None) -> None:
    identity = authenticate(request, authorization)
    if identity is not None and identity.session and not _is_of_own_page(request):
        identity = None
    before = context.identity
    if before is not None and (identity is None or identity.user.pk != before.user.pk):
        raise SignedOut
    context.request = request
    context.identify(identity)
    if identity is not None:
        # Live updates ask for blocks on the event loop, where the database can't be read.
        context.look_up_blocks()


def _is_of_own_page(request: HttpRequest) -> bool:
    """Whether the handshake's page may use the session of its browser.

    Django's check of cross-site requests decides. `ALLOWED_ORIGINS` only says which pages may
    connect, with a token.
    """
    check = CsrfViewMiddleware(lambda request: HttpResponse())
    return "HTTP_ORIGIN" not in request.META or check._origin_verified(request)  # type: ignore[attr-defined]
