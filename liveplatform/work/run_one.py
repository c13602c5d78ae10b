"""Run one row in this process: from a request, a task, a command or the admin."""

from typing import Any
from uuid import UUID

from liveplatform.work import sql
from liveplatform.work.doorbell import ring
from liveplatform.work.drain import run_row
from liveplatform.work.models import Work
from liveplatform.work.queue import Queue, queue_named


def run_out_of_turn(row: Work, *, overdue_only: bool = False, wait: float | None = None) -> bool:
    """Run one attempt beside the row's schedule: if it fails, attempts and due time stay as they were.

    False if the row is settled, another process has it, or it is a worker's turn (`sql.claim_out_of_turn`).
    `wait`: seconds after which the attempt goes on by itself.
    """
    claimed = sql.claim_out_of_turn(type(row), row.pk, overdue_only=overdue_only)
    if claimed is None:
        return False
    run_row(queue_named(row.queue), claimed, wait=wait)
    ring(row.queue)  # a worker whose turn came meanwhile could not claim it
    return True


def run_one(queue: Queue[Any], row_id: UUID) -> str:
    """Run one attempt at a row, due or not; the outcome as a sentence."""
    row = sql.claim_one(queue.model, row_id)
    if row is None:
        return _not_runnable_reason(queue, row_id)
    settled = run_row(queue, row)
    if settled is None:
        return f"{row_id}: lost its lease while running; another worker has it."
    reason = f": {settled.error}" if settled.error else ""
    return f"{settled}{reason} (attempt {settled.attempts} of {settled.max_attempts})"


def _not_runnable_reason(queue: Queue[Any], row_id: UUID) -> str:
    row = queue.model.objects.filter(pk=row_id).first()
    if row is None:
        return f"{row_id}: there is no such row in {queue.name}."
    if row.is_settled:
        return f"{row} already; `manage.py run_work {row_id} --again` runs it once more."
    return f"{row}: a worker has it until {row.due_at:%H:%M:%S} UTC."
