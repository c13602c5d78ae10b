"""One attempt of an operation: end a chunk of its calls in one statement.

Chunks are small so that locks are short. After a full chunk the row is due again at once, and takes
turns with other accounts' rows.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import QuerySet
from django.db.models.functions import Now

from calls import activity
from calls.bulk.given_up import take_up
from calls.bulk.representation import OperationSerializer
from calls.bulk.targets import endable_calls
from calls.filters import CallFilter, InvalidFilter, NotIndexedYet
from calls.models.bulk import Operation
from calls.models.call import Call
from calls.models.end_code import EndCode
from calls.sql import end_if_live_many, take_up_given_up
from liveplatform.webhooks.publish import publish
from liveplatform.work.doorbell import ring

log = structlog.get_logger(__name__)

CHUNK_SIZE = 200
INDEXING_WAIT = 30.0  # seconds until a filter is tried again whose index is not complete


def pending_calls(operation: Operation) -> QuerySet[Call]:
    """The calls that the operation has still to end: live, and not younger than itself."""
    calls = endable_calls(CallFilter.from_json(operation.filter), operation.account_id)
    return calls.filter(created_at__lte=operation.created_at)


def run_chunk(operation: Operation) -> None:
    """End one chunk; afterwards the operation is due again, or finished and published as such."""
    if operation.state != operation.State.DONE:
        return
    try:
        ids, is_full = next_chunk(pending_calls(operation))
    except NotIndexedYet as error:
        _requeue(operation, error=str(error), seconds=INDEXING_WAIT)
        return
    except InvalidFilter as error:  # a name of the metadata that was withdrawn meanwhile
        Operation.objects.filter(pk=operation.pk).update(state=Operation.State.FAILED, error=str(error))
        return
    ended = _end(ids, operation)
    operation.ended += len(ended)
    operation.already_ended += len(ids) - len(ended)
    if is_full:
        _requeue(operation)
    else:
        _finish(operation)


def next_chunk(calls: QuerySet[Call]) -> tuple[list[UUID], bool]:
    """The ids of the newest calls, and whether the chunk is full: there may be more."""
    ids = list(calls.order_by("-created_at", "-id").values_list("pk", flat=True)[:CHUNK_SIZE])
    return ids, len(ids) == CHUNK_SIZE


def _end(ids: Sequence[UUID], operation: Operation) -> Sequence[Call]:
    """End those of the calls that are live still, and log the operation as the actor."""
    if not ids:
        return []
    actor = operation.requested_by
    ended = end_if_live_many(ids, operation.account_id, operation.reason, operation.code, actor)
    if ended:
        activity.record_many(
            [call.pk for call in ended],
            f"operation:{operation.pk}",
            activity.ENDED_BY_OPERATION,
            f"asked for by {actor}",
        )
    return ended


def _requeue(operation: Operation, *, error: str = "", seconds: float = 0.0) -> None:
    due_at = Now() + timedelta(seconds=seconds)
    operation.state, operation.due_at, operation.settled_at = operation.State.PENDING, due_at, None
    operation.error = error
    operation.attempts, operation.log = 0, operation.log[-1:]
    operation.save(
        update_fields=["state", "due_at", "settled_at", "attempts", "log", "ended", "already_ended", "error"]
    )
    ring(operation.queue)


def _finish(operation: Operation) -> None:
    """Settle the counts and publish operation.finished; of a list of ids each one is accounted for."""
    ids = operation.requested_ids
    if ids is not None:
        known = Call.objects.filter(account_id=operation.account_id, pk__in=ids).count()
        operation.unknown_ids = len({UUID(str(call_id)) for call_id in ids}) - known
        operation.already_ended = known - operation.ended
    _take_up_given_up(operation)
    operation.save(update_fields=["ended", "already_ended", "unknown_ids"])
    data = {"operation": OperationSerializer.write(operation)}
    publish(operation.account_id, operation.pk, 1, "operation.finished", data)
    log.info("operation_finished", operation_id=str(operation.pk), ended=operation.ended)


def _take_up_given_up(operation: Operation) -> None:
    """Hang up what matches, ended here and may run; an emergency stop by a filter takes the whole account."""
    account_id, actor = operation.account_id, operation.requested_by
    if operation.code == EndCode.EMERGENCY_STOP and operation.requested_ids is None:
        take_up_given_up(account_id, actor)
    else:
        take_up(CallFilter.from_json(operation.filter).queryset(account_id), actor, account_id)
