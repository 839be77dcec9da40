import pytest

from talk import wakeups


@pytest.fixture
def rung(monkeypatch):
    """Whose inbox streams were woken."""
    rung = []
    monkeypatch.setattr(wakeups, "wake_inbox", rung.append)
    return rung
