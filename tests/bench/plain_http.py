"""The measured operations the plain way: stock strawberry-django over the same tables.

They are written as its documentation shows: with its optimizer, its connections and one
transaction for each mutation. The plain way has one rule, that the viewer takes part in the
conversation. It has no limits, no log of changes, no blocks and no retries: Talk does more.
"""

import os
from typing import Any, cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.plain_settings")
django.setup()

import strawberry  # noqa: E402
import strawberry_django  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery  # noqa: E402
from django.db.models.functions import Coalesce  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from strawberry import auto, relay  # noqa: E402
from strawberry.django.views import GraphQLView  # noqa: E402
from strawberry.extensions import ParserCache, ValidationCache  # noqa: E402
from strawberry_django.optimizer import DjangoOptimizerExtension  # noqa: E402
from strawberry_django.relay import DjangoListConnection  # noqa: E402

from talk import models  # noqa: E402

WAITING = (
    models.Message.objects.filter(
        conversation=OuterRef("conversation"), number__gte=OuterRef("first_unread_number")
    )
    .exclude(sender=OuterRef("user"))
    .order_by()
    .values("conversation")
)


@strawberry_django.type(get_user_model())
class User(relay.Node):
    username: auto


@strawberry_django.type(models.Message)
class Message(relay.Node):
    number: int
    kind: str
    body: str
    sent_at: auto
    sender: User | None


@strawberry_django.type(models.Participation)
class Participation(relay.Node):
    user: User
    last_read_number: int
    conversation: "Conversation"

    @strawberry_django.field(
        annotate={
            "waiting": Coalesce(
                Subquery(WAITING.annotate(counted=Count("pk")).values("counted")), 0
            )
        }
    )
    def unread_count(self: Any) -> int:
        return int(self.waiting)


@strawberry_django.type(models.Conversation)
class Conversation(relay.Node):
    kind: str
    title: str
    latest_message: Message | None
    participants: DjangoListConnection[Participation] = strawberry_django.connection(
        field_name="participations"
    )

    @strawberry_django.connection(DjangoListConnection[Message])
    def messages(self: Any, info: strawberry.Info) -> QuerySet[models.Message]:
        messages: QuerySet[models.Message] = self.messages.order_by("number")
        return messages


@strawberry.type
class Query:
    @strawberry_django.field
    def viewer(self, info: strawberry.Info) -> User:
        return cast("User", _viewer(info))

    @strawberry_django.connection(DjangoListConnection[Participation])
    def inbox(self, info: strawberry.Info) -> QuerySet[models.Participation]:
        mine = models.Participation.objects.filter(user=_viewer(info), status="active")
        return mine.order_by("-last_activity_at", "-pk")

    @strawberry_django.field
    def conversation(self, info: strawberry.Info, id: relay.GlobalID) -> Conversation | None:
        found = models.Conversation.objects.filter(
            pk=id.node_id, participations__user=_viewer(info), participations__status="active"
        )
        return cast("Conversation | None", found.first())


@strawberry.input
class SendMessageInput:
    conversation_id: relay.GlobalID
    body: str
    client_id: strawberry.ID


@strawberry.type
class SendMessagePayload:
    sent: Message


@strawberry.input
class MarkReadInput:
    conversation_id: relay.GlobalID


@strawberry.type
class MarkReadPayload:
    participation: Participation


@strawberry.input
class InviteParticipantsInput:
    conversation_id: relay.GlobalID
    participants: list[relay.GlobalID]


@strawberry.type
class InviteParticipantsPayload:
    conversation: Conversation


@strawberry.type
class Refusal:
    message: str


@strawberry.type
class Mutation:
    @strawberry_django.mutation
    @transaction.atomic
    def send_message(
        self, info: strawberry.Info, input: SendMessageInput
    ) -> SendMessagePayload | Refusal:
        viewer, key = _viewer(info), input.conversation_id.node_id
        conversation = models.Conversation.objects.select_for_update().get(pk=key)
        everybody = conversation.participations.filter(status="active")
        if not everybody.filter(user=viewer).exists():
            return Refusal(message="You do not take part in this conversation.")
        message = models.Message.objects.create(
            conversation=conversation,
            number=conversation.last_number + 1,
            sender=viewer,
            body=input.body,
            sent_at=timezone.now(),
        )
        conversation.last_number, conversation.latest_message = message.number, message
        conversation.save(update_fields=["last_number", "latest_message"])
        everybody.update(last_activity_at=message.sent_at)
        others = everybody.exclude(user=viewer).filter(first_unread_number=None)
        others.update(first_unread_number=message.number)
        return SendMessagePayload(sent=cast("Message", message))

    @strawberry_django.mutation
    @transaction.atomic
    def mark_read(self, info: strawberry.Info, input: MarkReadInput) -> MarkReadPayload | Refusal:
        places = models.Participation.objects.filter(
            Q(user=_viewer(info), status="active"), conversation=input.conversation_id.node_id
        )
        place = places.select_related("conversation").annotate(last=F("conversation__last_number"))
        found: Any = place.select_for_update(of=("self",)).get()
        found.last_read_number, found.first_unread_number = found.last, None
        found.save(update_fields=["last_read_number", "first_unread_number"])
        found.waiting = 0
        return MarkReadPayload(participation=found)

    @strawberry_django.mutation
    @transaction.atomic
    def invite_participants(
        self, info: strawberry.Info, input: InviteParticipantsInput
    ) -> InviteParticipantsPayload | Refusal:
        viewer, key = _viewer(info), input.conversation_id.node_id
        conversation = models.Conversation.objects.select_for_update().get(pk=key)
        everybody = conversation.participations.filter(status="active")
        if not everybody.filter(user=viewer).exists():
            return Refusal(message="You do not take part in this conversation.")
        keys = [each.node_id for each in input.participants]
        newcomers = get_user_model().objects.filter(pk__in=keys)
        for user in newcomers.exclude(talk_participations__conversation=conversation):
            conversation.last_number += 1
            conversation.latest_message = models.Message.objects.create(
                conversation=conversation,
                number=conversation.last_number,
                kind="joined",
                sender=viewer,
                subject=user,
                sent_at=timezone.now(),
            )
            models.Participation.objects.create(
                conversation=conversation,
                user=user,
                last_activity_at=timezone.now(),
                changed_at=timezone.now(),
            )
        conversation.save(update_fields=["last_number", "latest_message"])
        return InviteParticipantsPayload(conversation=cast("Conversation", conversation))


def _viewer(info: strawberry.Info) -> Any:
    return info.context.request.user


schema = strawberry.Schema(
    Query, Mutation, extensions=[ParserCache, ValidationCache, DjangoOptimizerExtension]
)


class BearerMiddleware:
    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = models.AccessToken.objects.authenticate(secret)
        if token is not None:
            request.user = token.user
        return self.get_response(request)


urlpatterns = [path("graphql", csrf_exempt(GraphQLView.as_view(schema=schema)))]
application = get_asgi_application()
