"""What the server runs on is named exactly: packages, images and actions."""

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .declared import REQUIREMENTS, SERVER, declared
from .markdown import ROOT

CONTRIBUTING = ROOT / ".github" / "CONTRIBUTING.md"
#: Each is a package with its version, where it is for, and the digests of its files.
PINS = re.findall(
    r"^([\w.-]+==\S+(?: ; .+?)?) \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)",
    REQUIREMENTS.read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)
NAMED = r"\S+@(?:sha256:[0-9a-f]{64}|[0-9a-f]{40} # v\d+\.\d+\.\d+)"


@pytest.mark.parametrize("python", ["3.11.7", "3.13.0", "3.14.0"])
def test_the_pinned_packages_are_what_the_project_asks_for(python):
    here = {"python_version": python.rpartition(".")[0], "python_full_version": python}
    pinned = {}
    for line, _digests in PINS:
        pin = Requirement(line)
        if pin.marker is None or pin.marker.evaluate(here):
            pinned[canonicalize_name(pin.name)] = str(pin.specifier).removeprefix("==")

    for each in declared(*SERVER):
        version = pinned.get(canonicalize_name(each.name))
        assert version is not None, f"{each.name} is not pinned: see CONTRIBUTING.md"
        assert each.specifier.contains(version), f"{each} excludes {version}: see CONTRIBUTING.md"


def test_the_file_holds_pins_alone_and_the_command_that_makes_it():
    text = REQUIREMENTS.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    (command,) = re.findall(r"^#    (uv pip compile .+)$", text, flags=re.MULTILINE)

    assert len(lines) == len(PINS) + sum(digests.count("\n") for _line, digests in PINS)
    assert "://" not in text
    assert f"\n{command}\n" in CONTRIBUTING.read_text(encoding="utf-8")
    assert [f"--extra {extra}" in command for extra in SERVER] == [True] * len(SERVER)


def test_images_and_actions_are_named_by_digest():
    used = {"Dockerfile": r"^FROM (\S+)", "compose.yaml": r"^ +image: (?!talk$)(.+)$"}
    used |= {
        str(path.relative_to(ROOT)): r"\buses: (.+)$"
        for path in ROOT.glob(".github/workflows/*.yml")
    }

    for name, pattern in used.items():
        found = re.findall(pattern, (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert found, name
        for each in found:
            assert re.fullmatch(NAMED, each), f"{name}: {each}"
