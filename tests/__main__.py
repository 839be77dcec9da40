"""`python -m tests`: all of them on SQLite and memory, then on PostgreSQL and Valkey.

Arguments go to pytest.
"""

import os
import subprocess
import sys
from contextlib import ExitStack

from .services import postgresql, valkey


def run(leg: str, **environment: str) -> int:
    print(f"\n=== {leg} ===", flush=True)  # noqa: T201
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    return subprocess.run(command, env=os.environ | environment, check=False).returncode


def main() -> int:
    given = {
        name: os.environ.pop(name) for name in ("DATABASE_URL", "REDIS_URL") if name in os.environ
    }
    codes = [run("SQLite, in-memory layer")]
    os.environ.update(given)
    with ExitStack() as services:
        try:
            urls = {
                "DATABASE_URL": services.enter_context(postgresql()),
                "REDIS_URL": services.enter_context(valkey()),
            }
        except Exception as error:
            # Not every machine has a package of them. What was not run is said, not hidden.
            print(  # noqa: T201
                f"\n=== PostgreSQL, Valkey: NOT RUN. They can't be started here: {error!r} ===\n"
                "Set DATABASE_URL and REDIS_URL to use yours."
            )
        else:
            codes.append(run("PostgreSQL, Valkey", **urls))
    return max(codes)


sys.exit(main())
