from typing import Any

from django.core.management.base import BaseCommand

from ...models import NameWord


class Command(BaseCommand):
    help = (
        "Write down again which words people are found by. For changes that no signal told of: a"
        " queryset's update() of users, bulk_create(), or other USER_SEARCH_FIELDS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"The names of {NameWord.objects.refresh()} people were looked at.")
