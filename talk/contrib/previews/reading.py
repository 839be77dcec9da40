"""Reads what a page says about itself: its title, a description, and the name of its site.

The page is a stranger's. So nothing here takes more time than its length allows: one pattern finds
the few tags of the head that matter, and no tree is built.
"""

import codecs
import encodings
import re
from collections.abc import Iterator
from dataclasses import dataclass
from encodings.aliases import aliases
from html import unescape

#: The most characters of a tag, or of a title, that are read.
MOST_OF_TAG = 4_096
#: The most tags that are read.
MOST_TAGS = 200
#: Bytes in which a page names its encoding.
MOST_OF_ENCODING = 1_024

#: Encodings of pages, by the names of Python's modules. Some others take very long.
ENCODINGS = frozenset(
    {"utf_8", "koi8_r", "koi8_u", "mac_roman", "gb18030", "gbk", "gb2312", "big5", "big5hkscs"}
    | {"euc_jp", "shift_jis", "cp932", "iso2022_jp", "euc_kr", "cp949", "utf_16_le", "utf_16_be"}
    | {f"cp{number}" for number in (866, 874, *range(1250, 1259))}
    | {f"iso8859_{number}" for number in (*range(2, 12), *range(13, 17))}
)
#: What pages mean by these names.
_MEANT = {"ascii": "cp1252", "latin_1": "cp1252", "utf_16": "utf_16_le"}
_MARKS = {
    codecs.BOM_UTF8: "utf_8",
    codecs.BOM_UTF16_LE: "utf_16_le",
    codecs.BOM_UTF16_BE: "utf_16_be",
}

_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([a-z0-9_:.-]{1,40})""", re.I | re.A)
#: The beginning of what matters, of what hides all that is in it, and of the end of the head.
_BEGINNING = re.compile(
    r"<(?:(title|meta)(?=[\s/>])|(!--)|(script|style|noscript|template|svg)(?=[\s/>])"
    r"|/head(?=[\s/>])|body(?=[\s/>]))",
    re.I,
)
_TAG_REST = re.compile(r"""(?:[^"'>]|"[^"]*+"|'[^']*+')*+>""")
_TITLE = re.compile(r"[^>]*+>(.*?)(?:</title|$)", re.I | re.S)
_ATTRIBUTE = re.compile(
    r"""([^\s"'>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""",
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says about itself, as it is written there."""

    title: str
    description: str = ""
    site_name: str = ""


def read_page(body: bytes, content_type: str) -> Page | None:
    """What an HTML page says about itself. None if it has no title.

    `content_type` is the header of the answer, and `body` may be cut.
    """
    said: dict[str, str] = {}
    for name, value in _found(body.decode(_encoding(body, content_type), "replace")):
        if value.strip():
            said.setdefault(name, value)
    title = said.get("og:title") or said.get("title")
    description = said.get("og:description") or said.get("description", "")
    return Page(title, description, said.get("og:site_name", "")) if title else None


def _encoding(body: bytes, content_type: str) -> str:
    for mark, encoding in _MARKS.items():
        if body.startswith(mark):
            return encoding
    for text in (content_type, body[:MOST_OF_ENCODING].decode("latin-1")):
        if named := _CHARSET.search(text):
            # Not `codecs.lookup`, which remembers each unknown name for ever.
            name = encodings.normalize_encoding(named[1].lower())
            name = aliases.get(name, name)
            name = _MEANT.get(name, name)
            if name in ENCODINGS:
                return name
    return "utf_8"


def _found(text: str) -> Iterator[tuple[str, str]]:
    """The title, and the name and the content of each `<meta>` in the head of a page."""
    at = count = 0
    while (beginning := _BEGINNING.search(text, at)) and count < MOST_TAGS:
        at, (tag, comment, hiding) = beginning.end(), beginning.groups()
        if tag:
            count += 1
            rest = text[at : at + MOST_OF_TAG]
            yield from _title(rest) if tag.lower() == "title" else _meta(rest)
        elif comment or hiding:
            at = _after(text, "-->" if comment else f"</{hiding}", at)
        else:
            return


def _after(text: str, end: str, start: int) -> int:
    """The position after `end`, in upper or lower case; without one, the end of the text."""
    found = re.compile(re.escape(end.lower()), re.I).search(text, start)
    return found.end() if found else len(text)


def _title(rest: str) -> Iterator[tuple[str, str]]:
    if found := _TITLE.match(rest):
        yield "title", unescape(found[1])


def _meta(rest: str) -> Iterator[tuple[str, str]]:
    if tag := _TAG_REST.match(rest):
        said: dict[str, str] = {}
        for name, *values in _ATTRIBUTE.findall(tag[0]):
            said.setdefault(name.lower(), unescape("".join(values)))
        yield (
            (said.get("property") or said.get("name", "")).strip().lower(),
            said.get("content", ""),
        )
