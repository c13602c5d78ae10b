"""Endpoints' secrets, ids of messages, deliveries that are sent again."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from liveplatform.crypto import DecryptionFailed
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from liveplatform.webhooks.retry_schedule import MAX_ATTEMPTS

pytestmark = pytest.mark.django_db


def test_both_secrets_are_valid_for_the_overlap_of_a_rotation(endpoint_at):
    endpoint = endpoint_at("/ok")
    new = endpoint.new_secret()
    assert endpoint.secrets() == [new, endpoint.secret]
    newest = endpoint.new_secret(timedelta())
    assert endpoint.secrets() == [newest]


def test_a_sealed_secret_is_bound_to_its_endpoint(endpoint_at):
    endpoint, other = endpoint_at("/ok"), endpoint_at("/ok")
    endpoint.sealed_secret = other.sealed_secret
    with pytest.raises(DecryptionFailed):
        endpoint.secrets()


def test_a_message_id_is_the_events_id_with_a_prefix(publish_event):
    event = publish_event()
    assert event.message_id == f"evt_{event.pk.hex}"
    assert str(event) == f"call.ended {event.message_id}"


@pytest.mark.parametrize("state", ["done", "failed", "skipped"])
def test_a_settled_delivery_is_redelivered_with_the_full_schedule(endpoint_at, publish_event, state):
    endpoint_at("/ok")
    publish_event()
    Delivery.objects.update(state=state, attempts=3, due_at=None, settled_at=Now())
    assert Delivery.objects.all().restart() == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.settled_at) == ("pending", None)
    assert (delivery.max_attempts, delivery.schedule_attempt) == (3 + MAX_ATTEMPTS, 0)


@pytest.mark.parametrize(("state", "due"), [("pending", 1), ("running", 0), ("done", 0)])
def test_a_pending_delivery_is_made_due(endpoint_at, publish_event, state, due):
    endpoint_at("/ok")
    publish_event()
    Delivery.objects.update(state=state, due_at=Now() + timedelta(hours=1))
    assert Delivery.objects.all().make_due() == due
    assert Delivery.objects.filter(due_at__lte=Now()).count() == due


def test_deliveries_go_with_their_endpoint_and_events_stay(endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    publish_event()
    Endpoint.objects.filter(pk=endpoint.pk).delete()
    assert (Delivery.objects.count(), Event.objects.count()) == (0, 1)
