"""`python -m tests`: on SQLite and memory, and on PostgreSQL and Valkey, side by side.

Arguments go to pytest. Each test runs on at least one of the two; without the services, all that
don't need them run on SQLite.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from typing import IO

from .services import postgresql, valkey

SERVICES = ("DATABASE_URL", "REDIS_URL")
#: These start servers on databases of their own, the same in either leg: once is enough.
NOT_ON_POSTGRESQL = ("--ignore=tests/browser", "--ignore=tests/guest", "--ignore=tests/project")
#: What clients are told and hear is the same on either database: once is enough here, too.
NOT_ON_SQLITE = ("--ignore=tests/api", "--ignore=tests/live")
legs: list[subprocess.Popen[bytes]] = []


def say(text: str) -> None:
    print(f"\n=== {text} ===", flush=True)  # noqa: T201


def start(output: IO[bytes] | None, *options: str, **services: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in SERVICES}
    leg = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *sys.argv[1:]],
        env=environment | services,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    legs.append(leg)
    return leg


def stop(*_: object) -> None:
    """The legs end what their tests started. Who waits for them then ends the services."""
    for leg in legs:
        leg.terminate()
    if not legs:
        sys.exit(128 + signal.SIGTERM)


def verdict(code: int) -> str:
    return f"FAILED ({code})" if code else "passed"


def main() -> int:
    signal.signal(signal.SIGTERM, stop)
    with ExitStack() as stack:
        try:
            urls = [stack.enter_context(service()) for service in (postgresql, valkey)]
        except Exception as error:
            code = start(None).wait()
            say(f"SQLite, in-memory layer: {verdict(code)}")
            # Not every machine has a package of them. What is not run is said, not hidden.
            say(f"PostgreSQL, Valkey: NOT RUN, they can't be started here: {error!r}")
            say("Set DATABASE_URL and REDIS_URL to use yours")
            return int(code != 0)
        with tempfile.TemporaryFile() as output:
            other = start(output, *NOT_ON_POSTGRESQL, **dict(zip(SERVICES, urls, strict=True)))
            say("SQLite, in-memory layer")
            first = start(None, *NOT_ON_SQLITE)
            for leg in legs:
                # After Ctrl-C too: the services outlast the tests that use them.
                stack.callback(leg.wait)
            codes = first.wait(), other.wait()
            say("PostgreSQL, Valkey")
            output.seek(0)
            sys.stdout.buffer.write(output.read())
            sys.stdout.flush()
    say(f"SQLite, in-memory layer: {verdict(codes[0])}")
    say(f"PostgreSQL, Valkey: {verdict(codes[1])}")
    # A leg that was killed has a negative code.
    return int(any(codes))


sys.exit(main())
