"""The example of `docs/example` is short, and its types are right."""

from pathlib import Path

from ..project.markdown import ROOT
from .test_types import compile_types

EXAMPLE = ROOT / "docs" / "example"


def test_the_example_has_at_most_300_lines() -> None:
    """All of its JavaScript counts, with comments and empty lines; HTML and CSS don't."""
    lines = [line for file in EXAMPLE.glob("*.js") for line in file.read_text().splitlines()]

    assert 200 < len(lines) <= 300
    assert max(map(len, lines)) <= 100


def test_the_example_uses_the_client_alone() -> None:
    text = "".join(file.read_text() for file in EXAMPLE.glob("*.js"))

    assert 'from "talk-client";' in text
    for other in ("fetch(", "WebSocket", "elements/"):
        assert other not in text


def test_the_types_of_the_example_are_right(packages: Path) -> None:
    assert compile_types(packages, EXAMPLE) == ""
