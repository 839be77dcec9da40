"""Why an address was not fetched, and the time that a fetch has left."""

import time
from enum import Enum


class Reason(Enum):
    """Why there is no answer. The second value says whether a later attempt may succeed."""

    MALFORMED = "The URL can't be read, or it holds a user name.", False
    SCHEME = "The scheme is not allowed, or a redirect led from https to http.", False
    PORT = "The port is not allowed.", False
    PRIVATE = "The host is not on the public internet.", False
    UNKNOWN_HOST = "The host does not exist.", False
    CERTIFICATE = "The certificate is not valid for the host.", False
    TOO_MANY_REDIRECTS = "The address redirects too often.", False
    UNREACHABLE = "The host can't be reached.", True
    TIMED_OUT = "The answer took too long.", True
    BROKEN = "The answer ended early, or is not HTTP.", True

    def __init__(self, sentence: str, retryable: bool) -> None:
        self.sentence = sentence
        self.retryable = retryable


class OutsideError(Exception):
    """An address was not fetched. Says neither the address nor anything of the answer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.sentence)
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[Reason]]:
        return type(self), (self.reason,)

    @property
    def retryable(self) -> bool:
        """Whether a later attempt may succeed."""
        return self.reason.retryable


class Deadline:
    """The end of the time that one fetch has."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left: more than none, otherwise raises."""
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise OutsideError(Reason.TIMED_OUT)
        return seconds
