"""Celery tasks of the API."""

from liveplatform.api import idempotency
from liveplatform.work.named_tasks import ops_task


@ops_task("api.purge")
def purge() -> str:
    """Delete idempotency records older than the retention time."""
    return f"{idempotency.purge():,} answers under an Idempotency-Key were deleted."
