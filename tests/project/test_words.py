"""The words that CONTRIBUTING.md explains are names in the code."""

import re

from .markdown import ROOT, table

CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"


def test_the_words_of_the_code_are_in_the_code():
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("talk", "schema")
        for path in (ROOT / folder).rglob("*.py")
    )
    where = " ".join(" ".join(row[1:]) for row in table(CONTRIBUTING, "word"))
    names = {name.rpartition(".")[2] for name in re.findall(r"`([\w.]+)`", where)}
    modules = {path.stem for path in (ROOT / "talk").rglob("*.py")}
    packages = {path.parent.name for path in ROOT.rglob("*/__init__.py")}

    assert len(names) > 15, "for this test to mean anything"
    assert {
        name
        for name in names - modules - packages
        if not re.search(rf"(class|def) {name}\b|\b{name}( =|:)", code)
    } == set()
