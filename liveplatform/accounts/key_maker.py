"""What a key may make: keys that end with it at the latest, and none once it is revoked."""

from datetime import datetime

from rest_framework.exceptions import AuthenticationFailed, PermissionDenied, ValidationError

from liveplatform.accounts.keys import VALID
from liveplatform.accounts.models import ApiKey
from liveplatform.api.principal import Principal

GONE_MESSAGE = "The API key is unknown, expired or revoked."


def lock_maker(principal: Principal) -> ApiKey | None:
    """The key that asks for another one, locked until the transaction ends; None for a token.

    Its authentication may be as old as the cache of keys. Locked, it cannot be revoked before the key that it
    makes is on record and is revoked with it. Raises AuthenticationFailed (401) if it is no longer valid.
    """
    if principal.kind != "key":
        return None
    keys = ApiKey.objects.select_for_update(no_key=True).filter(VALID, revoked_at=None)
    maker = keys.filter(account_id=principal.account_id, public_id=principal.id).first()
    if maker is None:
        raise AuthenticationFailed(GONE_MESSAGE, "invalid_credentials")
    return maker


def expiry_within(maker: ApiKey | None, expires_at: datetime | None) -> datetime | None:
    """When a key that `maker` makes expires: as asked for, at the latest with its maker.

    Raises ValidationError if a later time was asked for.
    """
    if maker is None or maker.expires_at is None:
        return expires_at
    if expires_at is not None and expires_at > maker.expires_at:
        until = f"{maker.expires_at:%Y-%m-%dT%H:%M:%SZ}"
        text = f"The asking key expires at {until}; no key that it makes is valid longer."
        raise ValidationError({"expires_at": [text]})
    return expires_at or maker.expires_at


def require_may_rotate(maker: ApiKey | None, key: ApiKey) -> None:
    """Raises PermissionDenied if the successor of `key` would be valid longer than the key that asks."""
    if maker is None or maker.expires_at is None or maker.pk == key.pk:
        return
    if key.expires_at is None or key.expires_at > maker.expires_at:
        raise PermissionDenied(
            f"The asking key expires at {maker.expires_at:%Y-%m-%dT%H:%M:%SZ}, before the successor would; "
            "ask with a key that is valid as long.",
            "key_outlives_maker",
        )
