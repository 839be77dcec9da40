"""Every document of these tests is answered both ways, and no answer depends on which."""

import sys
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import pytest
from graphql import GraphQLError
from graphql.execution.executor import CollectedErrors

from schema import schema
from schema.authentication import rates
from schema.documents.cache import cache
from schema.execution.budget import StrawberryExecutor
from schema.execution.executor import PlannedExecutor
from talk.conf import Conf


class BothWays(PlannedExecutor):
    """Answers as the plan does, and notes where graphql-core's executor would not."""

    differences: list[tuple[Any, Any]]

    def execute_field(self, parent_type: Any, *args: Any) -> Any:
        told = len(self.collected_errors.errors)
        raised = []
        try:
            return super().execute_field(parent_type, *args)
        except GraphQLError as error:
            raised = [error]
            raise
        finally:
            ours = self.collected_errors.errors[told:] + raised
            # A mutation is not to be done twice.
            if ours and parent_type is self.schema.query_type:
                theirs = self._errors_without_plans(parent_type, *args)
                if list(map(str, ours)) != list(map(str, theirs)):
                    self.differences.append((ours, theirs))

    def _errors_without_plans(self, *args: Any) -> list[GraphQLError]:
        other: Any = copy(self)
        other.__class__, other.collected_errors = StrawberryExecutor, CollectedErrors()
        try:
            other.execute_field(*args)
        except GraphQLError as error:
            return [*other.collected_errors.errors, error]
        return list(other.collected_errors.errors)

    def complete_by_plan(self, plan: Any, result: Any, complete: Any) -> Any:
        surprised = []

        def noting() -> Any:
            surprised.append(True)
            return complete()

        answer = super().complete_by_plan(plan, result, noting)
        if not surprised:
            # The second answer is not sent, so its bytes don't count.
            left, self.left = self.left, sys.maxsize
            expected = complete()
            self.left = left
            if answer != expected:
                self.differences.append((answer, expected))
        return answer


@pytest.fixture(autouse=True)
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # Both ways together ask the database twice.
    if "django_assert_num_queries" in request.fixturenames:
        yield
        return
    monkeypatch.setattr(BothWays, "differences", [], raising=False)
    monkeypatch.setattr(schema, "execution_context_class", BothWays)
    cache.clear()
    yield
    # None is to be used where nobody compares.
    cache.clear()
    assert BothWays.differences == []


@pytest.fixture
def at_most(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`at_most(send="2/hour")` limits that and nothing else. Nothing is counted yet."""
    rates._limiter.cache_clear()
    monkeypatch.setattr(rates, "_paused_until", 0.0)

    def at_most(storage: str = "memory://", **limits: str) -> None:
        none = dict.fromkeys(Conf.RATE_LIMITS)
        options = {"RATE_LIMITS": none | limits, "RATE_STORAGE": storage}
        settings.TALK = {**settings.TALK, **options}

    return at_most
