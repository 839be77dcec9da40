"""Pages of the documentation, taken apart: their examples and their tables."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"


@dataclass(frozen=True)
class Example:
    """A block of code, and the heading that it stands under."""

    heading: str
    language: str
    code: str


def examples(page: Path, language: str | None = None) -> list[Example]:
    """The blocks of code of a page, in order."""
    parts = re.split(r"^```(\w*)\n(.*?)^```$", _text(page), flags=re.MULTILINE | re.DOTALL)
    found, heading = [], ""
    for prose, kind, code in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        heading = ([heading, *re.findall(r"^#+ (.+)$", prose, flags=re.MULTILINE)])[-1]
        found.append(Example(heading, kind, code))
    return [each for each in found if language in {None, each.language}]


def example(page: Path, language: str, containing: str) -> str:
    """The one block of code that has these words in it."""
    (found,) = (each.code for each in examples(page, language) if containing in each.code)
    return found


def table(page: Path, first_heading: str) -> list[list[str]]:
    """The rows of the one table whose first column has this heading, without the headings."""
    lines = _text(page).splitlines()
    (start,) = (
        number for number, line in enumerate(lines) if line.startswith(f"| {first_heading} |")
    )
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def names(cell: str) -> list[str]:
    """What stands in back-ticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")
