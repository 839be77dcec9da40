import signal
from collections.abc import Iterator

import pytest

from tests.project import processes


@pytest.fixture(scope="module")
def running_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[processes.Running]:
    """One server for all tests of a module: starting it takes longer than many of them."""
    # What a person does in many tests, one after the other, is more than one does by hand.
    with processes.demo(tmp_path_factory.mktemp("demo"), RATE_LIMITS=0) as server:
        yield server
        assert server.stop(signal.SIGINT) == 0


@pytest.fixture(autouse=True)
def windows_are_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Windows of earlier tests would go on asking servers."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser = request.getfixturevalue("browser")
    yield
    for context in browser.contexts:
        context.close()
