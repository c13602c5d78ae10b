"""The health of endpoints: days of failures alone lead to warnings, and then to disabling."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

import structlog

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


class Result(IntEnum):
    """The result of an attempt; of several in one batch the greatest counts."""

    FAILED = 1
    SUCCEEDED = 2
    GONE = 3


def record_results(deliveries: Sequence[Delivery]) -> None:
    """Update the health of the deliveries' endpoints, in the transaction that settled the deliveries.

    Each delivery has its endpoint as it was read before the attempt, so a change of its health during the
    attempt may be missed; the next result sees it. Only endpoints whose health changes are locked and read
    again. Of one batch a success counts more than failures, and 410 Gone more than both.
    """
    now = max(row.updated_at for row in deliveries)  # the database's time of this transaction
    results = _results(deliveries)
    endpoints = {row.endpoint_id: row.endpoint for row in deliveries if row.endpoint_id in results}
    changing = [pk for pk, result in results.items() if _changes(endpoints[pk], result, now)]
    if changing:
        _write(changing, results, now)


def _results(deliveries: Sequence[Delivery]) -> dict[UUID, Result]:
    """The most important result of each endpoint."""
    results: dict[UUID, Result] = {}
    for row in deliveries:
        if row.state != Delivery.State.SKIPPED:
            results[row.endpoint_id] = max(_result(row), results.get(row.endpoint_id, Result.FAILED))
    return results


def _result(delivery: Delivery) -> Result:
    if delivery.state == Delivery.State.DONE:
        return Result.SUCCEEDED
    was_gone = bool(delivery.log) and delivery.log[-1].get("status") == 410
    return Result.GONE if was_gone and delivery.state == Delivery.State.FAILED else Result.FAILED


def _changes(endpoint: Endpoint, result: Result, now: datetime) -> bool:
    """Whether the result changes the endpoint's health; continued failure does so once per WRITE_INTERVAL."""
    if result is Result.SUCCEEDED:
        return endpoint.failing_since is not None
    last_failed_at = endpoint.failing_since and endpoint.last_failed_at
    return result is Result.GONE or not last_failed_at or last_failed_at < now - WRITE_INTERVAL


def _write(endpoint_ids: Sequence[UUID], results: Mapping[UUID, Result], now: datetime) -> None:
    """Change endpoints and publish the events about them.

    The rows are locked in the order of their ids, so that workers do not deadlock, and with NO KEY, so that
    deliveries to them can be inserted meanwhile.
    """
    rows = Endpoint.objects.filter(pk__in=endpoint_ids).order_by("pk").select_for_update(no_key=True)
    endpoints = [endpoint for endpoint in rows if _changes(endpoint, results[endpoint.pk], now)]
    event_types = [_apply(endpoint, results[endpoint.pk], now) for endpoint in endpoints]
    Endpoint.objects.bulk_update(endpoints, [*Endpoint.HEALTH_FIELDS, "updated_at"])
    for endpoint, event_type in zip(endpoints, event_types, strict=True):
        if event_type:
            notify_other_endpoints(endpoint, event_type)


def _apply(endpoint: Endpoint, result: Result, now: datetime) -> str:
    """Change the endpoint's health fields; returns the type of the event to publish, "" for none."""
    if result is Result.SUCCEEDED:
        endpoint.clear_failures()
        return ""
    if endpoint.last_failed_at and endpoint.last_failed_at <= now - MAX_GAP:
        endpoint.clear_failures()
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.last_failed_at = now
    return _disable(endpoint, GONE, now) if result is Result.GONE else _warn_or_disable(endpoint, now)


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
