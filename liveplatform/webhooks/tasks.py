"""Celery tasks of webhooks."""

from liveplatform.webhooks.retention import purge_expired_events
from liveplatform.work.named_tasks import ops_task


@ops_task("webhooks.purge_events")
def purge_events() -> str:
    """Delete expired events with their deliveries."""
    return f"{purge_expired_events():,} events were deleted with their deliveries."
