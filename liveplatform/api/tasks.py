"""Celery's door into what the API keeps."""

from liveplatform.api import idempotency
from liveplatform.work.named_tasks import ops_task


@ops_task("api.purge")
def purge() -> str:
    """Delete the answers under Idempotency-Keys that are past their time."""
    return f"{idempotency.purge():,} answers under an Idempotency-Key were deleted."
