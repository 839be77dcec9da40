"""How a plan executes a field of a root: its function is called once, whatever comes of it."""

from typing import Any

from graphql import GraphQLObjectType

from talk.exceptions import Refused

from ..types.refusals import RefusalHandler
from .leaves import Write
from .steps import NotPlanned, converter_of, function_of, planned_field, writer


class RootField:
    """A field of `Query` or `Mutation` as one document selects it."""

    def __init__(self, executor: Any, parent: GraphQLObjectType, details: Any) -> None:
        self.definition, self._field = planned_field(executor, parent, details)
        self._function = function_of(executor, self._field, self.definition, details[0].node)
        self.write: Write = writer(executor, self.definition.type, details)
        self._refuses = _refuses(converter_of(executor), self._field)
        self._info = converter_of(executor).config.info_class

    def info(self, raw: Any) -> Any:
        """What the function gets for `info` of Strawberry, with that of graphql-core in it."""
        return self._info(_raw_info=raw, _field=self._field)

    def call(self, source: Any, run: Any) -> Any:
        """What the field's function returns, or, where the schema has it so, its refusal."""
        try:
            return self._function(source, run)
        except Refused as refused:
            if self._refuses is None:
                raise
            return self._refuses.handle(refused, field=self._field, info=run)


def _refuses(converter: Any, field: Any) -> RefusalHandler | None:
    handlers = [handler for _kinds, handler in converter._get_field_exception_handlers(field)]
    if not all(isinstance(each, RefusalHandler) for each in handlers):
        raise NotPlanned
    return handlers[0] if handlers else None
