"""Renders GraphiQL, a page to try the API with. It loads nothing from other servers."""

import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import global_settings, settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, is_valid_path
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString

from talk.conf import conf
from talk.models import Message, MessageCapability, Participation
from talk.naming import name_of

from ..ids import global_id_of

#: The package that has the scripts and styles of GraphiQL as static files.
PACKAGE = "graphene_django_graphiql_static"

_FOLDER = Path(__file__).with_name("page")
# This package need not be an installed app, so the project's template engine can't find these.
_ENGINE = Engine(dirs=[str(_FOLDER)])


def render_graphiql(request: HttpRequest) -> HttpResponse:
    """The page. Its tabs hold operations that work at once for the user of the session."""
    nonce = secrets.token_urlsafe(16)
    files = static(f"{PACKAGE}/")
    page = _ENGINE.get_template("page.html").render(
        Context(
            {
                "bar": _bar(request),
                "configuration": _configuration(request),
                "files": files,
                "has_scripts": apps.is_installed(PACKAGE),
                "nonce": nonce,
            }
        )
    )
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = _policy(nonce, files)
    # The same URL answers programs with JSON.
    patch_vary_headers(response, ["Accept"])
    return response


def _bar(request: HttpRequest) -> SafeString:
    if conf.GRAPHIQL_BAR:
        return render_to_string(conf.GRAPHIQL_BAR, request=request)
    given = {"user": _viewer(request), "sign_in": _sign_in(request)}
    return _ENGINE.get_template("bar.html").render(Context(given))


def _sign_in(request: HttpRequest) -> str | None:
    """The project's page for signing in, or the admin's; it leads back here afterwards."""
    for place in (settings.LOGIN_URL, "admin:login"):
        try:
            address = resolve_url(place)
        except NoReverseMatch:
            continue
        # Django's default for `LOGIN_URL` leads nowhere in many projects.
        if address != global_settings.LOGIN_URL or is_valid_path(address):
            return redirect_to_login(request.path, address).url
    return None


def _configuration(request: HttpRequest) -> dict[str, Any]:
    viewer = _viewer(request)
    newest = viewer and Participation.objects.inbox_for(viewer).first()
    if newest:
        # Tabs are kept in the browser. The next user of it must not see them.
        whose, tabs = str(viewer.pk), _tabs(newest)
    elif viewer:
        # Kept apart, so that the tabs change as soon as the inbox is not empty any more.
        whose, tabs = (
            f"new-{viewer.pk}",
            [{"query": _document(name)} for name in ("people", "inbox")],
        )
    else:
        whose, tabs = "nobody", [{"query": _document("viewer")}]
    return {
        "csrfCookie": settings.CSRF_COOKIE_NAME,
        "csrfToken": get_token(request),
        "storage": f"talk:{whose}:",
        "tabs": tabs,
        "viewer": {"key": str(viewer.pk), "name": name_of(viewer)} if viewer else {"key": ""},
    }


def _tabs(newest: Participation) -> list[dict[str, str]]:
    """Tabs about the conversation in which something happened last."""
    conversation = newest.conversation
    key = global_id_of(conversation)
    texts = Message.objects.visible_to(newest).filter(kind=Message.Kind.TEXT, removed_as="")
    last = texts.order_by("number").last()
    last_own = texts.filter(sender=newest.user_id).order_by("number").last()
    # The subscription begins with the last two changes, to show what a change looks like.
    after = max(0, conversation.revision - 2)
    variables: dict[str, dict[str, Any]] = {
        "inbox": {},
        "thread": {"id": key},
        "send": {"id": key, "body": "Hello from GraphiQL"},
    }
    # Neither depends on the role of the sender.
    if last_own and MessageCapability.EDIT in newest.capabilities_with(last_own, None):
        variables["edit"] = {"message": global_id_of(last_own), "body": "Edited in GraphiQL"}
    emoji = "👍" if conf.REACTIONS is None else next(iter(conf.REACTIONS), None)
    if last and emoji and MessageCapability.REACT in newest.capabilities_with(last, None):
        variables["react"] = {"message": global_id_of(last), "emoji": emoji}
    variables["subscribe"] = {"id": key, "after": after}
    return [
        {"query": _document(name), "variables": json.dumps(each, indent=2, ensure_ascii=False)}
        for name, each in variables.items()
    ]


def _document(name: str) -> str:
    text = (_FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
    return text.replace("... on ", f"... on {conf.TYPE_PREFIX}")


def _viewer(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def _policy(nonce: str, files: str) -> str:
    # Static files may come from another origin.
    address = urlsplit(files)
    origin = f" {address.scheme}://{address.netloc}" if address.netloc else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'{origin}",
            # The editor styles itself.
            f"style-src 'self' 'unsafe-inline'{origin}",
            "font-src 'self' data:",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
