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
    #: Seconds at least from the start of one fetch to the start of the next.
    REST = 10.0
    #: Seconds that the key server may send nothing.
    TIMEOUT = 5.0
    #: Seconds after which the next fetch may start though one has not ended. `TIMEOUT` does not end
    #: a fetch whose bytes trickle in, and the thread of a fetch does not survive a fork.
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
        #: When each unknown key id was first asked for, by the id's hash: an id may be long.
        self._asked: dict[int, float] = {}

    def find(self, kid: str) -> jwt.PyJWK | None:
        """The key with this id; None if it was not among the keys that were fetched since.

        Raises `Unavailable` while no fetch has ended since the id was first asked for, so that
        clients send a token with a new key again. Also raises it if the last keys are older than
        `KEPT`, as the key server can't be read.
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
            # An issuer that publishes no key wants no token to be valid.
            found = jwt.PyJWKSet.from_dict(published).keys if published["keys"] != [] else []
            usable = (key for key in found if key.key_id and key.public_key_use in {"sig", None})
            # If two keys have one id, the first counts.
            keys = {str(key.key_id): key for key in [*usable][::-1]}
        # The server does not answer, or its answer is no key set.
        except Exception as error:
            logger.warning("The keys that verify tokens could not be fetched: %s", error)
        with self._lock:
            if started_at == self._started_at:
                self._fetching = False
            if keys is not None and started_at > self._read_at:
                self._keys, self._read_at = keys, started_at

    def _is_refuted(self, kid: str) -> bool:
        """Whether the keys were fetched since this id was first asked for."""
        with self._lock:
            first = self._asked.setdefault(hash(kid), time.monotonic())
            if len(self._asked) > self.MAX_ASKED:
                del self._asked[next(iter(self._asked))]
            return self._read_at > first

    def _seconds_to_wait(self) -> int:
        """Seconds until the running fetch, or the next one that may start, has probably ended."""
        rest = 0 if self._fetching else self._started_at + self.REST - time.monotonic()
        return 1 + max(0, math.ceil(rest))


@cache
def published_keys(url: str) -> PublishedKeys:
    """The keys at `url`. All requests of a process share them."""
    return PublishedKeys(url)
