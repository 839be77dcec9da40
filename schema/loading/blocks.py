"""Reads whom the viewer blocked in the same round trip as a page that shows messages."""

from typing import TYPE_CHECKING, TypeVar

from talk.models import Block
from talk.prepared import Question, ask

if TYPE_CHECKING:
    from ..authentication.context import Context

Row = TypeVar("Row")


def ask_with_blocks(context: "Context", question: Question[Row]) -> list[Row]:
    """The answer to `question`. Messages that are shown with it need to know who is blocked."""
    if context.knows_blocks:
        return question.ask()
    found, keys = ask(question, Block.objects.blocked_by_question(context.viewer))
    context.remember_blocks(keys)
    return found
