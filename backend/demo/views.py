"""The demo's chat, and how a window or a browser becomes somebody with a click.

These views are only there when `DEMO` is on.
"""

from typing import Any

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from schema.ids import global_id_of
from talk import front_end

from .identity import token_of
from .world import PEOPLE, people

#: The policy of the chat's page. All of its scripts and styles are files of this server.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        # Pictures that are about to be sent, and what stands in for others until these are there.
        # The choir's picture has the address that the demo prints. The page may have another name.
        "img-src 'self' blob: data: http://127.0.0.1:* http://localhost:*",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


@require_safe
@never_cache
@ensure_csrf_cookie
def chat(request: HttpRequest) -> HttpResponse:
    """The page with the chat. Its scripts ask for a `token` when the window becomes somebody."""
    given = {
        "cast": [(global_id_of(each), each) for each in people()],
        "modules": [front_end.entry_url(), *front_end.imported_urls()],
    }
    response = render(request, "demo/chat.html", given)
    response.headers["Content-Security-Policy"] = POLICY
    return response


@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A token of the person whom the form names.

    Django's check against forged requests lets only pages of this server have one.
    """
    person = _person(request.POST.get("username"))
    response = JsonResponse({"token": token_of(person.username)})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Sign in as the person whom the form names, or, without a name, sign out.

    The browser is then shown GraphiQL, with what is behind the `#` of this address.
    """
    username = request.POST.get("username")
    if username:
        # The one backend by which users come; nobody needs a password here.
        backend = "django.contrib.auth.backends.ModelBackend"
        login(request, _person(username), backend)
    else:
        logout(request)
    return redirect("graphql")


def cast(request: HttpRequest) -> dict[str, Any]:
    """For templates: whom one can be."""
    return {"people": people}


def _person(username: str | None) -> Any:
    known = get_user_model().objects.filter(username__in=PEOPLE)
    return get_object_or_404(known, username=username)
