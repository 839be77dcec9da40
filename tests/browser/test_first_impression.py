"""The last steps of `python -m tests.first_impression`: two windows, and a message between them."""

from tests.first_impression import Steps, talk_to_oneself

from .page import demo, needs_chromium

__all__ = ["demo"]

pytestmark = needs_chromium


def test_a_message_arrives_in_the_other_window_at_once(demo: str) -> None:
    steps = Steps()

    talk_to_oneself(demo, steps)

    assert len(steps.seconds) == 3
    assert steps.seconds[-1] < 5
