"""Access tokens."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError
from django.utils import timezone

from talk import wakeups
from talk.exceptions import RefusalCode
from talk.models import AccessToken

from .acting import refused

authenticate = AccessToken.objects.authenticate


@pytest.fixture
def issued(alice):
    """Alice's token, and its secret."""
    return AccessToken.objects.issue(alice, "laptop")


@pytest.fixture
def woken(monkeypatch):
    """Whose sockets were told to look again."""
    told = []
    monkeypatch.setattr(wakeups, "wake_user", told.append)
    return told


def test_the_secret_lets_its_user_in(alice, issued):
    token, secret = issued

    assert authenticate(secret) == token
    assert authenticate(secret).user == alice
    assert str(token) == f"access token {token.pk}", "not its name, which is personal"


def test_the_secret_is_not_kept(issued):
    token, secret = issued

    kept = AccessToken.objects.filter(pk=token.pk).values().get()
    assert secret not in map(str, kept.values())
    assert kept["prefix"] == secret[:12]
    assert kept["prefix"].startswith("talk_")


def test_each_secret_is_another(alice, issued):
    _, another = AccessToken.objects.issue(alice, "laptop")

    assert another != issued[1]


def test_nothing_else_lets_anybody_in(issued):
    token, secret = issued

    for wrong in (
        "",
        "talk_",
        secret[:-1],
        secret + "a",
        secret + "\n",
        secret.upper(),
        token.prefix,
        token.digest,
        "talk_" + "é" * 43,
        "talk_" + "\0" * 43,
        "talk_" + "\ud800" * 43,
    ):
        assert authenticate(wrong) is None, wrong


def test_finding_it_is_one_query_and_noting_its_use_one_more(issued, django_assert_num_queries):
    _, secret = issued

    with django_assert_num_queries(2):
        assert authenticate(secret).user.username == "alice"
    with django_assert_num_queries(1):
        authenticate(secret)


def test_its_use_is_noted_once_a_minute(issued):
    token, secret = issued
    assert token.last_used_at is None

    first = authenticate(secret).last_used_at
    assert authenticate(secret).last_used_at == first
    AccessToken.objects.update(last_used_at=first - timedelta(minutes=1))

    assert authenticate(secret).last_used_at > first


def test_it_lets_nobody_in_after_it_expired(alice):
    token, secret = AccessToken.objects.issue(
        alice, "short", expires_at=timezone.now() + timedelta(minutes=1)
    )
    assert authenticate(secret) == token

    AccessToken.objects.update(expires_at=timezone.now())

    assert authenticate(secret) is None


def test_it_does_not_expire_before_it_is_issued(alice):
    for past in (timezone.now(), timezone.now() - timedelta(days=1)):
        with refused(RefusalCode.INVALID_EXPIRY, "expires_at"):
            AccessToken.objects.issue(alice, "late", expires_at=past)

    assert not AccessToken.objects.exists()


def test_it_lets_nobody_in_after_it_was_revoked(alice, issued, woken):
    token, secret = issued

    token.revoke()

    assert authenticate(secret) is None
    assert list(AccessToken.objects.active()) == []
    assert woken == [alice.pk]


def test_revoking_it_again_changes_nothing(issued, woken):
    token, _ = issued
    token.revoke()
    first = token.revoked_at
    assert first is not None

    token.revoke()
    AccessToken.objects.get().revoke()

    token.refresh_from_db()
    assert token.revoked_at == first
    assert len(woken) == 1


def test_deleting_it_closes_what_it_opened(alice, issued, woken):
    issued[0].delete()

    assert woken == [alice.pk]


def test_others_stay(alice, bob, issued):
    _, secret = issued
    AccessToken.objects.issue(alice, "phone")[0].revoke()
    AccessToken.objects.issue(bob, "laptop")[0].revoke()

    assert authenticate(secret)


@pytest.mark.parametrize("name", ["", "  ", "n" * 101])
def test_it_has_a_name(alice, name):
    with refused(RefusalCode.INVALID_NAME, "name"):
        AccessToken.objects.issue(alice, name)


def test_its_name_is_kept_on_one_line(alice):
    assert AccessToken.objects.issue(alice, " my\n laptop ")[0].name == "my laptop"


@pytest.mark.parametrize("name", ["\0", "lap\ud800top"])
def test_its_name_can_be_stored(alice, name):
    with refused(RefusalCode.INVALID_TEXT, "name"):
        AccessToken.objects.issue(alice, name)


def test_there_are_so_many_at_a_time(alice, bob, settings):
    settings.TALK = {**settings.TALK, "MAX_ACCESS_TOKENS": 2}
    first, _secret = AccessToken.objects.issue(alice, "laptop")
    soon = timezone.now() + timedelta(hours=1)
    AccessToken.objects.issue(alice, "phone", soon)

    with refused(RefusalCode.TOO_MANY_TOKENS):
        AccessToken.objects.issue(alice, "watch")
    assert AccessToken.objects.filter(user=alice).count() == 2
    AccessToken.objects.issue(bob, "laptop")

    first.revoke()
    AccessToken.objects.issue(alice, "watch")
    AccessToken.objects.filter(name="phone").update(expires_at=timezone.now())
    AccessToken.objects.issue(alice, "another")


def test_a_use_that_fails_for_another_reason_than_the_databases_state_is_an_error(
    alice, monkeypatch
):
    """A missing column, for instance, is not to be overlooked."""
    token, _secret = AccessToken.objects.issue(alice, "laptop")

    def fail(**values):
        raise ProgrammingError("There is no such column.")

    monkeypatch.setattr("talk.models.token._used", fail)

    with pytest.raises(ProgrammingError):
        token.record_use()
