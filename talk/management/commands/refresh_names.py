from typing import Any

from ...models import NameWord
from ..printing import PrintingCommand


class Command(PrintingCommand):
    help = (
        "Write down again which words people are found by. For changes that no signal told of: a"
        " queryset's update() of users, bulk_create(), or other USER_SEARCH_FIELDS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The names of {NameWord.objects.refresh()} people were looked at.")
