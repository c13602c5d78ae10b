"""Events about endpoints themselves: a test, a warning, disabling."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from liveplatform.webhooks.events import EndpointHealth
from liveplatform.webhooks.models import Endpoint
from liveplatform.webhooks.publish import EventMessage, publish_many


def notify_other_endpoints(endpoint: Endpoint, event_type: str) -> None:
    """Publish an event about this endpoint to the account's other endpoints, in the caller's transaction."""
    publish_many([_message(endpoint, event_type, except_endpoint=endpoint.pk)])


def send_test(endpoint: Endpoint) -> int:
    """Send `endpoint.test` to this endpoint only, whatever it subscribes to; returns its sequence."""
    with transaction.atomic():
        message = _message(endpoint, "endpoint.test", only_endpoint=endpoint.pk)
        publish_many([message])
    return message.sequence


def _message(
    endpoint: Endpoint,
    event_type: str,
    *,
    only_endpoint: UUID | None = None,
    except_endpoint: UUID | None = None,
) -> EventMessage:
    return EventMessage(
        endpoint.account_id,
        endpoint.pk,
        _next_sequence(endpoint),
        event_type,
        {"endpoint": EndpointHealth.write(endpoint)},
        only_endpoint=only_endpoint,
        except_endpoint=except_endpoint,
    )


def _next_sequence(endpoint: Endpoint) -> int:
    """The number of the endpoint's next event. Its row stays locked to the end of the transaction."""
    row = Endpoint.objects.filter(pk=endpoint.pk)
    row.update(event_sequence=F("event_sequence") + 1)
    return row.values_list("event_sequence", flat=True).get()
