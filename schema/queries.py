"""The type `Query`: each resolver finds rows that the viewer may see."""

from typing import Annotated, Any

import strawberry
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from strawberry import relay

from talk import models
from talk.models.name_word import searched_words
from talk.naming import shows_usernames
from talk.visibility import found_by

from .authentication import rates
from .authentication.context import Info
from .ids import invalid_id, key_in, key_of, split, type_name
from .limits import Limits, limits
from .loading.participations import (
    conversation_with_key,
    visible_conversation,
    visible_message,
    visible_participation,
)
from .loading.users import visible_user
from .types import (
    conversation,
    costs,
    mention_page,
    message,
    participation,
    saved_messages,
    search_page,
    tokens,
    user,
)
from .types.fields import After, Before, First, Id, Last, Muted, connection, field
from .types.inbox import InboxConnection, InboxFilter, InvitationConnection
from .types.mention_page import MentionConnection
from .types.nodes import AccessToken, Conversation, User
from .types.saved_messages import SavedMessageConnection
from .types.search import search_text
from .types.search_page import SearchConnection
from .types.user import UserConnection


@strawberry.type(description="Everything that can be queried.")
class Query:
    @field(description="The viewer: the signed-in user who sends the request.")
    def viewer(self, info: Info) -> User:
        return info.context.viewer

    @field(
        description="The viewer's conversations, each once, the most recently active first: 50 per "
        "page by default, at most 100.",
        argument_costs={
            "filter": costs.SEARCH,
            "last": costs.INBOX_BACKWARDS,
            "before": costs.INBOX_BACKWARDS,
        },
    )
    def inbox(
        self,
        info: Info,
        filter: Annotated[
            InboxFilter | None,
            strawberry.argument(description="Only participations that meet these conditions."),
        ] = None,
        before: Before = None,
        after: After = None,
        first: First = None,
        last: Last = None,
    ) -> InboxConnection:
        viewer = info.context.viewer
        if filter is None and before is None and last is None:
            return InboxConnection.newest(info.context, first, after)
        if filter is not None and (searches := filter.searches()):
            rates.count_for_viewer(info.context, "search", searches)
        return InboxConnection.resolve_connection(
            (filter or InboxFilter()).inbox_of(viewer),
            info=info,
            before=before,
            after=after,
            first=first,
            last=last,
        )

    @connection(
        InvitationConnection,
        description="The viewer's open invitations, the latest first: 50 per page by default, at "
        "most 100.",
    )
    def invitations(self, info: Info) -> QuerySet[models.Participation]:
        return models.Participation.objects.invitations_of(info.context.viewer)

    @field(
        description="How many messages of other people in the whole inbox the viewer has not read, "
        'counted up to 100 (show "99+"). Archived conversations don\'t count.',
        cost=costs.UNREAD_TOTAL,
    )
    def unread_total(self, info: Info, muted: Muted = False) -> int:
        return models.Participation.objects.unread_total(info.context.viewer, muted=muted)

    @field(
        description="The messages of all conversations that mention the viewer or reply to the "
        "viewer, the newest first: 50 per page by default, at most 100. Messages that mention "
        "everybody, or that the viewer can't read any more, are not among them.",
        cost=costs.MENTIONS,
    )
    def mentions(self, info: Info, first: First = None, after: After = None) -> MentionConnection:
        return mention_page.page(info, first, after)

    @field(
        description="The messages that the viewer saved, the last saved first: 50 per page by "
        "default, at most 100. Messages that the viewer can't read any more are not among them.",
        cost=costs.SAVED_MESSAGES,
    )
    def saved_messages(
        self, info: Info, first: First = None, after: After = None
    ) -> SavedMessageConnection:
        return saved_messages.page(info, first, after)

    @field(
        description="The messages that the viewer can read and that have all of these words, the "
        "newest first: 50 per page by default, at most 100. Each word can be the beginning of a "
        "word; those of one or two letters are looked for as whole words. Words between quotation "
        "marks have to follow each other. Case does not matter, and no character is an operator. "
        "What a viewer who left can't read any more is not found, nor are texts of people whom the "
        "viewer blocked.",
        cost=costs.FOUND_MESSAGES,
    )
    def search_messages(
        self,
        info: Info,
        query: search_page.Words,
        in_: search_page.In = None,
        from_: search_page.From = None,
        since: search_page.Since = None,
        first: First = None,
        after: After = None,
    ) -> SearchConnection:
        return search_page.page(info, query, search_page.Where(in_, from_, since), first, after)

    @field(
        description="A conversation in which the viewer takes or took part, or to which they "
        "are invited. Null for any other."
    )
    def conversation(self, info: Info, id: Id) -> Conversation | None:
        return visible_conversation(info, key_of(models.Conversation, id))

    @field(
        description="The conversation to which the application gave this key, as `conversation` "
        "finds it by its id. Null for any other."
    )
    def conversation_by_key(
        self,
        info: Info,
        key: Annotated[
            str, strawberry.argument(description="What `Conversation.key` has, in full.")
        ],
    ) -> Conversation | None:
        return conversation_with_key(info, key)

    @field(
        description="Any object by its global id. Null if there is none, or if the viewer may "
        "not see it."
    )
    def node(self, info: Info, id: Id) -> relay.Node | None:
        name, key = split(id)
        for model, (type_, find) in _NODES.items():
            if name == type_name(model):
                found = find(info, key_in(model, key))
                # A project may have another GraphQL type of the same model.
                return None if found is None else strawberry.cast(type_, found)
        raise invalid_id()

    @connection(
        UserConnection,
        description="Users to whom the viewer can write, found by their names: 50 per page by "
        "default, at most 100.",
        cost=costs.SEARCH,
    )
    def users(
        self,
        info: Info,
        search: Annotated[
            str,
            strawberry.argument(
                description="The first letters of words of the name, or whole words, in any order "
                "and case. An empty text finds all users."
            ),
        ],
    ) -> QuerySet[Any]:
        text = search_text(search, "search")
        # Each word is one more look-up, and slow if many names begin with it.
        rates.count_for_viewer(info.context, "search", max(1, len(searched_words(text))))
        found = models.NameWord.objects.users_with(text)
        return found_by(info.context.viewer, found).order_by(_order_of_users())

    @connection(
        UserConnection,
        description="Users whom the viewer blocked, the latest first: 50 per page by default, at "
        "most 100.",
    )
    def blocked_users(self, info: Info) -> QuerySet[Any]:
        blocked = get_user_model()._default_manager.filter(
            talk_blocked_by__blocker=info.context.viewer
        )
        return blocked.order_by("-talk_blocked_by__pk")

    @field(
        description="The limits of this server, so that a client knows them before it sends "
        "something."
    )
    def limits(self) -> Limits:
        return limits()

    @field(
        description="The viewer's bearer tokens that are not revoked, the newest first: at most "
        "100."
    )
    def access_tokens(self, info: Info) -> list[AccessToken]:
        return list(
            info.context.viewer.talk_access_tokens.filter(revoked_at=None).order_by("-pk")[:100]
        )


def _order_of_users() -> str:
    """The order of pages of users: by user name, if all users have one and cursors may show it."""
    model = get_user_model()
    login: Any = model._meta.get_field(model.USERNAME_FIELD)
    return login.name if shows_usernames() and not login.null else "pk"


def _access_token(info: Any, key: Any) -> models.AccessToken | None:
    own: QuerySet[models.AccessToken] = info.context.viewer.talk_access_tokens
    return own.filter(pk=key).first()


#: The model of each type with ids: the type, and what finds a row that the viewer may see.
_NODES: dict[Any, tuple[Any, Any]] = {
    models.AccessToken: (tokens.AccessToken, _access_token),
    models.Conversation: (conversation.Conversation, visible_conversation),
    models.Message: (message.Message, visible_message),
    models.Participation: (participation.Participation, visible_participation),
    get_user_model(): (user.User, visible_user),
}
