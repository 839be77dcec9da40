"""Whom a JSON Web Token names: somebody known, somebody new, or nobody."""

import uuid

import pytest
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import IntegrityError, models
from django.db.models.functions import Upper
from django.test.utils import isolate_apps

from schema.authentication import AuthenticationFailed, jwt_users
from schema.authentication.jwt_users import problems

from .tokens import SECRET, authenticate, configure, signed

__all__ = ["configure"]

pytestmark = [pytest.mark.thorough, pytest.mark.django_db]


@pytest.fixture
def by_email(configure):
    configure(SECRET=SECRET, USER_CLAIM="email", USER_FIELD="email", CREATE_USERS=True)


def user_of(email, **claims):
    return authenticate(signed(sub="1234", email=email, **claims)).user


def assert_refused(**claims):
    with pytest.raises(AuthenticationFailed) as raised:
        authenticate(signed(**claims))
    return raised.value.message


def test_another_claim_and_another_field_can_name_the_user(alice, configure):
    configure(SECRET=SECRET, USER_CLAIM="email", USER_FIELD="email")

    assert user_of("alice@example.com") == alice


def test_a_number_can_name_the_user(alice, configure):
    configure(SECRET=SECRET, USER_CLAIM="uid", USER_FIELD="id")

    assert authenticate(signed(uid=alice.pk)).user == alice
    assert authenticate(signed(uid=f"{alice.pk}")).user == alice
    for uid in (
        f"0{alice.pk}",
        f" {alice.pk}",
        f"{alice.pk}_",
        "x",
        10**30,
        -1,
        1.0,
        True,
        None,
        [],
    ):
        assert_refused(uid=uid)


@pytest.mark.parametrize("claim", ["", " ", "x\0y", "\ud800", "x" * 1_000, "x y z", 7, None, {}])
def test_what_is_no_value_of_the_field_names_nobody(alice, configure, claim):
    type(alice).objects.update(email="")
    for create in (True, False):
        configure(SECRET=SECRET, USER_CLAIM="it", USER_FIELD="email", CREATE_USERS=create)

        assert_refused(it=claim)
    assert type(alice).objects.count() == 1


def test_addresses_are_compared_without_case(alice, by_email):
    alice.email = "Alice@example.com"
    alice.save()

    for email in ("Alice@example.com", "alice@example.com", "ALICE@EXAMPLE.COM"):
        assert user_of(email) == alice


def test_letters_that_look_alike_are_other_letters(by_email, django_user_model):
    mike = django_user_model.objects.create_user("mike", email="mike@example.com")

    # Upper case, which databases compare by, makes the first letter after the m the same.
    assert user_of("m\u0131ke@example.com") != mike


@pytest.mark.parametrize("second", ["alice@example.com", "ALICE@example.com"])
def test_an_address_that_names_two_users_names_none(
    alice, by_email, django_user_model, caplog, second
):
    other = django_user_model.objects.create_user("bob", email=second)

    assert "more than one account" in assert_refused(sub="1", email="alice@example.com")
    assert f"[{alice.pk}, {other.pk}]" in caplog.text
    assert "alice@example.com" not in caplog.text
    assert django_user_model.objects.count() == 2


def test_an_address_that_nobody_verified_names_nobody(alice, by_email):
    assert user_of("alice@example.com", email_verified=True) == alice
    for unverified in (False, "false"):
        assert_refused(sub="1", email="alice@example.com", email_verified=unverified)


def test_users_are_created_where_that_is_configured(configure):
    configure(SECRET=SECRET, CREATE_USERS=True)

    carol = authenticate(signed(sub="carol")).user

    assert authenticate(signed(sub="carol")).user == carol
    assert carol.get_username() == "carol"
    assert not carol.has_usable_password()
    assert_refused(sub="not a user name!")


def test_everybody_new_gets_a_name_to_sign_in_by(by_email):
    emails = [
        "carol@example.com",
        "Carol@elsewhere.example",
        "d'arc@example.com",
        "x" * 60 + "@b.example",
    ]
    people = [user_of(email) for email in emails]

    assert [user_of(email) for email in emails] == people, "they are known from then on"
    names = [person.get_username() for person in people]
    assert names[0] == "carol"
    assert names[1].startswith("carol-")
    assert names[2] == "d-arc"
    assert len(set(names)) == 4
    assert people[1].email == "Carol@elsewhere.example"


def test_whoever_was_deactivated_is_not_created_anew(alice, by_email):
    alice.is_active = False
    alice.save()

    assert user_of("alice@example.com") == alice, "and refused, as that is, for every credential"


def test_somebody_whom_the_project_hides_is_not_created_anew(alice, by_email, monkeypatch):
    hidden = UserManager.get_queryset
    monkeypatch.setattr(UserManager, "get_queryset", lambda self: hidden(self).exclude(pk=alice.pk))

    assert_refused(sub="1", email="ALICE@example.com")
    assert type(alice)._base_manager.count() == 1


def test_whoever_cannot_be_created_is_refused_and_the_log_says_so(by_email, monkeypatch, caplog):
    def create(self, **given):
        raise IntegrityError("null value in column tenant_id")

    monkeypatch.setattr(UserManager, "create", create)

    assert_refused(sub="1", email="carol@example.com")
    assert "could not be created" in caplog.text
    assert "carol" not in caplog.text


def test_a_name_costs_one_query(alice, configure, django_assert_num_queries):
    for options in ({}, {"USER_CLAIM": "email", "USER_FIELD": "email"}):
        configure(SECRET=SECRET, CREATE_USERS=True, **options)
        with django_assert_num_queries(1):
            authenticate(signed(email="alice@example.com"))


def problems_of(monkeypatch, name="email", create=True, **fields):
    """What is said of a user model that has `fields`, too."""
    meta = type("Meta", (), {"app_label": "talk", **fields.pop("Meta", {})})
    related = dict.fromkeys(("groups", "user_permissions"))
    with isolate_apps("talk"):
        model = type(
            "Person", (AbstractUser,), {"__module__": __name__, "Meta": meta, **related, **fields}
        )
        monkeypatch.setattr(jwt_users, "get_user_model", lambda: model)
        return [problem for _fatal, problem in problems(name, create=create)]


def test_user_models_that_suit(monkeypatch):
    assert problems_of(monkeypatch, "username") == []
    assert problems_of(monkeypatch, email=models.EmailField(unique=True)) == []
    constraint = models.UniqueConstraint(Upper("email"), name="one_address")
    assert problems_of(monkeypatch, Meta={"constraints": [constraint]}) == []
    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    assert problems_of(monkeypatch, "id", id=key) == []
    assert problems_of(monkeypatch, "username", nickname=models.CharField(null=True)) == []


def test_user_models_that_do_not_suit(monkeypatch):
    def problem(*args, **given):
        (found,) = problems_of(monkeypatch, *args, **given)
        return found

    assert "does not have" in problem("e-mail")
    employer = models.OneToOneField("auth.Group", models.CASCADE, related_name="+")
    assert "another model" in problem("employer", employer=employer)
    assert "share" in problem("email")
    assert "share" in problem("email", False)
    assert "birthday" in problem("username", birthday=models.DateField())
    assert "badge" in problem("username", badge=models.CharField(unique=True))
    assert problems_of(monkeypatch, "username", False, birthday=models.DateField()) == []
    number = {"number": models.IntegerField(unique=True)}
    assert '"number"' in problem(
        USERNAME_FIELD="number", username=None, **number, email=models.EmailField(unique=True)
    )
    badge = {"badge": models.CharField(unique=True, default="")}
    assert '"email"' in problem(
        "badge",
        USERNAME_FIELD="email",
        username=None,
        **badge,
        email=models.EmailField(unique=True),
    )
