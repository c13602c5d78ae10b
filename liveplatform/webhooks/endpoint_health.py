"""How endpoints fare: days of nothing but failure lead to warnings, then to being disabled."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from liveplatform.webhooks.endpoint_events import notify_other_endpoints
from liveplatform.webhooks.models import Delivery, Endpoint

log = structlog.get_logger(__name__)

WARN_AFTER = (timedelta(days=1), timedelta(days=3))
DISABLE_AFTER = timedelta(days=5)
GONE = "it answered 410 Gone"
FAILED_FOR_DAYS = "every delivery failed for five days"

# One statement a batch. It touches only endpoints whose standing changes, and those that go on failing
# once in ten minutes; locked in order of their ids, so that two workers never wait in a circle, and in
# a way that lets publishing go on. Failures more than two days apart are not one long failure.
NOTE = """
WITH standing AS (
    SELECT e.id, n.well
    FROM webhooks_endpoint e JOIN unnest(%(ids)s::uuid[], %(well)s::bool[], %(gone)s::bool[])
                                  AS n(id, well, gone) ON n.id = e.id
    WHERE CASE WHEN n.well THEN e.failing_since IS NOT NULL
               ELSE n.gone OR e.failing_since IS NULL
                    OR coalesce(e.last_failed_at, '-infinity') < now() - interval '10 minutes' END
    ORDER BY e.id FOR NO KEY UPDATE OF e
)
UPDATE webhooks_endpoint AS e
SET failing_since = CASE WHEN s.well THEN NULL WHEN e.last_failed_at > now() - interval '2 days'
                         THEN coalesce(e.failing_since, now()) ELSE now() END,
    last_failed_at = CASE WHEN s.well THEN NULL ELSE now() END,
    warnings_sent = CASE WHEN s.well OR e.last_failed_at <= now() - interval '2 days' THEN 0 ELSE e.warnings_sent END
FROM standing s WHERE e.id = s.id
RETURNING e.*, now() - failing_since AS failing
"""


def record_results(rows: Sequence[Delivery]) -> None:
    """Note what came of these deliveries, in the transaction that wrote it."""
    gone = {row.endpoint_id for row in rows if row.state == "failed" and _last_status(row) == 410}
    well = {row.endpoint_id for row in rows if row.state == "done"} - gone
    badly = {row.endpoint_id for row in rows if row.state in ("pending", "failed")} - well
    ids = sorted(well | badly)
    if not ids:
        return
    standing = {"ids": ids, "well": [pk in well for pk in ids], "gone": [pk in gone for pk in ids]}
    for endpoint in Endpoint.objects.raw(NOTE, standing):
        if endpoint.pk in gone:
            disable(endpoint, GONE)
        elif endpoint.failing_since:
            _warn_or_disable(endpoint, getattr(endpoint, "failing", timedelta()))


def disable(endpoint: Endpoint, reason: str) -> None:
    """Send nothing more there, and tell the account's other endpoints. Wants a transaction."""
    if not endpoint.is_enabled:
        return
    endpoint.is_enabled = False
    endpoint.disabled_reason = reason
    endpoint.save(update_fields=["is_enabled", "disabled_reason", "updated_at"])
    log.error("endpoint_disabled", endpoint=str(endpoint.pk), reason=reason)
    notify_other_endpoints(endpoint, "endpoint.disabled")


def _warn_or_disable(endpoint: Endpoint, failing: timedelta) -> None:
    if failing >= DISABLE_AFTER:
        disable(endpoint, FAILED_FOR_DAYS)
        return
    due = sum(failing >= days for days in WARN_AFTER)
    if due > endpoint.warnings_sent and endpoint.is_enabled:
        endpoint.warnings_sent = due
        endpoint.save(update_fields=["warnings_sent"])
        log.warning("endpoint_failing", endpoint=str(endpoint.pk), since=str(endpoint.failing_since))
        notify_other_endpoints(endpoint, "endpoint.failing")


def _last_status(row: Delivery) -> object:
    return row.log[-1].get("status") if row.log else None
