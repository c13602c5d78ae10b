"""The queue of staff operations: one chunk of rows per attempt."""

from django.apps import apps
from django.db.models.functions import Now

from liveplatform.admin.bulk import bulk_action
from liveplatform.admin.models import StaffOperation
from liveplatform.admin.operations import CHUNK_SIZE
from liveplatform.work.doorbell import ring
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import succeeded
from liveplatform.work.queue import Queue


def prepare(operations: list[StaffOperation]) -> list[AttemptFn]:
    """Attempts that do nothing: a chunk is done in the transaction that settles its attempt."""
    return [succeeded for _ in operations]


def run_chunks(operations: list[StaffOperation]) -> None:
    """One chunk each; an operation with more rows is due again at once."""
    for operation in operations:
        if operation.state == operation.State.DONE:
            run_chunk(operation)


def run_chunk(operation: StaffOperation) -> None:
    """Do the next rows; their ids were frozen when the act was confirmed."""
    ids = operation.ids[operation.position : operation.position + CHUNK_SIZE]
    action = bulk_action(apps.get_model(operation.model), operation.action)
    if ids and action.apply:
        operation.changed += action.apply(ids, operation.requested_by)
    operation.position += len(ids)
    fields = ["position", "changed"]
    if operation.position < len(operation.ids):
        operation.state, operation.due_at, operation.settled_at = operation.State.PENDING, Now(), None
        operation.attempts, operation.log = 0, operation.log[-1:]
        fields += ["state", "due_at", "settled_at", "attempts", "log"]
        ring(operation.queue)
    operation.save(update_fields=fields)


STAFF_OPERATIONS = Queue(
    model=StaffOperation,
    prepare=prepare,
    settled=run_chunks,
    log_context=lambda row: {"operation_id": str(row.pk), "position": str(row.position)},
    concurrency="OPERATION_CONCURRENCY",
)
