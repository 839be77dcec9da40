"""A schema of the host's own, with types that are called as Talk's are, and fields for Talk's."""

import strawberry
import strawberry_django
from strawberry import relay
from strawberry.tools import merge_types

import schema as talk
from schema.execution import Schema
from schema.extending import field, load_for_all

from .models import Person, Picture


@strawberry_django.type(Person)
class User(relay.Node):
    """The host's own."""

    @strawberry.field
    def email(self) -> str:
        return self.email


@strawberry.type
class Message:
    """The host's own: what its front page says."""

    headline: str


@strawberry.type
class PersonFields:
    """What the host adds to Talk's `User`."""

    email: str

    @strawberry.field
    def badge(self) -> str:
        return f"badge of {self.email}"

    @field(description="The URL of the person's picture, or null.", cost=1)
    def avatar_url(self) -> str | None:
        return load_for_all(self, pictures_of)


def pictures_of(people):
    return dict(Picture.objects.filter(person__in=people).values_list("person", "url"))


@strawberry.type
class HostQuery:
    @strawberry.field
    def me(self, info: strawberry.Info) -> User:
        return info.context.viewer

    @strawberry.field
    def message(self) -> Message:
        return Message(headline="Hospitality")


schema = Schema(
    query=merge_types("Query", (talk.Query, HostQuery)),
    mutation=talk.Mutation,
    subscription=talk.Subscription,
    types=[User, talk.Conversation, talk.Message, talk.Participation, talk.User],
    fields={talk.User: PersonFields},
)
