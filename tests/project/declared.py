"""What `pyproject.toml` declares, and what installing it brings."""

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from .markdown import ROOT

#: The file with the exact versions that the server runs on.
REQUIREMENTS = ROOT / "backend" / "requirements.txt"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
#: The extras of the packages in `REQUIREMENTS`.
SERVER = ("production", "server")


def declared(*extras: str) -> list[Requirement]:
    """The dependencies of the project with these extras, and with the extras that they name."""
    found = []
    for line in [*PROJECT["dependencies"], *(line for extra in extras for line in EXTRAS[extra])]:
        requirement = Requirement(line)
        if requirement.name == PROJECT["name"]:
            found += declared(*requirement.extras)
        else:
            found.append(requirement)
    return found


@cache
def modules() -> dict[str, set[str]]:
    """The top-level modules of each package that is installed here."""
    found: dict[str, set[str]] = {}
    for module, names in packages_distributions().items():
        for name in names:
            found.setdefault(canonicalize_name(name), set()).add(module)
    return found


def brought_by(requirements: list[Requirement]) -> set[str]:
    """The names of the packages that installing these brings, as they are installed here."""
    found: set[str] = set()
    seen, rest = set(), [(each.name, frozenset({"", *each.extras})) for each in requirements]
    while rest:
        name, extras = canonicalize_name(rest[-1][0]), rest.pop()[1]
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            needed = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue
        found.add(name)
        rest += [
            (each.name, frozenset({"", *each.extras}))
            for each in needed
            if each.marker is None or any(each.marker.evaluate({"extra": at}) for at in extras)
        ]
    return found
