"""Reads whom the viewer blocked in the same round trip as a page that shows messages."""

from typing import TYPE_CHECKING, TypeVar

from talk.models import Block
from talk.prepared import Question, ask

if TYPE_CHECKING:
    from ..authentication.context import Context

Row = TypeVar("Row")


def ask_with_blocks(context: "Context", question: Question[Row]) -> list[Row]:
    """The answer to `question`. Messages that are shown with it need to know who is blocked."""
    return question.ask() if context.knows_blocks else ask_with_blocks_anew(context, question)


def ask_with_blocks_anew(context: "Context", question: Question[Row]) -> list[Row]:
    """Like `ask_with_blocks`, for streams: blocks that are known may have changed since."""
    # Blocks are read last, so that they are not older than the answer.
    found, keys = ask(question, Block.objects.blocked_by_question(context.viewer))
    context.remember_blocks(keys)
    return found
