"""Fetches the public keys of a token issuer in the background. No request waits for a fetch."""

import logging
import math
import threading
import time
from functools import cache

import jwt
from django.utils.translation import gettext as _

from ..errors import Unavailable

logger = logging.getLogger(__name__)


class PublishedKeys:
    """The signing keys at a URL (JWKS)."""

    #: Seconds after which the keys are fetched again.
    FRESH = 300.0
    #: Seconds for which the last keys are used while the key server can't be read.
    KEPT = 3_600.0
    #: Seconds from the start of one fetch to the start of the next, whatever tokens come.
    REST = 10.0
    #: Seconds that the key server may be silent.
    TIMEOUT = 5.0
    #: Seconds after which a fetch no longer keeps the next one from starting. `TIMEOUT` does not
    #: end one whose bytes trickle in, and a fork can lose the thread of one.
    GIVE_UP = 30.0
    #: Most unknown ids that are remembered.
    MAX_ASKED = 1_000

    def __init__(self, url: str) -> None:
        self._client = jwt.PyJWKClient(url, cache_jwk_set=False, timeout=self.TIMEOUT)
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        #: When the last fetch started, and when the last one that succeeded did.
        self._started_at = self._read_at = -math.inf
        self._fetching = False
        #: When ids that nobody knows were first asked for. By their hashes: an id may be long.
        self._asked: dict[int, float] = {}

    def find(self, kid: str) -> jwt.PyJWK | None:
        """The key with this id; None if the key server was read since the id came up, without it.

        Raises `Unavailable` until then, so that a token whose key is a second old is sent again,
        and also if the key server can't be read and the last keys are older than `KEPT`.
        """
        age = time.monotonic() - self._read_at
        key = self._keys.get(kid)
        if key and age < self.FRESH:
            return key
        self.fetch()
        if age < self.KEPT and (key or self._is_refuted(kid)):
            return key
        message = _("The key of this token is not known yet. Try again in a moment.")
        raise Unavailable(message, retry_after=self._seconds_to_wait())

    def fetch(self) -> None:
        """Start a fetch, unless one runs or the last one started less than `REST` seconds ago."""
        with self._lock:
            now = time.monotonic()
            if now - self._started_at < (self.GIVE_UP if self._fetching else self.REST):
                return
            self._fetching, self._started_at = True, now
        threading.Thread(target=self._fetch, args=[now], name="keys", daemon=True).start()

    def _fetch(self, started_at: float) -> None:
        keys = None
        try:
            published = self._client.fetch_data()
            # No key at all is an answer, too: the issuer wants no token to be valid.
            found = jwt.PyJWKSet.from_dict(published).keys if published["keys"] != [] else []
            usable = (key for key in found if key.key_id and key.public_key_use in {"sig", None})
            # If two keys have one id, the first counts.
            keys = {str(key.key_id): key for key in [*usable][::-1]}
        # The server is away, or its answer is no set of keys.
        except Exception as error:
            logger.warning("The keys that verify tokens could not be fetched: %s", error)
        with self._lock:
            if started_at == self._started_at:
                self._fetching = False
            if keys is not None and started_at > self._read_at:
                self._keys, self._read_at = keys, started_at

    def _is_refuted(self, kid: str) -> bool:
        """Whether the keys were read since this id was first asked for."""
        with self._lock:
            first = self._asked.setdefault(hash(kid), time.monotonic())
            if len(self._asked) > self.MAX_ASKED:
                del self._asked[next(iter(self._asked))]
            return self._read_at > first

    def _seconds_to_wait(self) -> int:
        """Seconds until a fetch that starts from now on can be done."""
        rest = 0 if self._fetching else self._started_at + self.REST - time.monotonic()
        return 1 + max(0, math.ceil(rest))


@cache
def published_keys(url: str) -> PublishedKeys:
    """The keys at `url`, which a process fetches once for all its requests."""
    return PublishedKeys(url)
