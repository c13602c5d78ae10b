"""Operations of staff: an act on many rows, a chunk per attempt."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Now

from liveplatform.admin.models import StaffOperation
from liveplatform.work.doorbell import ring
from liveplatform.work.models import NO_KEY

log = structlog.get_logger(__name__)

CHUNK_SIZE = 100  # rows; an operation of one chunk is done in the request that asks for it


def start(
    model: type[Model],
    action: str,
    account_id: UUID | None,
    ids: Sequence[UUID],
    actor: str,
    *,
    changed: int | None = None,
) -> StaffOperation:
    """Begin an operation; workers carry it out. `changed`: it is done already, and changed so many rows."""
    done = {"state": "done", "due_at": None, "settled_at": Now(), "position": len(ids), "changed": changed}
    with transaction.atomic():
        operation = StaffOperation.objects.create(
            model=model._meta.label_lower,
            action=action,
            account_id=account_id,
            tenant_key=account_id or NO_KEY,
            concurrency_key=account_id or NO_KEY,
            ids=list(ids),
            requested_by=actor,
            **(done if changed is not None else {}),
        )
        if changed is None:
            ring(StaffOperation.queue)
    log.info("staff_operation_begun", action=action, model=operation.model, rows=len(ids), by=actor)
    return operation


def cancel(ids: Sequence[UUID]) -> int:
    """Stop operations before their next chunk; what they did stays. Returns how many were unfinished."""
    unfinished = StaffOperation.objects.filter(pk__in=ids, state__in=StaffOperation.OPEN)
    return unfinished.update(
        state=StaffOperation.State.SKIPPED,
        settled_at=Now(),
        due_at=None,
        updated_at=Now(),
        error="Cancelled.",
    )
