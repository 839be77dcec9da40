"""Keeps Daphne from parsing forms on the event loop.

Twisted, on which Daphne is built, parses the body of each request that says it is a form, however
long. Daphne does not use the result. Django parses a form itself, in a thread, if a view needs it.
"""

from functools import partial
from inspect import signature


def leave_forms_to_django() -> None:
    """Switch it off. Does nothing without Daphne, or with a Twisted that has no option for it."""
    try:
        from daphne import http_protocol
        from twisted.web.http import Request
    except ImportError:
        return
    if "parsePOSTFormSubmission" in signature(Request).parameters:
        unparsed = partial(http_protocol.WebRequest, parsePOSTFormSubmission=False)
        http_protocol.WebRequest = unparsed
