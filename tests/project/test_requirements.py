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
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))


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


def test_images_are_named_by_version_and_digest():
    for name, pattern in (("Dockerfile", r"^FROM (.+)$"), ("compose.yaml", r"^ +image: (.+)$")):
        found = re.findall(pattern, (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert found
        for each in found:
            # The second is built of the first.
            assert re.fullmatch(r"\S+:\d+\.\d+\S*@sha256:[0-9a-f]{64}|talk", each), name


def test_actions_are_named_by_commit():
    for path in WORKFLOWS:
        found = re.findall(r"\buses: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert found
        for each in found:
            assert re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), path.name


def test_the_next_versions_are_tried_of_what_has_a_narrow_range():
    (following,) = (path for path in WORKFLOWS if path.stem == "next")
    tried = set(re.findall(r"[\w-]+", following.read_text(encoding="utf-8")))

    assert {
        "django",
        "graphql-core",
        "psycopg",
        "strawberry-graphql",
        "strawberry-graphql-django",
    } <= tried
