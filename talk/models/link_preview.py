"""Link previews: what the page says about itself to which a message links."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db import models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..exceptions import Refused
from ..links import LINK_LENGTH, first_link
from ..prepared import Question, among, columns_of, deleting, inserting, prepared
from ..text import line_of
from .conversation import Conversation
from .event import Event
from .message import Message
from .message.queryset import revised
from .read_under_lock import Asked

TITLE_LENGTH = 200
DESCRIPTION_LENGTH = 500
SITE_NAME_LENGTH = 100


class LinkPreviewQuerySet(models.QuerySet["LinkPreview"]):
    def keep(
        self, message: Message, url: str, title: str, description: str = "", site_name: str = ""
    ) -> bool:
        """Keep what the page says to which a message links first. Its readers are told.

        The texts are cleaned, and cut where they are too long. Returns False if nothing is kept:
        the title is empty, the message does not link to `url` first any more, or it has this
        preview already.
        """
        texts = {
            "title": line_of(title, TITLE_LENGTH),
            "description": line_of(description, DESCRIPTION_LENGTH),
            "site_name": line_of(site_name, SITE_NAME_LENGTH),
        }
        if not texts["title"]:
            return False
        known = Asked(_of(message=message.pk))
        # The conversation or the message may have been deleted.
        with suppress(Conversation.DoesNotExist, Refused):
            with message.conversation.changing(None, message, known) as change:
                message.must_have_words()
                if first_link(message.body) != url or any(each.url == url for each in known.found):
                    return False
                change.record(Event.Kind.MESSAGE_COMPLETED, message=message)
                preview = LinkPreview(message=message, url=url, fetched_at=change.at, **texts)
                old = [_deleted(message=message.pk)] if known.found else []
                change.read_again(None, *old, _inserted(**columns_of(preview)), revised(message))
            return True
        return False

    def is_kept(self, message: Message, url: str) -> bool:
        """Whether a message has the preview of the page at `url`."""
        return _stored().filter(message=message.pk, url=url).exists()

    def of_messages(self, messages: Iterable[Message]) -> list["LinkPreview"]:
        """The previews of these messages. A page without links takes no query."""
        keys = [each.pk for each in messages if "://" in each.body]
        return _of_messages(messages=keys).ask() if keys else []


class LinkPreview(models.Model):
    """What a page says about itself. `MessageQuerySet.forget_words` deletes it.

    The page is that of the message's first link. An edit that changes this link deletes the
    preview.
    """

    message = models.OneToOneField(
        Message,
        models.CASCADE,
        related_name="link_preview",
        verbose_name=_("message"),
    )
    #: As it is written in the message. Where it leads to may hold secrets of the redirect.
    url = models.CharField(_("address"), max_length=LINK_LENGTH)
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    description = models.CharField(_("description"), max_length=DESCRIPTION_LENGTH, blank=True)
    site_name = models.CharField(_("name of the site"), max_length=SITE_NAME_LENGTH, blank=True)
    fetched_at = models.DateTimeField(_("fetched at"), default=timezone.now)

    objects = LinkPreviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("link preview")
        verbose_name_plural = _("link previews")

    def __str__(self) -> str:
        return f"link preview of {self.message_id}"


def after_edit(message: Message, body: str) -> list[Question[Any]]:
    """What is to be written when a message gets the text `body`: its preview may be another's."""
    before = first_link(message.body)
    if before is None or before == first_link(body):
        return []
    return [_deleted(message=message.pk)]


def _stored() -> LinkPreviewQuerySet:
    # In the database that is written to: a replica may not have the latest changes.
    return LinkPreview.objects.using(router.db_for_write(LinkPreview))


@prepared
def _of(message: Any) -> LinkPreviewQuerySet:
    return _stored().filter(message=message)


@prepared
def _inserted(**columns: Any) -> Any:
    return inserting(LinkPreview(**columns))


@prepared
def _deleted(message: Any) -> Any:
    return deleting(_stored().filter(message=message))


@prepared
def _of_messages(messages: Any) -> LinkPreviewQuerySet:
    return LinkPreview.objects.filter(among("message", messages))
