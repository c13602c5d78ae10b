"""Tables on the admin's pages: an endpoint's newest deliveries, a delivery's attempts."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from liveplatform.admin.privacy import hide_numbers
from liveplatform.webhooks.models import Delivery, Endpoint

MAX_DELIVERIES = 50
DELIVERY_COLUMNS = ("created", "event", "state", "attempts", "error")
ATTEMPT_COLUMNS = ("attempt", "at", "ms", "outcome", "status", "error", "answer")


def newest_deliveries(endpoint: Endpoint) -> SafeString:
    """The newest deliveries of an endpoint, and a link to all."""
    newest = endpoint.deliveries.select_related("event").defer("event__body", "log", "result")
    rows = [_delivery_cells(row) for row in newest.order_by("-created_at", "-id")[:MAX_DELIVERIES]]
    url = reverse("admin:webhooks_delivery_changelist") + f"?q={endpoint.pk}"
    return format_html('{}<a href="{}">All deliveries</a>', _table(DELIVERY_COLUMNS, rows), url)


def attempts_table(delivery: Delivery) -> SafeString:
    """Every attempt of a delivery."""
    return _table(ATTEMPT_COLUMNS, [[entry.get(n, "") for n in ATTEMPT_COLUMNS] for entry in delivery.log])


def _delivery_cells(delivery: Delivery) -> list[Any]:
    url = reverse("admin:webhooks_delivery_change", args=[delivery.pk])
    return [
        f"{delivery.created_at:%Y-%m-%d %H:%M:%S} UTC",
        format_html('<a href="{}">{}</a>', url, delivery.event.type),
        delivery.state,
        delivery.attempts,
        hide_numbers(delivery.error)[:80],
    ]


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', [(name,) for name in columns])
    cells = [(format_html_join("", "<td>{}</td>", [(cell,) for cell in row]),) for row in rows]
    body = format_html_join("", "<tr>{}</tr>", cells)
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)
