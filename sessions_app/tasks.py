"""Celery tasks of sessions."""

from liveplatform.work.named_tasks import ops_task
from sessions_app.livestreams.retention import purge_deliveries
from sessions_app.series.plan import plan_further


@ops_task("sessions.plan_series")
def plan_series() -> str:
    """Make the sessions of series for which the time has come."""
    return f"{plan_further():,} sessions were made."


@ops_task("sessions.purge_livestream_deliveries")
def purge_livestream_deliveries() -> str:
    """Delete what webhooks of livestreams were told long ago."""
    return f"{purge_deliveries():,} deliveries to webhooks of livestreams were deleted."
