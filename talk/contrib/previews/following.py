"""The follower that gives messages with a link their preview."""

from datetime import timedelta

from django.utils import timezone

from ...followers import Follower
from ...links import first_link
from ...models import Event, LinkPreview
from .fetching import Pages

#: Later than so long after it was sent, nobody waits for the preview of a message.
LATE = timedelta(minutes=5)


class Previews(Follower):
    """Fetches the page of the first link of each text, and never tries a page twice.

    What a host does holds up no conversation. If this lags behind, late messages get no preview.
    """

    name = "link previews"

    def __init__(self) -> None:
        self._pages = Pages()

    def handle(self, event: Event) -> None:
        message = event.message
        if event.kind not in _SAID or message is None or event.at < timezone.now() - LATE:
            return
        url = first_link(message.body)
        if url is None or LinkPreview.objects.is_kept(message, url):
            return
        page = self._pages.get(url, message.sender_id)
        if page is not None:
            previews = LinkPreview.objects
            previews.keep(message, url, page.title, page.description, page.site_name)


_SAID = frozenset({Event.Kind.MESSAGE_SENT, Event.Kind.MESSAGE_EDITED})
