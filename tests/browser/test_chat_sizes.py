"""How much JavaScript the elements are. It is served as it is written: there is no build."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from talk.front_end import imported_modules
from tests.project.processes import ROOT

CLIENT = ROOT / "schema" / "client"
ELEMENTS = CLIENT / "elements"
#: Bytes of code until the first message is on the screen, and with all that is loaded later.
MOST_AT_FIRST, MOST = 80_000, 173_500


def _code(text: str) -> str:
    """The code of a module without comments, indentation and style sheets."""
    text = re.sub(r"/\*\*.*?\*/\n?", "", text, flags=re.DOTALL)
    text = re.sub(r"^\s*//.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"sheet\(`.*?`\)", "sheet()", text, flags=re.DOTALL)
    return re.sub(r"^\s+", "", text, flags=re.MULTILINE)


def _sizes(modules: Iterable[Path]) -> tuple[int, int]:
    """The bytes as they are served, and those of code alone."""
    texts = [module.read_text(encoding="utf-8") for module in modules]
    return sum(len(text.encode()) for text in texts), sum(len(_code(t).encode()) for t in texts)


def test_the_elements_are_small(capsys: pytest.CaptureFixture[str]) -> None:
    loaded = {CLIENT / module.removeprefix("talk/") for module in imported_modules()}
    first = {module for module in loaded if module.is_relative_to(ELEMENTS)}
    other_languages = set((ELEMENTS / "words").glob("*.js")) - {ELEMENTS / "words" / "en.js"}
    everything = set(ELEMENTS.rglob("*.js")) - other_languages

    served_first, code_first = _sizes(first)
    served, code = _sizes(everything)

    assert other_languages
    assert not other_languages & first
    assert ELEMENTS / "chat.js" in first
    assert ELEMENTS / "details.js" not in first
    with capsys.disabled():
        print(  # noqa: T201
            f"\n  until the first message: {code_first:,} bytes of code, {served_first:,} as served"
            f"\n  all elements: {code:,} bytes of code, {served:,} as served"
        )
    assert code_first <= MOST_AT_FIRST
    assert code <= MOST
