"""Work that is the same everywhere, to compare machines by, and one machine's hours.

250 fields of plain Strawberry types, from memory: no database, no server, nothing of Talk. What it
takes here says what the milliseconds of a run are worth elsewhere.
"""

import time

import strawberry
from strawberry.extensions import ParserCache, ValidationCache

QUERY = "{ rows { number text name size flag } }"
TIMES = 40


@strawberry.type
class Row:
    number: int
    text: str
    name: str
    size: int
    flag: bool


ROWS = [Row(number=at, text="text", name="name", size=at, flag=True) for at in range(50)]


@strawberry.type
class Query:
    @strawberry.field
    def rows(self) -> list[Row]:
        return ROWS


SCHEMA = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])


def cpu_ms() -> float:
    """Milliseconds of CPU time for one execution, of several in a row."""
    begun = time.thread_time()
    for _time in range(TIMES):
        assert SCHEMA.execute_sync(QUERY).errors is None
    return (time.thread_time() - begun) * 1000 / TIMES
