"""Tokens that are made at once are counted one after the other."""

import pytest

from talk.exceptions import RefusalCode
from talk.models import AccessToken

from .together import at_once, refusals

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_there_are_no_more_of_them_than_there_may_be(alice, settings):
    settings.TALK = {**settings.TALK, "MAX_ACCESS_TOKENS": 3}

    made = at_once(*(lambda: AccessToken.objects.issue(alice, "phone"),) * 8)

    assert refusals(made) == [RefusalCode.TOO_MANY_TOKENS] * 5
    assert AccessToken.objects.count() == 3
