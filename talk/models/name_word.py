"""The search index of users: the words of their names."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from ..conf import conf
from ..naming import shows_usernames
from ..words import LONGEST, beginnings_in, words_in

Rows = TypeVar("Rows", bound=QuerySet[Any])

#: Users whose words are written in one transaction.
CHUNK = 1_000
#: Words of a search that count. Each is one more look-up.
MOST_SEARCHED = 4


class NameWordQuerySet(models.QuerySet["NameWord"]):
    def users_with(self, text: str) -> QuerySet[Any]:
        """The users in whose names each word of `text` begins a word, in any order.

        All users if `text` is blank; none if it has characters, but no words.
        """
        return self.having(text, get_user_model()._default_manager.all(), "pk")

    def having(self, text: str, rows: Rows, user: str) -> Rows:
        """`users_with` for any rows that lead to users by their column `user`."""
        words = searched_words(text)
        if text.strip() and not words:
            return rows.none()
        for word in words:
            rows = rows.filter(Exists(self.filter(user=OuterRef(user), word__startswith=word)))
        return rows

    def refresh(self) -> int:
        """Bring the words of all users up to date. Returns how many users there are."""
        # In chunks, since each user is locked until the transaction ends.
        keys = list(get_user_model()._base_manager.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(keys), CHUNK):
            self.refresh_for(keys[start : start + CHUNK])
        return len(keys)

    @transaction.atomic
    def refresh_for(self, keys: Iterable[Any]) -> None:
        """Bring the words of the users with these keys up to date."""
        # This locks the users.
        wanted = _words_of(keys)
        for user, word in self.filter(user__in=keys).values_list("user", "word"):
            if word in wanted.get(user, ()):
                wanted[user].remove(word)
            else:
                self.filter(user=user, word=word).delete()
        missing = [self.model(user_id=user, word=word) for user in wanted for word in wanted[user]]
        self.bulk_create(missing)


class NameWord(models.Model):
    """One word by which a user is found.

    The words have a table of their own: the user model belongs to the project, and without
    extensions an index finds only the beginning of a column.
    """

    pk = models.CompositePrimaryKey("user", "word")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="talk_name_words",
        db_index=False,
        verbose_name=_("user"),
    )
    word = models.CharField(_("word"), max_length=LONGEST)

    objects = NameWordQuerySet.as_manager()

    class Meta:
        verbose_name = _("word of a name")
        verbose_name_plural = _("words of names")
        indexes = [
            # For `LIKE 'jo%'`, in any locale of the database.
            models.Index(fields=["word"], name="talk_word", opclasses=["varchar_pattern_ops"])
        ]

    def __str__(self) -> str:
        return self.word


def searched_words(text: str) -> list[str]:
    """The words of a search that count."""
    return words_in(text)[:MOST_SEARCHED]


def search_fields() -> tuple[str, ...]:
    """The fields of the user model by which users are found."""
    if conf.USER_SEARCH_FIELDS is not None:
        return conf.USER_SEARCH_FIELDS
    model = get_user_model()
    present = {each.name for each in model._meta.get_fields()}
    login = (model.USERNAME_FIELD,) if shows_usernames() else ()
    return (*login, *sorted({"first_name", "last_name"} & present))


def _words_of(keys: Iterable[Any]) -> dict[Any, set[str]]:
    """The words of users, by their keys. Deactivated users have none, since nobody finds them.

    The users are locked until the transaction ends, so that their names don't change meanwhile.
    """
    users = get_user_model()._base_manager.filter(pk__in=keys)
    names = set(search_fields())
    columns = {each.name for each in users.model._meta.concrete_fields}
    own = names & columns
    locked = users.order_by("pk").select_for_update(no_key=True)
    words = {
        row["pk"]: {word for name in own for word in beginnings_in(str(row[name] or ""))}
        for row in locked.values("pk", *own, *columns & {"is_active"})
        if row.get("is_active", True)
    }
    # One query for each: a field can lead to many rows of another table.
    for name in names - own:
        for key, text in users.filter(pk__in=words).order_by().values_list("pk", name):
            words[key].update(beginnings_in(str(text or "")))
    return words
