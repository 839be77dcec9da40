from typing import Any

from ...models import Conversation, NameWord
from ...words import folded
from ..printing import PrintingCommand


class Command(PrintingCommand):
    help = (
        "Write down again which words people and groups are found by. For changes that no signal"
        " told of: a queryset's update() of users, bulk_create(), other USER_SEARCH_FIELDS, or"
        " processes of an earlier version."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        people, titles = NameWord.objects.refresh(), _refresh_titles()
        self.stdout.write(f"The names of {people} people and {titles} titles were looked at.")


def _refresh_titles() -> int:
    """Fold the titles of groups anew, where it differs; for how many there are."""
    # Also of those whose title was taken away.
    titled = Conversation.objects.exclude(title="", folded_title="").order_by("pk")
    rows = list(titled.values_list("pk", "title", "folded_title"))
    for key, title, was in rows:
        if (now := folded(title)) != was:
            # Unless somebody has renamed it meanwhile.
            Conversation.objects.filter(pk=key, title=title).update(folded_title=now)
    return len(rows)
