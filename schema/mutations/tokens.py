"""Mutations that create and revoke the viewer's bearer tokens."""

import strawberry

from talk import models
from talk.exceptions import MessagingPermissionDenied, MessagingValidationError, RefusalCode

from ..authentication.context import Info
from ..ids import key_of
from ..times import utc
from ..types import inputs, results
from .field import mutation


@strawberry.type
class TokenMutation:
    @mutation(
        description="Create a bearer token for the viewer. The request has to be signed in with a "
        "session, so that a stolen token can't be used to create others."
    )
    def create_token(self, info: Info, input: inputs.CreateTokenInput) -> results.CreateTokenResult:
        if info.context.identity is None or not info.context.identity.session:
            raise MessagingPermissionDenied(RefusalCode.SESSION_REQUIRED)
        expires_at = input.expires_at and utc(input.expires_at)
        token, secret = models.AccessToken.objects.issue(
            info.context.viewer, input.name, expires_at
        )
        return results.CreateTokenPayload(token=token, secret=secret)

    @mutation(description="Revoke one of the viewer's bearer tokens, and close its connections.")
    def revoke_token(self, info: Info, input: inputs.RevokeTokenInput) -> results.RevokeTokenResult:
        key = key_of(models.AccessToken, input.id)
        token = info.context.viewer.talk_access_tokens.filter(pk=key).first()
        if token is None:
            raise MessagingValidationError(RefusalCode.NOT_FOUND, path=("id",))
        token.revoke()
        return results.RevokeTokenPayload(token=token)
