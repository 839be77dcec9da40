"""Every document of these tests is answered both ways, and no answer depends on which."""

from collections.abc import Iterator
from typing import Any

import pytest

from schema import schema
from schema.plans import Executor, PlannedExecutor


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
