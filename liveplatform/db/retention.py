"""Retention: delete expired rows in small batches, so that no lock is held for long."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CASCADE, QuerySet

DAY_MS = 86_400_000
BATCH = 2_000
MAX_BATCHES = 200


def delete_expired(rows: QuerySet[Any], days: int) -> int:
    """Delete those of `rows` that are older than `days`, and what cascades from them; returns how many.

    The primary key must be a UUIDv7: it holds the time of creation. At most BATCH * MAX_BATCHES rows a call.
    """
    before = UUID(int=(int(time.time() * 1000) - days * DAY_MS) << 80)
    expired = rows.filter(pk__lt=before).order_by("pk")
    deleted = 0
    for _ in range(MAX_BATCHES):
        ids = list(expired.values_list("pk", flat=True)[:BATCH])
        deleted += _delete(rows, ids)
        if len(ids) < BATCH:
            break
    return deleted


@transaction.atomic
def _delete(rows: QuerySet[Any], ids: Sequence[UUID]) -> int:
    """Delete those with these ids that are still among `rows`; returns how many.

    They are locked first, with the rows that cascade from them: what changed since they were selected (a
    delivery that was restarted or added) is seen, and nothing can change any more until they are deleted.
    """
    model = rows.model
    _lock(model._default_manager.filter(pk__in=ids))
    for relation in model._meta.related_objects:
        if relation.on_delete is CASCADE:
            _lock(relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": ids}))
    # Only the key is loaded: Django fetches the rows when others cascade from them.
    _, by_model = rows.filter(pk__in=ids).only("pk").delete()
    return by_model.get(model._meta.label, 0)


def _lock(rows: QuerySet[Any]) -> None:
    """Lock rows in the order of their ids (no deadlocks)."""
    list(rows.order_by("pk").select_for_update().values_list("pk"))
