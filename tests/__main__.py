"""`python -m tests`: all of them on SQLite and memory, and on PostgreSQL and Valkey, side by side.

Arguments go to pytest.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from typing import IO

from .services import postgresql, valkey

SERVICES = ("DATABASE_URL", "REDIS_URL")
#: These start servers on databases of their own, the same in either leg: once is enough.
ONCE = ("--ignore=tests/browser", "--ignore=tests/guest", "--ignore=tests/project")


def say(text: str) -> None:
    print(f"\n=== {text} ===", flush=True)  # noqa: T201


def start(output: IO[bytes] | None, *options: str, **services: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *sys.argv[1:]],
        env=environment | services,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def main() -> int:
    with ExitStack() as stack:
        try:
            urls = [stack.enter_context(service()) for service in (postgresql, valkey)]
        except Exception as error:
            # Not every machine has a package of them. What is not run is said, not hidden.
            say(f"PostgreSQL, Valkey: NOT RUN, they can't be started here: {error!r}")
            say("Set DATABASE_URL and REDIS_URL to use yours")
            return start(None).wait()
        with tempfile.TemporaryFile() as output:
            other = start(output, *ONCE, **dict(zip(SERVICES, urls, strict=True)))
            say("SQLite, in-memory layer")
            first = start(None).wait()
            second = other.wait()
            say("PostgreSQL, Valkey")
            output.seek(0)
            sys.stdout.buffer.write(output.read())
            sys.stdout.flush()
        return max(first, second)


sys.exit(main())
