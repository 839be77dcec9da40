"""What an answer costs over HTTP, and how long it takes: `python -m tests.bench.http [quick]`.

One process of each server, on a core of its own, answers clients that run, with PostgreSQL, on
the others. Measured are requests per second, the CPU time of the server's and of the database's
processes, and delays: for Talk, for the plain way, for a server in Node.js that was written for
these operations alone, where there is Node.js, and for the database alone, in one run, so that
their ratios hold on any machine. Then, without a server, how the work grows with the data.
"""

import sys

from .servers import described, services, written


def main(size: str) -> None:
    with services() as database:
        # Now that Django is set up.
        from . import crowd, growth, over_http

        made = crowd.make({"quick": crowd.QUICK, "full": crowd.FULL}[size])
        rows = over_http.measure(database, made)
        grown = growth.measure(made)
    written("http", {**described(), "data": size, "results": rows, "growth": grown})


if __name__ == "__main__":
    main("quick" if "quick" in sys.argv[1:] else "full")
