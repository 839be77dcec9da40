"""Becoming one of the demo's people with a click. Only there when `DEMO` is on."""

from typing import Any

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from .world import PEOPLE, people


@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Sign in as the person whom the form names, or, without a name, sign out."""
    username = request.POST.get("username")
    if username:
        known = get_user_model().objects.filter(username__in=PEOPLE)
        # The one backend by which users come; nobody needs a password here.
        backend = "django.contrib.auth.backends.ModelBackend"
        login(request, get_object_or_404(known, username=username), backend)
    else:
        logout(request)
    return redirect("graphql")


def cast(request: HttpRequest) -> dict[str, Any]:
    """For templates: whom one can be."""
    return {"people": people}
