"""Every document of these tests is answered both ways, and no answer depends on which."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from schema import rates, schema
from schema.plans import Executor, PlannedExecutor
from talk.conf import Conf


class BothWays(PlannedExecutor):
    """Answers as the plan does, and notes where graphql-core's executor would not."""

    differences: list[tuple[Any, Any]]

    def complete_object_value(self, *args: Any) -> Any:
        answer = super().complete_object_value(*args)
        if not self._surprised:
            expected = Executor.complete_object_value(self, *args)
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
    yield
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
