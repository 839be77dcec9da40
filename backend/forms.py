"""Keeps Daphne from parsing forms on the event loop.

Twisted, which Daphne is made of, parses each body that says it is a form, whatever its length, and
Daphne makes no use of it: Django parses forms by itself, in a thread, if somebody asks for one.
"""

from functools import partial
from inspect import signature


def leave_forms_to_django() -> None:
    """Has no effect where there is no Daphne, or a Twisted that can't be told."""
    try:
        from daphne import http_protocol
        from twisted.web.http import Request
    except ImportError:
        return
    if "parsePOSTFormSubmission" in signature(Request).parameters:
        unparsed = partial(http_protocol.WebRequest, parsePOSTFormSubmission=False)
        http_protocol.WebRequest = unparsed
