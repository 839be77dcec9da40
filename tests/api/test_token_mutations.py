"""Bearer tokens, made and revoked by whom they let in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from talk.models import AccessToken

from ..plain import answer_in
from .asking import act, gid, refusal

pytestmark = pytest.mark.django_db


class TestTokens:
    def test_a_token_is_made_and_revoked(self, gql, client, alice):
        made = act(gql(alice), "createToken", "secret token { id name expiresAt }", name=" phone ")
        token = AccessToken.objects.get()

        assert made["token"] == {"id": gid(token), "name": "phone", "expiresAt": None}
        assert AccessToken.objects.authenticate(made["secret"]) == token

        revoked = act(gql(alice), "revokeToken", "token { id }", id=gid(token))
        assert revoked == {"token": {"id": gid(token)}}
        assert AccessToken.objects.authenticate(made["secret"]) is None
        assert act(gql(alice), "revokeToken", "token { id }", id=gid(token)) == revoked

    def test_a_token_makes_no_token(self, client, alice):
        _token, secret = AccessToken.objects.issue(alice, "phone")
        document = 'mutation { createToken(input: {name: "x"}) { ... on Refusal { code path } } }'

        answer = client.post(
            "/graphql",
            {"query": document},
            content_type="application/json",
            headers={"authorization": f"Bearer {secret}"},
        )

        assert answer_in(answer) == {
            "data": {"createToken": {"code": "SESSION_REQUIRED", "path": []}}
        }

    @pytest.mark.parametrize(
        "expiry", ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00", "0001-01-01T00:00:00+14:00"]
    )
    def test_a_token_does_not_expire_before_it_is_made(self, gql, alice, expiry):
        refused = refusal(gql(alice), "createToken", name="phone", expiresAt=expiry)

        assert refused == ("INVALID_EXPIRY", ["expiresAt"])

    def test_a_token_expires_when_it_is_told_to(self, gql, alice):
        in_an_hour = timezone.now() + timedelta(hours=1)
        for expiry in (in_an_hour.isoformat(), "2999-01-01T00:00:00", "9999-12-31T23:59:59-12:00"):
            assert "code" not in act(gql(alice), "createToken", name="phone", expiresAt=expiry)

        assert AccessToken.objects.earliest("pk").expires_at == in_an_hour

    def test_tokens_are_not_too_many(self, gql, alice, settings):
        settings.TALK = {**settings.TALK, "MAX_ACCESS_TOKENS": 1}
        act(gql(alice), "createToken", name="phone")

        assert refusal(gql(alice), "createToken", name="watch") == ("TOO_MANY_TOKENS", [])

    @pytest.mark.parametrize("name", ["", " \n", "x" * 101])
    def test_a_token_has_a_name(self, gql, alice, name):
        assert refusal(gql(alice), "createToken", name=name) == ("INVALID_NAME", ["name"])

    def test_somebody_elses_token_is_none(self, gql, alice, bob):
        token, _secret = AccessToken.objects.issue(bob, "phone")

        assert refusal(gql(alice), "revokeToken", id=gid(token)) == ("NOT_FOUND", ["id"])
