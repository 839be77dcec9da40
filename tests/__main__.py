"""`python -m tests`: runs the tests on SQLite and on PostgreSQL and Valkey, side by side.

Arguments go to pytest. Without the services, the tests that do not need them run on SQLite. With
`--coverage` alone, a run of all tests takes longer, and tells at its end which lines and branches
of `talk` and `schema` no test went through.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from .services import postgresql, valkey

HERE = Path(__file__).parent
#: These start commands on databases of their own, the same wherever the tests themselves are.
ON_SQLITE = ("browser", "guest", "project")
#: These wait more than they work, so they are two parts. All others are a third one.
LIVE, RACES = ("client", "live"), ("races",)
NOTHING_COLLECTED = 5
COVERAGE = "--coverage"
#: The arguments for pytest.
GIVEN = [each for each in sys.argv[1:] if each != COVERAGE]


@dataclass
class Leg:
    """One pytest on one database and channel layer."""

    name: str
    options: list[str] = field(default_factory=list)
    services: dict[str, str] = field(default_factory=dict)
    is_measured: bool = False

    def start(self, output: IO[bytes] | None) -> None:
        ours = ("DATABASE_URL", "REDIS_URL")
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        measured = ["-m", "coverage", "run"] if self.is_measured else []
        self.process = subprocess.Popen(
            [sys.executable, *measured, "-m", "pytest", *self.options],
            env=environment | self.services,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        running.append(self.process)


running: list[subprocess.Popen[bytes]] = []


def legs_on(database: str, redis: str) -> list[Leg]:
    """What is run where: each test on one of the two, or what is asked for on both."""
    sqlite, postgres = "SQLite, in-memory layer", "PostgreSQL, Valkey"
    services = {"DATABASE_URL": database, "REDIS_URL": redis}
    is_measured = sys.argv[1:] == [COVERAGE]
    if any(Path(each.partition("::")[0]).exists() for each in GIVEN):
        return [Leg(sqlite, GIVEN), Leg(postgres, GIVEN, services)]
    folders = sorted({path.parent.name for path in HERE.glob("*/test_*.py")})
    rest = tuple(each for each in folders if each not in (*ON_SQLITE, *LIVE, *RACES))
    parts = [
        Leg(f"{postgres}: {', '.join(part)}", [*GIVEN, *paths(part)], services, is_measured)
        for part, services in zip((LIVE, RACES, rest), apart(database, redis), strict=False)
    ]
    return [Leg(f"{sqlite}: {', '.join(ON_SQLITE)}", [*GIVEN, *paths(ON_SQLITE)]), *parts]


def apart(database: str, redis: str) -> Iterator[dict[str, str]]:
    """Where nobody else makes their tables, and nobody else's wake-ups arrive."""
    path, number = urlsplit(database).path, int(urlsplit(redis).path.strip("/") or 0)
    yield {"DATABASE_URL": database, "REDIS_URL": redis}
    for other in count(1):
        yield {
            "DATABASE_URL": beside(database, f"{path}_{other + 1}"),
            "REDIS_URL": beside(redis, f"/{number + other}"),
        }


def paths(folders: tuple[str, ...]) -> list[str]:
    return [str(HERE / each) for each in folders]


def beside(url: str, path: str) -> str:
    """Another database of the same server."""
    return urlsplit(url)._replace(path=path).geturl()


def say(text: str) -> None:
    print(f"\n=== {text} ===", flush=True)  # noqa: T201


def stop(*_: object) -> None:
    """The legs end what their tests started. Who waits for them then ends the services."""
    for process in running:
        process.terminate()
    if not running:
        sys.exit(128 + signal.SIGTERM)


def tell_coverage() -> None:
    """Print which lines and branches the tests did not go through.

    It does not count servers that the tests start as processes of their own.
    """
    say("Lines and branches of talk and schema that no test went through")
    coverage = (sys.executable, "-m", "coverage")
    subprocess.run([*coverage, "combine", "--quiet"], check=True)
    subprocess.run([*coverage, "report"], check=False)


def verdict(code: int) -> str:
    return f"FAILED ({code})" if code else "passed"


def main() -> int:
    signal.signal(signal.SIGTERM, stop)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["COVERAGE_FILE"] = str(Path(folder) / "coverage")
        try:
            urls = [stack.enter_context(service()) for service in (postgresql, valkey)]
        except Exception as error:
            alone = Leg("SQLite", GIVEN)
            alone.start(None)
            code = alone.process.wait()
            say(f"SQLite, in-memory layer: {verdict(code)}")
            # Not every machine has a package of them. What is not run is said, not hidden.
            say(f"PostgreSQL, Valkey: NOT RUN, they can't be started here: {error!r}")
            say("Set DATABASE_URL and REDIS_URL to use yours")
            return int(code != 0)
        legs = legs_on(*urls)
        outputs = [stack.enter_context(tempfile.TemporaryFile()) for _leg in legs[1:]]
        for leg, output in zip(legs, [None, *outputs], strict=True):
            leg.start(output)
            # After Ctrl-C too: the services outlast the tests that use them.
            stack.callback(leg.process.wait)
        say(legs[0].name)
        legs[0].process.wait()
        for leg, output in zip(legs[1:], outputs, strict=True):
            leg.process.wait()
            say(leg.name)
            output.seek(0)
            sys.stdout.buffer.write(output.read())
            sys.stdout.flush()
        if any(leg.is_measured for leg in legs):
            tell_coverage()
    # A leg that was killed has a negative code.
    codes = {leg.name: leg.process.returncode for leg in legs}
    if any(code != NOTHING_COLLECTED for code in codes.values()):
        codes = {name: 0 if code == NOTHING_COLLECTED else code for name, code in codes.items()}
    for name, code in codes.items():
        say(f"{name}: {verdict(code)}")
    return int(any(codes.values()))


sys.exit(main())
