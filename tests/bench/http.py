"""CPU time and delay of an answer over HTTP: `python -m tests.bench.http [quick]`.

One process of each server, on a core of its own, answers clients that run, with PostgreSQL, on
the other cores. Measured are requests per second, the CPU time of the server's and of the
database's processes, and delays. The servers are Talk, the plain way, a server in Node.js that is
written for these operations alone (where there is Node.js), and the database alone. All of them
are measured in one run, so that their ratios hold on any machine. After that the benchmark
measures, without a server, how the work grows with the data.

`python -m tests.bench.http --without plans` measures Talk with and without one of its parts: see
`ablation` for their names. A comma joins parts that are switched off together, and the option can
be repeated.
"""

import argparse

from .ablation import PARTS
from .servers import described, services, written


def main(size: str, without: list[str]) -> None:
    with services() as database:
        # Now that Django is set up.
        from . import ablation, crowd, growth, over_http

        made = crowd.make({"quick": crowd.QUICK, "full": crowd.FULL}[size])
        if without:
            rows = ablation.measure(database, made, without)
            written("ablation", {**described(), "data": size, "results": rows})
            return
        rows = over_http.measure(database, made)
        grown = growth.measure(made)
    written("http", {**described(), "data": size, "results": rows, "growth": grown})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.http")
    parser.add_argument("size", nargs="?", choices=["quick", "full"], default="full")
    parser.add_argument(
        "--without", action="append", default=[], help=f"comma-separated: {', '.join(PARTS)}"
    )
    options = parser.parse_args()
    main(options.size, options.without)
