"""Celery's door into webhooks."""

from celery import shared_task

from liveplatform.webhooks.forgetting import forget


@shared_task(name="webhooks.forget")
def forget_events() -> str:
    """Delete events and deliveries that are past their time."""
    return f"{forget():,} events were deleted with their deliveries."
