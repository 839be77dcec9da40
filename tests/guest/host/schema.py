"""The host's own schema, with Talk's in it."""

import strawberry
from strawberry.tools import merge_types

import schema as talk
from schema.execution import Schema


@strawberry.type
class HostQuery:
    @strawberry.field
    def motto(self) -> str:
        return "Hospitality"


schema = Schema(
    query=merge_types("Query", (HostQuery, talk.Query)),
    mutation=talk.Mutation,
    subscription=talk.Subscription,
    types=[talk.Conversation, talk.Message, talk.Participation, talk.User],
)


@strawberry.type
class InheritingQuery(talk.Query):
    @strawberry.field
    def motto(self) -> str:
        return "Hospitality"


inheriting_schema = Schema(query=InheritingQuery, mutation=talk.Mutation)
