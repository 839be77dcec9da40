"""Somebody new who comes with several requests at once."""

import pytest

from schema.authentication.jwt_users import user_of

from .together import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("taken", [False, True])
def test_they_become_one_user(django_user_model, taken):
    if taken:
        django_user_model.objects.create_user("carol", email="carol@elsewhere.example")
    addresses = ["carol@example.com", "CAROL@example.com"] * 4

    made = at_once(
        *((lambda address=each: user_of(address, "email", create=True)) for each in addresses)
    )

    assert len(set(made)) == 1
    assert django_user_model.objects.filter(email__iexact="carol@example.com").count() == 1
