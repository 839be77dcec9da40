"""The template tag `{% talk_chat %}`: a chat of the signed-in person, on any page of a project."""

from base64 import b64encode
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.middleware.csrf import get_token
from django.template import Context, Library
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from .. import front_end
from ..conf import conf
from ..models import Conversation

register = Library()


@register.inclusion_tag("talk/chat.html", takes_context=True)
def talk_chat(
    context: Context, conversation: Conversation | str | None = None, theme: str = ""
) -> dict[str, Any]:
    """The element `<talk-chat>` and its scripts; nothing where nobody is signed in.

    `conversation` is opened first: an object of the model, or a global id. `theme` is `light` or
    `dark`. Without one, the chat looks as the browser prefers.
    """
    request = context.get("request")
    if request is None:
        raise ImproperlyConfigured(
            "{% talk_chat %} needs the request. Render the template with it, and add "
            "django.template.context_processors.request to the context processors."
        )
    if not getattr(getattr(request, "user", None), "is_authenticated", False):
        return {}
    attributes = {
        "url": _url(),
        "csrf-token": get_token(request),
        "type-prefix": conf.TYPE_PREFIX,
        "conversation": _id_of(conversation),
        "theme": theme,
        "lang": get_language(),
    }
    return {
        "attributes": {name: value for name, value in attributes.items() if value},
        "entry": front_end.entry_url(),
        "imported": front_end.imported_urls(),
        # Django's own, or that of the package django-csp.
        "nonce": context.get("csp_nonce", getattr(request, "csp_nonce", None)),
    }


def _url() -> str:
    try:
        return reverse("graphql")
    except NoReverseMatch:
        raise ImproperlyConfigured(
            "{% talk_chat %} found no URL with the name `graphql`. Include talk.graphql.urls, or "
            'give the path of your GraphQLView name="graphql".'
        ) from None


def _id_of(conversation: Conversation | str | None) -> str:
    """The global id of a conversation, as the schema has it."""
    if not isinstance(conversation, Conversation):
        return conversation or ""
    return b64encode(f"{conf.TYPE_PREFIX}Conversation:{conversation.pk}".encode()).decode()
