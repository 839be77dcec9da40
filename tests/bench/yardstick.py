"""Work by which machines, and the busy hours of one machine, are compared.

It reads 250 fields of plain Strawberry types from memory, without a database, a server or Talk.
The results have its CPU time, by which their milliseconds can be compared with other results.
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
    """Milliseconds of CPU time for one execution: the mean of several."""
    begun = time.thread_time()
    for _time in range(TIMES):
        assert SCHEMA.execute_sync(QUERY).errors is None
    return (time.thread_time() - begun) * 1000 / TIMES
