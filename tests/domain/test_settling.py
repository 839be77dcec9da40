"""Which transactions followers wait for. What PostgreSQL tells of them is made up here."""

import pytest

from talk.following import settling


@pytest.fixture
def look(monkeypatch):
    """`look(read, **writers)` finds these writers. Returns up to which event all are visible."""
    process = settling.Settling()

    def look(read, **writers):
        monkeypatch.setattr(settling, "_writers", lambda: writers)
        process.look(read)
        return process.visible

    return look


def test_each_first_writer_is_waited_for_and_no_later_one(look):
    assert look(5) == 5
    assert look(10, a=1, b=2) == 5
    assert look(20, b=2, c=3) == 5
    assert look(30, c=3) == 10
    assert look(40) == 40


def test_a_transaction_that_is_prepared_is_waited_for_and_named_by_no_process(
    look, monkeypatch, caplog
):
    monkeypatch.setattr(settling, "LONG", 0)
    look(10, a=7, b=8)
    assert look(20, a=7, b=None) == 0
    assert look(30, b=None) == 0
    look(40, b=None, c=9)
    [told] = caplog.messages
    assert "[7]" in told
    assert look(50, c=9) == 10
