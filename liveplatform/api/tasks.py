"""Celery's door into what the API keeps."""

from celery import shared_task

from liveplatform.api import idempotency


@shared_task(name="api.purge")
def purge() -> str:
    """Delete the answers under Idempotency-Keys that are past their time."""
    return f"{idempotency.purge():,} answers under an Idempotency-Key were deleted."
