from typing import Any

from ...models import Conversation, NameWord
from ...words import folded
from ..printing import PrintingCommand


class Command(PrintingCommand):
    help = (
        "Update the words by which users and groups are found. Needed after changes without"
        " signals: a queryset's update() of users, bulk_create(), another USER_SEARCH_FIELDS, or"
        " processes of an earlier version."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        users, titles = NameWord.objects.refresh(), _refresh_titles()
        self.stdout.write(f"Checked the names of {users} users and {titles} titles.")


def _refresh_titles() -> int:
    """Bring the folded titles of groups up to date. Returns how many groups have one."""
    # Including groups that have lost their title.
    titled = Conversation.objects.exclude(title="", folded_title="").order_by("pk")
    rows = list(titled.values_list("pk", "title", "folded_title"))
    for key, title, was in rows:
        if (now := folded(title)) != was:
            # Unless somebody has renamed it in the meantime.
            Conversation.objects.filter(pk=key, title=title).update(folded_title=now)
    return len(rows)
