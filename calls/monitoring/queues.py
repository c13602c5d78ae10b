"""The queues of monitoring: one row per live call, and one per connection with calls."""

from calls.models.monitor import CallMonitor, Reconciliation
from calls.monitoring import check, reconcile
from calls.queues import call_context, lock_calls
from liveplatform.work.queue import Queue

CALL_MONITORS = Queue(
    model=CallMonitor,
    prepare=check.prepare,
    lock=lock_calls,
    settled=check.settled,
    log_context=call_context,
)
RECONCILIATIONS = Queue(
    model=Reconciliation,
    prepare=reconcile.prepare,
    settled=reconcile.settled,
    log_context=lambda row: {"connection_id": str(row.connection_id)},
)
