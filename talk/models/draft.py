"""Drafts: what people have written and not sent."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models, router
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..prepared import among, changing, inserting, prepared
from .message.references import MOST_NUMBER

if TYPE_CHECKING:
    from .participation import Participation


class DraftQuerySet(models.QuerySet["Draft"]):
    def with_words(self) -> Self:
        return self.exclude(body="")

    def forget_words(self) -> None:
        """Delete the words of these drafts, which are past the retention period. The rows stay.

        So do the versions: their people have seen no words in these since then.
        """
        self.with_words().update(body="", reply_to=None)

    def by_participation(self, participations: "Iterable[Participation]") -> "dict[int, Draft]":
        """The drafts of these participations, by the key of the participation. Few have one."""
        found = _of(participations=[each.pk for each in participations]).ask()
        return {each.participation_id: each for each in found}


class Draft(models.Model):
    """What a member has written in a conversation and not sent. Nobody else sees it.

    Who saves, sends or leaves holds the lock of its participation, which is taken after those of
    accounts and conversations. A row stays, without words, when the draft is discarded or sent, and
    when its person leaves. So no version is given out twice.
    """

    participation = models.OneToOneField(
        "talk.Participation",
        models.CASCADE,
        # The admin of accounts could be searched by a reverse name, for what somebody wrote.
        related_name="+",
        verbose_name=_("participation"),
    )
    body = models.TextField(_("body"), blank=True)
    #: The number of the message to which it is a reply.
    reply_to = models.PositiveBigIntegerField(_("reply to"), null=True)
    #: How often the draft was changed. A device that saves it says which version it has seen.
    version = models.PositiveBigIntegerField(_("version"), default=0)
    saved_at = models.DateTimeField(_("saved at"))

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.CheckConstraint(
                condition=~Q(body="") | Q(reply_to=None), name="talk_draft_reply_has_words"
            ),
        ]

    def __str__(self) -> str:
        # Without words or names: staff who delete an account are shown this.
        return f"draft {self.pk}"


def _stored() -> DraftQuerySet:
    # In the database that is written to: a replica may not have the latest changes.
    return Draft.objects.using(router.db_for_write(Draft))


@prepared
def stored(participation: Any) -> DraftQuerySet:
    """The draft of a participation, read from the database that is written to."""
    return _stored().filter(participation=participation)


@prepared
def inserted(**columns: Any) -> Any:
    return inserting(Draft(**columns))


@prepared
def updated(key: Any, **columns: Any) -> Any:
    """The update of one draft, whose participation is locked."""
    return changing(_stored().filter(pk=key), **columns)


@prepared
def emptied(participation: Any, at: Any, version: Any = None) -> Any:
    """The update that takes the words of a draft; with `version`, only if it is still that one.

    Its participation is locked, or updated by a statement before this one.
    """
    drafts = _stored().with_words().filter(participation=participation)
    if version is not None:
        drafts = drafts.filter(version=version)
    return changing(drafts, body="", reply_to=None, version=F("version") + 1, saved_at=at)


def is_version(version: int) -> bool:
    """Whether a draft can have this version, and a database can compare it."""
    return 0 < version <= MOST_NUMBER


@prepared
def _of(participations: Any) -> DraftQuerySet:
    return Draft.objects.filter(among("participation", participations))
