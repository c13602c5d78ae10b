"""Rows of this app for tests/api/test_tenants.py: one of each kind whose id is in a URL."""

from datetime import timedelta

from django.utils import timezone

from liveplatform.accounts.models import Account
from liveplatform.webhooks.endpoint_events import send_test
from liveplatform.webhooks.models import Delivery, Endpoint

LISTS = ("/v1/webhooks/endpoints", "/v1/webhooks/events", "/v1/webhooks/deliveries")
BODIES = {"recover": {"since": (timezone.now() - timedelta(hours=1)).isoformat()}}


def ids(account: Account) -> dict[str, object]:
    """The id of one of the account's rows, by the name of the path parameter."""
    endpoint = Endpoint(account=account, url="https://hooks.example.com/")
    endpoint.new_secret()
    endpoint.save()
    send_test(endpoint)
    delivery = Delivery.objects.get(endpoint=endpoint)
    return {"endpoint_id": endpoint.pk, "event_id": delivery.event_id, "delivery_id": delivery.pk}
