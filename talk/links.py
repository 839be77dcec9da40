"""Finds the first link in a text, as the chat shows it.

`elements/thread/links.js` of the client has the same rules.
"""

import re
import unicodedata
from urllib.parse import urlsplit

#: The longest link of which there is a preview.
LINK_LENGTH = 2_048

#: White space as browsers have it. Signs that change the direction of writing end a link: its
#: address would look like another one.
_ENDS = r"\s\ufeff<>\"\u202a-\u202e\u2066-\u2069"
_LINK = re.compile(rf"(?<![A-Za-z0-9_])[Hh][Tt]{{2}}[Pp][Ss]?://[^{_ENDS}]+")
_OPENING = {")": "(", "]": "[", "}": "{"}
#: Punctuation with which a link may end.
_KEPT = frozenset("/_#@&%=-")
#: Characters that no host has. Browsers read a backslash as a slash, and others don't.
_NOT_IN_HOSTS = re.compile(r"[\x00-\x20\\%|^\x7f]")


def first_link(text: str) -> str | None:
    """The first link to a page of the web in `text`, as it is written there.

    None if there is none, or if it is too long. A link with a user name is none, since such a name
    is there to look like the host.
    """
    if "://" not in text:
        return None
    for found in _LINK.finditer(text):
        link = _without_punctuation(found[0])
        if _opens(link):
            return link if len(link) <= LINK_LENGTH else None
    return None


def _without_punctuation(link: str) -> str:
    """`link` without the signs that end the sentence around it.

    A bracket stays if it was opened inside.
    """
    # Counted once: a link may be as long as a message, and end with nothing but brackets.
    counts = {sign: link.count(sign) for sign in "()[]{}"}
    end = len(link)
    while end:
        last = link[end - 1]
        opening = _OPENING.get(last)
        is_loose = counts[last] > counts[opening] if opening else _is_punctuation(last)
        if not is_loose or last in _KEPT:
            break
        if last in counts:
            counts[last] -= 1
        end -= 1
    return link[:end]


def _is_punctuation(sign: str) -> bool:
    return sign == "~" or unicodedata.category(sign).startswith("P")


def _opens(link: str) -> bool:
    try:
        parts = urlsplit(link)
        # It raises for a port that is none.
        _port = parts.port
    except ValueError:
        return False
    place = parts.netloc
    return bool(parts.hostname) and "@" not in place and not _NOT_IN_HOSTS.search(place)
