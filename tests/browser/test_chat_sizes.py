"""How much JavaScript the elements are. It is served as it is written: there is no build."""

import re

import pytest

from tests.project.processes import ROOT

ELEMENTS = ROOT / "schema" / "client" / "elements"
#: Bytes of code: without comments, indentation, style sheets and all languages but one.
MOST = 110_000


def _code(text: str) -> str:
    """The code of a module, as what only leaves out comments and indentation would leave it."""
    text = re.sub(r"/\*\*.*?\*/\n?", "", text, flags=re.DOTALL)
    text = re.sub(r"^\s*//.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"sheet\(`.*?`\)", "sheet()", text, flags=re.DOTALL)
    return re.sub(r"^\s+", "", text, flags=re.MULTILINE)


def test_the_code_of_the_elements_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    others = set((ELEMENTS / "words").glob("*.js")) - {ELEMENTS / "words" / "en.js"}
    modules = set(ELEMENTS.rglob("*.js")) - others
    size = sum(len(_code(module.read_text(encoding="utf-8")).encode()) for module in modules)

    assert others
    with capsys.disabled():
        print(f"\n  {size:,} bytes of code in {len(modules)} modules")  # noqa: T201
    assert size <= MOST
