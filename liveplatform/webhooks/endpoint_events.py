"""Events about endpoints themselves: a test, a warning, the end of it."""

from typing import Any

from django.db import connection, transaction

from liveplatform.webhooks.models import Endpoint
from liveplatform.webhooks.publish import EventMessage, publish_many

NEXT_SEQUENCE = """
UPDATE webhooks_endpoint SET event_sequence = event_sequence + 1 WHERE id = %s RETURNING event_sequence
"""


def endpoint_data(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as events show it: its URL stays out, for it may carry a secret."""
    return {
        "id": endpoint.pk,
        "description": endpoint.description,
        "is_enabled": endpoint.is_enabled,
        "disabled_reason": endpoint.disabled_reason or None,
        "failing_since": endpoint.failing_since,
    }


def notify_other_endpoints(endpoint: Endpoint, event: str) -> None:
    """Tell the account's other endpoints how this one fares."""
    publish_many([_endpoint_event(endpoint, event, others=True)])


def send_test(endpoint: Endpoint) -> int:
    """Send `endpoint.test` to this endpoint alone, whatever it subscribed to: the event's sequence."""
    with transaction.atomic():
        news = _endpoint_event(endpoint, "endpoint.test", others=False)
        publish_many([news])
    return news.sequence


def _endpoint_event(endpoint: Endpoint, event: str, *, others: bool) -> EventMessage:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SEQUENCE, [endpoint.pk])
        (sequence,) = cursor.fetchone()
    return EventMessage(
        endpoint.account_id,
        endpoint.pk,
        sequence,
        event,
        {"endpoint": endpoint_data(endpoint)},
        only_endpoint=None if others else endpoint.pk,
        except_endpoint=endpoint.pk if others else None,
    )
