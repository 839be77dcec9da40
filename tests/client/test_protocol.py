"""What the page on the protocol says about Apollo Client, urql and generated types, tried out."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from ..project.markdown import ROOT, example
from . import node
from .packages import HERE, installed
from .test_types import compile_types

PROTOCOL = ROOT / "docs" / "protocol.md"

#: A file of an app whose types are generated.
USED = """
import { graphql } from "./gql/index.js";
import type { ResultOf } from "@graphql-typed-document-node/core";

const page = graphql(`PAGE`);
type Message = NonNullable<
  ResultOf<typeof page>["conversation"]
>["messages"]["edges"][number]["node"];
export const numberOf = ({ number, body }: Message): [number, string] => [number, body];
// @ts-expect-error It is a number.
export const wrong = ({ number }: Message): string => number;
"""


def test_apollo_client_and_urql_do_what_the_page_says(app: Path, server: dict[str, str]) -> None:
    adapters = app / "adapters"
    create, follow = (
        example(PROTOCOL, "js", containing)
        for containing in ("talkLink(connect", "function followThread")
    )
    (adapters / "apollo-example.mjs").write_text(create + follow, encoding="utf-8")
    urql = example(PROTOCOL, "js", "talkExchange(connect")
    (adapters / "urql-example.mjs").write_text(urql, encoding="utf-8")

    page = example(PROTOCOL, "graphql", "fragment Row").replace("query (", "query Page(")
    node.run(adapters / "protocol.mjs", PAGE=page, **server)


def test_it_names_the_packages_that_are_needed(packages: Path, tarball: Path) -> None:
    _npm, _install, *named = example(PROTOCOL, "sh", "npm install").split()

    assert named[-1] == f"./{tarball.name}"
    for name in named[:-1]:
        assert (packages / "node_modules" / name).is_dir()


def test_types_of_documents_are_generated(installations: Path, tmp_path: Path) -> None:
    project = installed(HERE / "codegen", installations, tmp_path)
    config = example(PROTOCOL, "ts", "CodegenConfig")
    schema = str(ROOT / "schema" / "schema.graphql")
    config = config.replace("path/to/talk/schema/schema.graphql", schema)
    (project / "codegen.ts").write_text(config, encoding="utf-8")
    (project / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (project / "src").mkdir()
    page = re.sub(r"\s+", " ", example(PROTOCOL, "graphql", "messages(last: 50)"))
    used = USED.replace("PAGE", page.replace("query (", "query Page("))
    (project / "src" / "used.ts").write_text(used, encoding="utf-8")

    generator = project / "node_modules" / ".bin" / "graphql-codegen"
    done = subprocess.run(
        [generator, "--config", "codegen.ts"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    options = {"strict": True, "noEmit": True, "module": "preserve", "types": []}
    described = {"compilerOptions": options, "include": ["src"]}
    (project / "tsconfig.json").write_text(json.dumps(described), encoding="utf-8")
    assert compile_types(project, project) == ""


@pytest.mark.parametrize("page", [PROTOCOL, ROOT / "schema" / "client" / "README.md"])
def test_the_version_of_the_package_is_the_present_one(page: Path) -> None:
    described = json.loads((ROOT / "schema" / "client" / "package.json").read_text("utf-8"))

    named = re.findall(r"talk-client-([\d.]+)\.tgz", page.read_text(encoding="utf-8"))

    assert set(named) == {described["version"]}
