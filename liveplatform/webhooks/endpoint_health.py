"""The health of endpoints: days of failures alone lead to warnings, and then to disabling."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Q, QuerySet

from liveplatform.webhooks.endpoint_events import notify_other_endpoints
from liveplatform.webhooks.models import Delivery, Endpoint

log = structlog.get_logger(__name__)

WARN_AFTER = (timedelta(days=1), timedelta(days=3))
DISABLE_AFTER = timedelta(days=5)
# Failures further apart than this are not one period of failure.
MAX_GAP = timedelta(days=2)
# An endpoint that goes on failing is written at most this often.
WRITE_INTERVAL = timedelta(minutes=10)
GONE = "it answered 410 Gone"
FAILED_FOR_DAYS = "every delivery failed for five days"
FAILURES = (Delivery.State.PENDING, Delivery.State.FAILED)


def record_results(deliveries: Sequence[Delivery]) -> None:
    """Update the health of the deliveries' endpoints, in the transaction that settled the deliveries.

    Of one batch a success counts more than failures, and 410 Gone more than both.
    """
    gone = {row.endpoint_id for row in deliveries if row.state == Delivery.State.FAILED and _was_gone(row)}
    succeeded = {row.endpoint_id for row in deliveries if row.state == Delivery.State.DONE} - gone
    failed = {row.endpoint_id for row in deliveries if row.state in FAILURES} - succeeded
    if not succeeded and not failed:
        return
    now = max(row.updated_at for row in deliveries)  # the database's time of this transaction
    changing = list(_lock_changing(succeeded, failed, gone, now))
    events = {endpoint: _apply(endpoint, succeeded, gone, now) for endpoint in changing}
    Endpoint.objects.bulk_update(changing, [*Endpoint.HEALTH_FIELDS, "updated_at"])
    for endpoint, event_type in events.items():
        if event_type:
            notify_other_endpoints(endpoint, event_type)


def _lock_changing(
    succeeded: Collection[UUID], failed: Collection[UUID], gone: Collection[UUID], now: datetime
) -> QuerySet[Endpoint]:
    """The endpoints whose health changes: none while all is well.

    They are locked in the order of their ids, so that workers do not deadlock, and with NO KEY, so that
    deliveries to them can be inserted meanwhile.
    """
    is_new_or_old = (
        Q(failing_since=None) | Q(last_failed_at=None) | Q(last_failed_at__lt=now - WRITE_INTERVAL)
    )
    changes = (
        Q(pk__in=succeeded, failing_since__isnull=False) | Q(pk__in=gone) | Q(pk__in=failed) & is_new_or_old
    )
    return Endpoint.objects.filter(changes).order_by("pk").select_for_update(no_key=True)


def _apply(endpoint: Endpoint, succeeded: Collection[UUID], gone: Collection[UUID], now: datetime) -> str:
    """Change the endpoint's health fields; returns the type of the event to publish, "" for none."""
    if endpoint.pk in succeeded:
        endpoint.clear_failures()
        return ""
    if endpoint.last_failed_at and endpoint.last_failed_at <= now - MAX_GAP:
        endpoint.clear_failures()
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.last_failed_at = now
    if endpoint.pk in gone:
        return _disable(endpoint, GONE, now)
    return _warn_or_disable(endpoint, now)


def _warn_or_disable(endpoint: Endpoint, now: datetime) -> str:
    period = now - (endpoint.failing_since or now)
    if period >= DISABLE_AFTER:
        return _disable(endpoint, FAILED_FOR_DAYS, now)
    warnings_due = sum(period >= days for days in WARN_AFTER)
    if warnings_due <= endpoint.warnings_sent or not endpoint.is_enabled:
        return ""
    endpoint.warnings_sent = warnings_due
    log.warning("endpoint_failing", endpoint=str(endpoint.pk), since=str(endpoint.failing_since))
    return "endpoint.failing"


def _disable(endpoint: Endpoint, reason: str, now: datetime) -> str:
    if not endpoint.is_enabled:
        return ""
    endpoint.is_enabled, endpoint.disabled_reason, endpoint.updated_at = False, reason, now
    log.error("endpoint_disabled", endpoint=str(endpoint.pk), reason=reason)
    return "endpoint.disabled"


def _was_gone(delivery: Delivery) -> bool:
    return bool(delivery.log) and delivery.log[-1].get("status") == 410
