"""Events about endpoints themselves."""

import pytest
from django.db import transaction

from liveplatform.webhooks import endpoint_events
from liveplatform.webhooks.endpoint_events import notify_other_endpoints
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_test_goes_to_this_endpoint_alone(endpoint_at, receiver):
    endpoint = endpoint_at("/ok/tested", events=["call.analyzed"])
    endpoint_at("/ok/others")
    endpoint_events.send_test(endpoint)
    endpoint_events.send_test(endpoint)
    drain(Delivery)
    assert [r.event["type"] for r in receiver.received("/ok/tested")] == ["endpoint.test"] * 2
    assert receiver.received("/ok/others") == []
    assert list(Event.objects.order_by("id").values_list("sequence", flat=True)) == [1, 2]


def test_other_endpoints_are_notified_without_the_url(endpoint_at):
    endpoint, other = endpoint_at("/ok?token=canary"), endpoint_at("/ok")
    with transaction.atomic():
        notify_other_endpoints(endpoint, "endpoint.failing")
    delivery = Delivery.objects.select_related("event").get()
    assert delivery.endpoint_id == other.pk
    assert delivery.event.subject_id == endpoint.pk
    assert "canary" not in delivery.event.body


def test_the_sequence_survives_a_stale_copy_of_the_endpoint(endpoint_at):
    endpoint = endpoint_at("/ok")
    stale = Endpoint.objects.get(pk=endpoint.pk)
    assert [endpoint_events.send_test(copy) for copy in (endpoint, stale, endpoint)] == [1, 2, 3]
