"""What a person is found by is what they are called, whoever writes it."""

import pytest
from django.contrib.auth import get_user_model

from talk.models import NameWord

from .together import in_turn

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("active", [True, False])
def test_names_that_change_while_all_are_looked_at(alice, active):
    alice.is_active = active
    alice.save()
    accounts = get_user_model().objects.filter(pk=alice.pk)

    def change():
        renamed = accounts.get()
        renamed.first_name, renamed.is_active = "Alix", not active
        renamed.save()

    in_turn(NameWord.objects.refresh, change, behind=accounts)

    words = set(NameWord.objects.filter(user=alice).values_list("word", flat=True))
    assert words == (set() if active else {"alice", "alix"})
