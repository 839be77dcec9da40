"""Cleans the names and types of files as clients give them."""

import re
import unicodedata

from .conf import conf
from .text import BLANKS, is_visible, without_controls

FILENAME_LENGTH = 255
#: What a file is called of whose name nothing is left.
UNNAMED = "file"
#: The most characters of an ending that a shortened name keeps.
ENDING_LENGTH = 20
#: The type of files of which nothing else is known.
UNKNOWN_TYPE = "application/octet-stream"
TYPE_LENGTH = 100

#: Blanks that are no white space to Python. Many of them would push the ending out of sight.
_SPACES = dict.fromkeys(map(ord, BLANKS), " ")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.ASCII)


def clean_filename(name: str) -> str:
    """`name` without folders, controls and direction marks, at most `FILENAME_LENGTH` characters.

    It is never empty, and never a name of a folder. A name that is too long keeps its ending.
    """
    name = name.replace("\\", "/").rpartition("/")[2]
    name = " ".join(without_controls(name).translate(_SPACES).split()).rstrip(". ")
    # Before and after: to normalize a long text may take minutes, and may make it longer.
    name = _shortened(unicodedata.normalize("NFC", _shortened(name)))
    return name if is_visible(name) else UNNAMED


def clean_content_type(content_type: str) -> str:
    """The type without parameters, in lower case; `UNKNOWN_TYPE` if it is none."""
    content_type = content_type.partition(";")[0].strip().lower()
    is_type = len(content_type) <= TYPE_LENGTH and _TYPE.fullmatch(content_type)
    return content_type if is_type else UNKNOWN_TYPE


def is_allowed_type(content_type: str) -> bool:
    """Whether `UPLOAD_TYPES` allows files of this type."""
    allowed = conf.UPLOAD_TYPES
    return allowed is None or any(
        content_type.startswith(each[:-1]) if each.endswith("/*") else content_type == each
        for each in allowed
    )


def _shortened(name: str) -> str:
    if len(name) <= FILENAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > ENDING_LENGTH:
        return name[:FILENAME_LENGTH]
    return f"{stem[: FILENAME_LENGTH - len(ending) - 1]}.{ending}"
