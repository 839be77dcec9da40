"""How many messages are unread in the viewer's conversations, counted for many rows at once."""

from collections.abc import Mapping

from talk import models

from ..loading.views import load_for_page


def unread_count(own: models.Participation) -> int:
    """`unread_count` of the viewer's participation `own`."""
    if own.knows_unread_count:
        return own.unread_count

    def load_all(rows: list[models.Participation]) -> Mapping[int, int]:
        # What others on the same page have not read is not the viewer's to see.
        theirs = [each for each in rows if each.user_id == own.user_id]
        return models.Participation.objects.unread_counts(theirs)

    return load_for_page(own, "unread_count", load_all) or 0
