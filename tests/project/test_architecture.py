"""The page on architecture lists every file, with the first line of its docstring."""

import ast
import itertools

from .markdown import ROOT

PAGE = ROOT / "docs" / "architecture.md"
HEADING = "## File by file\n"
PACKAGES = ("schema", "talk")
#: Their folders say what they hold.
LEFT_OUT = {"admin", "management", "migrations", "commands"}


def listing() -> str:
    """The part of the page that lists the files. Write it anew with
    `python -m tests.project.test_architecture`.
    """
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    shown = [path for path in paths if not LEFT_OUT & set(path.relative_to(ROOT).parts)]
    parts = []
    for folder, files in itertools.groupby(sorted(shown, key=_order), key=lambda each: each.parent):
        lines = [f"- `{path.name}`: {said}" for path in files if (said := _first_line(path))]
        parts.append("\n".join([f"**{folder.relative_to(ROOT).as_posix()}/**\n", *lines]))
    return "\n\n".join(parts) + "\n"


def _order(path):
    return path.parent, path.name != "__init__.py", path.name


def _first_line(path):
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return said.partition("\n")[0] if said else ""


def test_the_page_lists_the_files_there_are():
    _before, _heading, listed = PAGE.read_text(encoding="utf-8").partition(HEADING)

    assert listed.partition("\n\n")[2] == listing()


def test_every_file_says_what_it_is():
    silent = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.read_text(encoding="utf-8").strip()
        and not LEFT_OUT & set(path.relative_to(ROOT).parts)
        and not _first_line(path)
    ]

    assert silent == []


def main():
    text = PAGE.read_text(encoding="utf-8")
    before, heading, listed = text.partition(HEADING)
    introduction = listed.partition("\n\n")[0]
    PAGE.write_text(f"{before}{heading}{introduction}\n\n{listing()}", encoding="utf-8")


if __name__ == "__main__":
    main()
