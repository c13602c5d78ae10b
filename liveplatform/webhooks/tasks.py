"""Celery's door into webhooks."""

from liveplatform.webhooks.forgetting import forget_old
from liveplatform.work.by_name import named_task


@named_task("webhooks.forget")
def forget_events() -> str:
    """Delete events and deliveries that are past their time."""
    return f"{forget_old():,} events were deleted with their deliveries."
