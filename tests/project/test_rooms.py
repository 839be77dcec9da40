"""The rooms of `schema` stay clean: few floors, no cycles, short files, and a page for each room.

import-linter holds the order of the rooms and their doors (`pyproject.toml`).
"""

import ast

import pytest

from .markdown import ROOT

#: The longest chain of modules that import each other.
MOST_FLOORS = 8
#: The lines of a file.
MOST_LINES = 250
#: Packages whose `__init__` is a module like any other.
WITHOUT_DOORS = {"schema", "schema.mutations", "talk.migrations"}

FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(ROOT.glob("schema/**/*.py"))
}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in FILES.items()}
ROOMS = [name for name, path in FILES.items() if path.name == "__init__.py"]


def running(node):
    """The nodes of a module, but for what only a type checker sees."""
    for each in ast.iter_child_nodes(node):
        is_for_types = isinstance(each, ast.If) and ast.unparse(each.test) == "TYPE_CHECKING"
        yield from running(ast.Module(each.orelse, [])) if is_for_types else [each, *running(each)]


def has_code(name):
    """Whether a module has more than its docstring."""
    return any(not isinstance(each, ast.Expr) for each in TREES[name].body)


def named(name):
    """The modules that a module names in its imports, and the packages that they are in."""
    package = name if name in ROOMS else name.rpartition(".")[0]
    for node in running(TREES[name]):
        if isinstance(node, ast.ImportFrom) and node.level:
            parts = package.split(".")
            base = [*parts[: len(parts) - node.level + 1], *filter(None, [node.module])]
            for each in node.names:
                target = ".".join([*base, each.name])
                target = target if target in FILES else ".".join(base)
                yield target
                # Python runs the packages that a module is in before the module itself.
                around = (each for each in ROOMS if within(target, each))
                yield from (each for each in around if not within(name, each))


def within(name, package):
    return f"{name}.".startswith(f"{package}.")


IMPORTS = {
    name: sorted({each for each in named(name) if each != name and has_code(each)})
    for name in FILES
}


def chain(name, above=()):
    """The longest chain of modules from this one down."""
    assert name not in above, f"a cycle: {' > '.join([*above, name])}"
    if name not in CHAINS:
        below = [chain(each, (*above, name)) for each in IMPORTS[name]]
        CHAINS[name] = [name, *max(below, key=len, default=[])]
    return CHAINS[name]


CHAINS: dict[str, list[str]] = {}


def test_modules_stand_on_few_others_and_in_no_circle():
    longest = max(map(chain, FILES), key=len)

    assert len(longest) <= MOST_FLOORS, " > ".join(longest)


@pytest.mark.parametrize("folder", ["schema", "talk"])
def test_files_are_short(folder):
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in ROOT.glob(f"{folder}/**/*.py")
        if "migrations" not in path.parts
    }

    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


@pytest.mark.parametrize("room", [each for each in ROOMS if each not in WITHOUT_DOORS])
def test_a_room_says_what_it_does_and_which_modules_are_its_doors(room):
    docstring = ast.get_docstring(TREES[room]) or ""
    importers = {
        target
        for name in FILES
        for target in named(name)
        if target.rpartition(".")[0] == room and not within(name, room)
    }

    assert len(docstring) > 100
    for door in importers:
        assert f"`{door.rpartition('.')[2]}`" in docstring, f"{room} doesn't name its door {door}"


def test_imports_are_relative():
    """In the wheel the package has another name."""
    absolute = [
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and not node.level
        and (node.module or "").partition(".")[0] == "schema"
    ]

    assert absolute == []
