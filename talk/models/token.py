"""Access tokens: bearer tokens for programs and for pages of other origins."""

import hashlib
import logging
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import wakeups
from ..availability import is_away
from ..conf import conf
from ..exceptions import MessagingValidationError, RefusalCode
from ..locks import hold
from ..prepared import changing, prepared
from ..text import NAME_LENGTH, clean_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

#: Every secret starts with it, so that people and scanners recognise a leaked one.
PREFIX = "talk_"
#: Characters at the start of a secret that are stored and shown, so that people tell tokens apart.
SHOWN = 12
SECRET = re.compile(rf"{PREFIX}[\w-]{{43}}", re.ASCII)

#: `last_used_at` is written at most this often.
USE_RECORDED_EVERY = timedelta(minutes=1)


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def issue(
        self, user: "User", name: str, expires_at: datetime | None = None
    ) -> tuple["AccessToken", str]:
        """A new token of `user`, and its secret, which isn't stored.

        Raises `TOO_MANY_TOKENS`, `INVALID_NAME`, `INVALID_EXPIRY`.
        """
        name = clean_name(name)
        must_be_in_future(expires_at)
        secret = PREFIX + secrets.token_urlsafe(32)
        with transaction.atomic():
            # Two requests at the same time are counted one after the other.
            hold([user])
            self.must_have_room(user)
            token = self.create(
                user=user,
                name=name,
                prefix=secret[:SHOWN],
                digest=digest_of(secret),
                expires_at=expires_at,
            )
        return token, secret

    def must_have_room(self, user: "User") -> None:
        if self.active().filter(user=user).count() >= conf.MAX_ACCESS_TOKENS:
            raise MessagingValidationError(RefusalCode.TOO_MANY_TOKENS)

    def active(self, at: Any = None) -> "AccessTokenQuerySet":
        """The tokens that are neither revoked nor expired, now or at another time."""
        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=at or timezone.now())
        return self.filter(unexpired, revoked_at=None)

    def authenticate(self, secret: str) -> "AccessToken | None":
        """The active token with this secret, with its user. Records that it was used."""
        if not SECRET.fullmatch(secret):
            return None
        for token in _active_with(digest=digest_of(secret), at=timezone.now()).ask():
            token.record_use()
            return token
        return None


class AccessToken(models.Model):
    """A bearer token, by which a program or a page of another origin acts as a user.

    The secret isn't stored, only its digest.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="talk_access_tokens",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    prefix = models.CharField(_("start of the secret"), max_length=SHOWN, editable=False)
    # A fast hash is enough, since the secret has 256 random bits.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        # The admin's history keeps this text, also after the user is erased: no name.
        return f"access token {self.pk}"

    def clean(self) -> None:
        # So that the admin's form shows what `issue` would refuse.
        must_be_in_future(self.expires_at)
        if self._state.adding and self.user_id is not None:
            type(self).objects.must_have_room(self.user)

    def revoke(self) -> None:
        """End this token. Sockets and streams that it opened are closed."""
        revoked_at = timezone.now()
        if type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=revoked_at):
            self.revoked_at = revoked_at
            wakeups.wake_user(self.user_id)
        else:
            self.refresh_from_db(fields=["revoked_at"])

    def record_use(self) -> None:
        """Write that the token is used now, unless the database can't be written to."""
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at <= now - USE_RECORDED_EVERY:
            try:
                _used(key=self.pk, at=now).ask()
            except DatabaseError as error:
                if not is_away(error):
                    raise
                logger.info("Could not write when a token was used: %s", error)
            self.last_used_at = now


@prepared
def _active_with(digest: Any, at: Any) -> AccessTokenQuerySet:
    return AccessToken.objects.active(at).select_related("user").filter(digest=digest)


@prepared
def _used(key: Any, at: Any) -> Any:
    return changing(AccessToken.objects.filter(pk=key), last_used_at=at)


def must_be_in_future(expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= timezone.now():
        raise MessagingValidationError(RefusalCode.INVALID_EXPIRY, path=("expires_at",))


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
