"""Lists changes of the GraphQL schema since a Git revision after which clients can fail."""

import subprocess
import sys

from graphql import build_schema
from graphql.utilities import find_breaking_changes

from .markdown import ROOT

SDL = "schema/schema.graphql"


def broken(before: str, after: str) -> list[str]:
    """Each change between two schemas after which a working client can fail."""
    changes = find_breaking_changes(build_schema(before), build_schema(after))
    return [change.description for change in changes]


def main(revision: str) -> int:
    command = ["git", "show", f"{revision}:{SDL}"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = broken(shown.stdout, (ROOT / SDL).read_text(encoding="utf-8"))
    sys.stdout.writelines(f"{line}\n" for line in found)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
