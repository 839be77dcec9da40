"""Takes the tokens of files out of paths that are logged: whoever has one can download the file."""

import logging
import re
from typing import Any

#: What comes after this in a path is a token.
_TOKENS = re.compile(r"(/talk/files/(?:upload/)?).*", re.DOTALL)


def without_token(path: Any) -> str:
    """A path or a URL up to the token of a file, if there is one."""
    return _TOKENS.sub(r"\1", str(path))


class HideTokens(logging.Filter):
    """Takes tokens out of the arguments of each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                without_token(each) if isinstance(each, str) else each for each in record.args
            )
        return True
