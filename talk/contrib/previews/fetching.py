"""Fetches pages, within limits that hold whatever people write and whatever hosts do."""

import logging
import time
from collections import Counter, defaultdict
from typing import Any
from urllib.parse import urldefrag, urlsplit

from ...outside import OutsideError, fetch
from .reading import Page, read_page

logger = logging.getLogger(__name__)

#: The most bytes of a page that are read.
MOST_BYTES = 524_288
#: The most seconds that one page takes, with its look-ups and redirects.
MOST_SECONDS = 5.0
REDIRECTS = 3
TYPES = frozenset({"text/html", "application/xhtml+xml"})

#: The most pages that are fetched in a minute: of all, of one host, and for one sender.
MOST_PAGES, MOST_OF_HOST, MOST_FOR_SENDER = 300, 20, 20
#: The most seconds in a minute in which pages for one sender are fetched.
MOST_SECONDS_FOR_SENDER = 15.0

#: How many pages are remembered, and for how many seconds: those with a preview, and the others.
REMEMBERED = 500
REMEMBER_SECONDS, REMEMBER_FAILURE_SECONDS = 600.0, 60.0


def fetch_page(url: str) -> Page | None:
    """What the page at `url` says about itself. None if it can't be had, or says nothing."""
    try:
        answer = fetch(
            url, most_bytes=MOST_BYTES, timeout=MOST_SECONDS, redirects=REDIRECTS, plain=True
        )
        kind = answer.headers.get("content-type", "")
        is_page = answer.status == 200 and kind.partition(";")[0].strip().lower() in TYPES
        return read_page(answer.body, kind) if is_page else None
    except OutsideError:
        return None
    except Exception:
        # A page is a stranger's: whatever is in it, the conversation is not held up.
        logger.exception("A page for a link preview could not be read")
        return None


class Pages:
    """The pages that a worker fetches, each once in some minutes."""

    def __init__(self) -> None:
        self._remembered: dict[str, tuple[float, Page | None]] = {}
        self._budget = Budget()

    def get(self, url: str, sender: Any) -> Page | None:
        """The page at `url`. None also if too much was fetched in this minute."""
        url = urldefrag(url).url
        until, page = self._remembered.get(url, (0.0, None))
        if time.monotonic() < until:
            return page
        host = urlsplit(url).hostname
        if not self._budget.allows(host, sender):
            return None
        begun = time.monotonic()
        page = fetch_page(url)
        self._budget.spend(host, sender, time.monotonic() - begun)
        self._remember(url, page)
        return page

    def _remember(self, url: str, page: Page | None) -> None:
        # What was fetched last is at the end.
        self._remembered.pop(url, None)
        if len(self._remembered) >= REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        seconds = REMEMBER_FAILURE_SECONDS if page is None else REMEMBER_SECONDS
        self._remembered[url] = time.monotonic() + seconds, page


class Budget:
    """What was fetched in this minute."""

    def __init__(self) -> None:
        self._ends_at = 0.0
        self._clear()

    def allows(self, host: Any, sender: Any) -> bool:
        """Whether a page of this host may be fetched for this sender."""
        if time.monotonic() >= self._ends_at:
            self._ends_at = time.monotonic() + 60
            self._clear()
        return (
            self._pages < MOST_PAGES
            and self._of_host[host] < MOST_OF_HOST
            and self._for_sender[sender] < MOST_FOR_SENDER
            and self._seconds[sender] < MOST_SECONDS_FOR_SENDER
        )

    def spend(self, host: Any, sender: Any, seconds: float) -> None:
        self._pages += 1
        self._of_host[host] += 1
        self._for_sender[sender] += 1
        self._seconds[sender] += seconds

    def _clear(self) -> None:
        self._pages = 0
        self._of_host: Counter[Any] = Counter()
        self._for_sender: Counter[Any] = Counter()
        self._seconds: dict[Any, float] = defaultdict(float)
