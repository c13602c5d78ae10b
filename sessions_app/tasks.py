"""Celery tasks of sessions."""

from liveplatform.work.named_tasks import ops_task
from sessions_app.series.plan import plan_further


@ops_task("sessions.plan_series")
def plan_series() -> str:
    """Make the sessions of series for which the time has come."""
    return f"{plan_further():,} sessions were made."
