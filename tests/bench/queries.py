"""Counts the round trips to the database of an operation, `BEGIN` and `COMMIT` included."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # It needs Django to be set up.
    from .operations import Operation


def bearers_of(people: Iterable[int]) -> dict[int, str]:
    """Issue a bearer token to each of these people. Returns the tokens by primary key."""
    from django.contrib.auth import get_user_model

    from talk.models import AccessToken

    users = get_user_model().objects.in_bulk(set(people))
    return {key: AccessToken.objects.issue(user, "bench")[1] for key, user in users.items()}


def count_queries(
    operation: "Operation", bearers: Mapping[int, str], environment: Mapping[str, str]
) -> int:
    """Count those of the second request, in a process with these environment variables."""
    asked = [
        json.dumps({"query": operation.document, "variables": operation.variables(turn)})
        for turn in (0, 0)
    ]
    variables = tuple(environment.items())
    return _count(variables, tuple(asked), bearers[operation.people[0]])


@cache
def _count(variables: tuple[tuple[str, str], ...], asked: tuple[str, ...], bearer: str) -> int:
    found = subprocess.run(
        [sys.executable, "-m", __spec__.name, bearer, *asked],
        env={**os.environ, **dict(variables)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(found.stdout)


def main(bearer: str, asked: list[str]) -> None:
    import django

    django.setup()
    from django.db import connection
    from django.test import Client

    from ..trips import trips_of

    client = Client(headers={"authorization": f"Bearer {bearer}", "host": "127.0.0.1"})
    for body in asked:
        with trips_of(connection) as taken:
            answer = client.post("/graphql", body, content_type="application/json")
        assert set(answer.json()) == {"data", "extensions"}, answer.content
    print(len(taken))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
