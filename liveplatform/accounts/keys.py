"""API keys: made, rotated, revoked, and looked up by the hash of their secret.

A key reads "lp_<public id>_<secret>". Look-ups are cached per process for CACHE_SECONDS, so that a request
needs no query for its key: a revoked key works for at most that long, an expired one is refused at once.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from liveplatform.accounts.models import Account, ApiKey
from liveplatform.accounts.scopes import SCOPES
from liveplatform.accounts.ttl_cache import TTLCache
from liveplatform.api.principal import Principal

PREFIX = "lp"
CACHE_SECONDS = 5.0
CACHE_SIZE = 10_000
LAST_USED_INTERVAL = timedelta(minutes=1)
MAX_OVERLAP_HOURS = 24 * 30  # hours
ALREADY_ROTATED_MESSAGE = "The key was rotated already; rotate its successor, or make a new one."
NOT_VALID_MESSAGE = "The key is revoked or has expired; make a new one."
VALID = Q(expires_at=None) | Q(expires_at__gt=Now())


def make_key(
    account: Account,
    *,
    name: str = "",
    scopes: Iterable[str] = SCOPES,
    expires_at: datetime | None = None,
    created_by: str = "",
    parent: ApiKey | None = None,
) -> tuple[ApiKey, str]:
    """A new key of the account, and its text, which is not stored.

    `created_by` is the actor on record; the key is revoked with its `parent`.
    """
    public_id, secret = _new_public_id(), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        account=account,
        name=name,
        public_id=public_id,
        secret_hash=_hash(secret),
        scopes=sorted(scopes),
        expires_at=expires_at,
        created_by=created_by[:80],
        parent=parent,
    )
    return key, f"{PREFIX}_{public_id}_{secret}"


class RotationError(Exception):
    """The key has a successor, or is revoked or expired; the message is fit for its owner."""


def rotate(
    key: ApiKey, overlap: timedelta = timedelta(hours=24), *, created_by: str = "", by: ApiKey | None = None
) -> tuple[ApiKey, str]:
    """A successor with the same name, scopes and expiry; the old key expires after `overlap`.

    The successor is revoked with the key `by` that asked for it, and takes over the keys that the old one
    made. Raises RotationError if the key was rotated before, is revoked or has expired.
    """
    with transaction.atomic():
        valid = ApiKey.objects.filter(VALID, pk=key.pk, revoked_at=None)
        if not valid.filter(rotated_at=None).update(rotated_at=Now()):
            raise RotationError(ALREADY_ROTATED_MESSAGE if valid.exists() else NOT_VALID_MESSAGE)
        key.refresh_from_db()
        parent = key.parent if by is None or by.pk == key.pk else by
        successor, text = make_key(
            key.account,
            name=key.name,
            scopes=key.scopes,
            expires_at=key.expires_at,
            created_by=created_by,
            parent=parent,
        )
        key.made_keys.exclude(pk__in=[successor.pk, *([parent.pk] if parent else [])]).update(
            parent=successor
        )
        until = timezone.now() + overlap
        if key.expires_at is None or key.expires_at > until:
            key.expires_at = until
            key.save(update_fields=["expires_at"])
    return successor, text


def revoke(key: ApiKey, *, keep_made_keys: bool = False) -> int:
    """Revoke a key and, unless they are to be kept, the keys that it made, and theirs. Returns their number.

    A key that is revoked already keeps its time of revocation. Keys that are kept have no parent any more.
    """
    count, family, found = 0, set[UUID](), {key.pk}
    with transaction.atomic():
        while found:
            # Locks them first: a key that one of them is making is on record then, or refused (key_maker.py).
            count += ApiKey.objects.filter(pk__in=found, revoked_at=None).update(revoked_at=Now())
            family |= found
            made = ApiKey.objects.filter(parent__in=found).exclude(pk__in=family)
            if keep_made_keys:
                made.update(parent=None)
                break
            found = set(made.values_list("pk", flat=True))
    key.refresh_from_db(fields=["revoked_at"])
    return count


def authenticate(token: str) -> Principal | None:
    """The principal of a key; None if it is unknown, expired or revoked, or its account is inactive."""
    found = _cache.get_or_load(_hash(token), lambda: _load(token))
    if found is None or (found.expires_at and found.expires_at <= timezone.now()):
        return None
    return found.principal


def clear_cache() -> None:
    """Clear this process's cache of keys."""
    _cache.clear()


@dataclass(frozen=True)
class _CachedKey:
    """A key that was valid when it was loaded."""

    principal: Principal
    expires_at: datetime | None


_cache: TTLCache[_CachedKey | None] = TTLCache(CACHE_SECONDS, CACHE_SIZE)


def _load(token: str) -> _CachedKey | None:
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX or "\0" in token:
        return None
    keys = ApiKey.objects.filter(VALID, public_id=parts[1], revoked_at=None, account__is_active=True)
    key = keys.select_related("account").first()
    if key is None or not hmac.compare_digest(bytes(key.secret_hash), _hash(parts[2])):
        return None
    _update_last_used(key.pk)
    principal = Principal(
        key.account_id,
        "key",
        key.public_id,
        frozenset(key.scopes),
        key.account.auth_id,
        rate_limits=key.account.rate_limits,
    )
    return _CachedKey(principal, key.expires_at)


def _update_last_used(key_id: UUID) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=timezone.now() - LAST_USED_INTERVAL)
    ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=Now())


def _new_public_id() -> str:
    """12 hexadecimal digits; with a letter, or logs and records would take it for a phone number."""
    while (public_id := secrets.token_hex(6)).isdigit():
        pass
    return public_id


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
