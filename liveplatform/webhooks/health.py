"""How endpoints fare: failing for days leads to warnings, then to being disabled."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from django.db import connection
from django.db.models.functions import Now

from liveplatform.webhooks.publish import News, publish_many

if TYPE_CHECKING:
    from liveplatform.webhooks.models import Delivery, Endpoint

log = structlog.get_logger(__name__)

WARN_AFTER = timedelta(days=1)
DISABLE_AFTER = timedelta(days=5)

# One statement a batch; it touches only endpoints whose standing changes.
NOTE = """
UPDATE webhooks_endpoint SET failing_since = CASE WHEN %(failed)s THEN now() END,
       warned_at = CASE WHEN %(failed)s THEN warned_at END, updated_at = now()
WHERE id = ANY(%(ids)s) AND (failing_since IS NULL) = %(failed)s
"""


def note(rows: list["Delivery"]) -> None:
    """Note what came of these deliveries, in the transaction that wrote it."""
    well = {row.endpoint_id for row in rows if row.state == "done"}
    badly = {row.endpoint_id for row in rows if row.state in ("pending", "failed")} - well
    with connection.cursor() as cursor:
        if well:
            cursor.execute(NOTE, {"failed": False, "ids": sorted(well)})
        if badly:
            cursor.execute(NOTE, {"failed": True, "ids": sorted(badly)})
    if badly:
        _judge(rows, badly)


def _judge(rows: list["Delivery"], badly: set[UUID]) -> None:
    gone = {row.endpoint_id for row in rows if row.state == "failed" and _last(row).get("status") == 410}
    model = rows[0]._meta.get_field("endpoint").related_model
    for endpoint in model._default_manager.filter(pk__in=badly, is_enabled=True).annotate(now=Now()):
        if endpoint.pk in gone:
            disable(endpoint, "it answered 410 Gone")
        else:
            _judge_days(endpoint, endpoint.now)


def _judge_days(endpoint: "Endpoint", now: datetime) -> None:
    failing = now - endpoint.failing_since if endpoint.failing_since else timedelta()
    if failing >= DISABLE_AFTER:
        disable(endpoint, "every delivery failed for five days")
    elif failing >= WARN_AFTER and (endpoint.warned_at is None or now - endpoint.warned_at >= WARN_AFTER):
        type(endpoint)._default_manager.filter(pk=endpoint.pk).update(warned_at=Now())
        _tell(endpoint, "endpoint.failing")


def disable(endpoint: "Endpoint", reason: str) -> None:
    """Send nothing more there, and tell the account's other endpoints."""
    endpoint.is_enabled = False
    endpoint.disabled_reason = reason
    endpoint.save(update_fields=["is_enabled", "disabled_reason", "updated_at"])
    log.error("endpoint_disabled", endpoint=str(endpoint.pk), reason=reason)
    _tell(endpoint, "endpoint.disabled")


def _tell(endpoint: "Endpoint", event: str) -> None:
    events = endpoint.account.events.filter(subject=endpoint.pk)
    data = {"endpoint": {"id": endpoint.pk, "failing_since": endpoint.failing_since}}
    data["endpoint"]["reason"] = endpoint.disabled_reason or None
    publish_many([News(endpoint.account_id, endpoint.pk, events.count() + 1, event, data)])


def _last(row: "Delivery") -> dict[str, object]:
    return row.log[-1] if row.log else {}
