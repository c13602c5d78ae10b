"""Callback secrets: made when the first callback needs one, rotated on request, shown once."""

import secrets
from collections.abc import Collection
from uuid import UUID

from django.db.models.functions import Now

from liveplatform.accounts.models import CallbackSecret

SECRET_BYTES = 30


def secrets_of(account_ids: Collection[UUID]) -> dict[UUID, str]:
    """The secret of each of these accounts; those that have none get one."""
    found = CallbackSecret.objects.in_bulk(account_ids)
    missing = set(account_ids) - set(found)
    if missing:
        CallbackSecret.objects.bulk_create(map(_new, missing), ignore_conflicts=True)
        found |= CallbackSecret.objects.in_bulk(missing)  # another process may have made it
    return {pk: row.secret for pk, row in found.items()}


def rotate(account_id: UUID) -> CallbackSecret:
    """Replace the account's secret, or make the first. Callbacks from now on are signed with the new one."""
    fresh = _new(account_id)
    CallbackSecret.objects.bulk_create([fresh], ignore_conflicts=True)
    row = CallbackSecret.objects.select_for_update(no_key=True).get(pk=account_id)
    if row.sealed_secret != fresh.sealed_secret:
        row.sealed_secret, row.rotated_at = fresh.sealed_secret, Now()
        row.save(update_fields=["sealed_secret", "rotated_at"])
        row.refresh_from_db()
    return row


def _new(account_id: UUID) -> CallbackSecret:
    row = CallbackSecret(account_id=account_id)
    row.secret = secrets.token_urlsafe(SECRET_BYTES)
    return row
