"""Retention: delete expired rows in small batches, so that no lock is held for long."""

import time
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

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
        # Only the key is loaded: Django fetches the rows when others cascade from them.
        rows.model._default_manager.filter(pk__in=ids).only("pk").delete()
        deleted += len(ids)
        if len(ids) < BATCH:
            break
    return deleted
