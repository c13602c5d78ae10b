"""API keys: made, rotated, revoked, and looked up by the hash of their secret.

A key reads "lp_<public id>_<secret>". Look-ups are cached in the process for a few seconds, so a
request costs no query for its key; a revoked key works for at most CACHE seconds more.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from liveplatform.accounts.memory import Memory
from liveplatform.accounts.models import Account, ApiKey
from liveplatform.accounts.principal import Principal
from liveplatform.accounts.scopes import SCOPES

PREFIX = "lp"
CACHE = 5.0
CACHE_SIZE = 10_000
USED_EVERY = timedelta(minutes=1)
LONGEST_OVERLAP = 24 * 30  # hours


def make_key(
    account: Account, *, name: str = "", scopes: Iterable[str] = SCOPES, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key of the account, and its text: the only time that can be seen."""
    public_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        account=account,
        name=name,
        public_id=public_id,
        secret_hash=_hash(secret),
        scopes=sorted(scopes),
        expires_at=expires_at,
    )
    return key, f"{PREFIX}_{public_id}_{secret}"


def rotate(key: ApiKey, overlap: timedelta = timedelta(hours=24)) -> tuple[ApiKey, str]:
    """A successor with the same name, scopes and expiry; the old key expires after the overlap."""
    successor = make_key(key.account, name=key.name, scopes=key.scopes, expires_at=key.expires_at)
    until = timezone.now() + overlap
    if key.expires_at is None or key.expires_at > until:
        key.expires_at = until
        key.save(update_fields=["expires_at"])
    return successor


def revoke(key: ApiKey) -> None:
    """End a key now; one that was revoked before stays as it was."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])


def principal_for(token: str) -> Principal | None:
    """Whom this key stands for; None if it is unknown, expired or revoked, or its account is closed."""
    return _known.recall(_hash(token), lambda: _looked_up(token))


def forget() -> None:
    """Drop what this process remembers of keys."""
    _known.forget()


_known: Memory[Principal | None] = Memory(CACHE, CACHE_SIZE)


def _looked_up(token: str) -> Principal | None:
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX or "\0" in token:
        return None
    in_force = Q(expires_at=None) | Q(expires_at__gt=Now())
    keys = ApiKey.objects.filter(in_force, public_id=parts[1], revoked_at=None, account__is_active=True)
    key = keys.select_related("account").first()
    if key is None or not hmac.compare_digest(bytes(key.secret_hash), _hash(parts[2])):
        return None
    _note_used(key.pk)
    return Principal(key.account_id, "key", key.public_id, frozenset(key.scopes), key.account.auth_id)


def _note_used(key_id: UUID) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=timezone.now() - USED_EVERY)
    ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=Now())


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
