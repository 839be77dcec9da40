"""Which conversation a request names, known before anybody knows whether it may be answered.

With it the viewer's place is read in the trip that finds out whose token the request brings.
"""

from typing import Any

import strawberry
from graphql import (
    FieldNode,
    GraphQLSchema,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    ValueNode,
    VariableNode,
    get_operation_ast,
)

from talk.exceptions import MessagingValidationError
from talk.models import AccessToken, Conversation, Participation
from talk.prepared import Question, ask

from .documents import Document, shelf
from .ids import key_of
from .wire import Request

#: The arguments by which root fields name a conversation, and where in them.
ARGUMENTS = {"id": (), "input": ("conversationId",)}
#: Root fields that remember for a while who has a place.
WITHOUT_PLACE = {"setTyping"}


class Ahead:
    """What is read along with a token: its user's place in a conversation, if one is named."""

    def __init__(self, secret: str, conversation_key: int | None) -> None:
        self._secret, self._key = secret, conversation_key
        self.place: Participation | None = None

    def ask(self, question: Question[Any]) -> list[Any]:
        """The answer to the question for the token."""
        if self._key is None:
            return question.ask()
        along = AccessToken.objects.asking_place(self._secret, self._key)
        if not along.goes_with(question):
            return question.ask()
        found, places = ask(question, along)
        self.place = places[0] if places else None
        return found


def conversation_named(schema: GraphQLSchema, requested: Request) -> int | None:
    """The key of the conversation that a request is about, if its document is a known one that says
    where among the variables its id is.
    """
    document = shelf.find(schema, requested.query)
    way = None if document is None else _way_in(document, requested.operation_name)
    found: Any = requested.variables
    for name in way or ():
        found = found.get(name) if isinstance(found, dict) else None
    if not (way and isinstance(found, str)):
        return None
    try:
        key: int = key_of(Conversation, strawberry.ID(found))
    except MessagingValidationError:
        # Told where it's asked for.
        return None
    return key


def _way_in(document: Document, operation_name: str | None) -> tuple[str, ...] | None:
    """The names through the variables of an operation to the id."""
    if operation_name not in document.ways:
        operation = get_operation_ast(document.node, operation_name)
        if operation is None:
            return None
        document.ways[operation_name] = _found(operation)
    return document.ways[operation_name]


def _found(operation: OperationDefinitionNode) -> tuple[str, ...] | None:
    selections = operation.selection_set.selections
    # After one field the next may find that the place is another.
    is_one = len(selections) == 1 and operation.operation != OperationType.SUBSCRIPTION
    (field, *_others) = selections
    if not (is_one and isinstance(field, FieldNode)) or field.name.value in WITHOUT_PLACE:
        return None
    ways = (
        _way_of(argument.value, ARGUMENTS[argument.name.value])
        for argument in field.arguments or ()
        if argument.name.value in ARGUMENTS
    )
    return next(ways, None)


def _way_of(value: ValueNode, inside: tuple[str, ...]) -> tuple[str, ...] | None:
    if isinstance(value, VariableNode):
        return value.name.value, *inside
    if isinstance(value, ObjectValueNode) and inside:
        parts = {each.name.value: each.value for each in value.fields}
        return _way_of(parts[inside[0]], inside[1:]) if inside[0] in parts else None
    return None
