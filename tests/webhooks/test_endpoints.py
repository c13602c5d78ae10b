"""Creating, changing, enabling and disabling endpoints."""

import pytest
from django.db import transaction
from django.db.models.functions import Now

from liveplatform.webhooks import endpoints
from liveplatform.webhooks.endpoints import (
    TooManyEndpoints,
    create_endpoint,
    disable,
    enable,
    update_endpoint,
)
from liveplatform.webhooks.models import Delivery, Endpoint
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://hooks.example.com/"


def test_a_created_endpoint_has_its_secret(account):
    with transaction.atomic():
        endpoint, secret = create_endpoint(account.pk, url=URL, events=["call.*"])
    saved = Endpoint.objects.get(pk=endpoint.pk)
    assert (saved.url, saved.events, saved.secrets()) == (URL, ["call.*"], [secret])


def test_an_account_has_a_maximum_of_endpoints(account, settings):
    settings.WEBHOOK_MAX_ENDPOINTS = 1
    with transaction.atomic():
        create_endpoint(account.pk, url=URL)
    with pytest.raises(TooManyEndpoints, match="1 endpoints"), transaction.atomic():
        create_endpoint(account.pk, url=URL)


def test_fields_and_state_are_changed_together(endpoint_at):
    endpoint = endpoint_at("/ok")
    update_endpoint(endpoint, {"description": "CRM", "is_enabled": False})
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.is_enabled) == ("CRM", False)
    update_endpoint(endpoint, {"events": ["call.ended"]})
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.is_enabled, endpoint.events) == ("CRM", False, ["call.ended"])


def test_enabling_forgets_past_failures(endpoint_at):
    endpoint = endpoint_at("/ok", is_enabled=False, disabled_reason="it answered 410 Gone", warnings_sent=2)
    Endpoint.objects.update(failing_since=Now(), last_failed_at=Now())
    enable(endpoint)
    endpoint.refresh_from_db()
    assert endpoint.is_enabled
    assert [getattr(endpoint, name) for name in Endpoint.HEALTH_FIELDS[1:]] == ["", None, None, 0]


def test_many_skipped_deliveries_come_back_in_chunks(endpoint_at, publish_event, monkeypatch):
    monkeypatch.setattr(endpoints, "CHUNK_SIZE", 2)
    endpoint = endpoint_at("/ok")
    for _ in range(7):
        publish_event()
    disable(endpoint)
    drain(Delivery)
    assert endpoint.deliveries.filter(state="skipped").count() == 7
    assert enable(endpoint) == 2, "in the request: one chunk"
    for _ in range(5):
        drain(Delivery)
    assert endpoint.deliveries.filter(state="done").count() == 7
    endpoint.refresh_from_db()
    assert not endpoint.is_catching_up


def test_an_endpoint_that_is_disabled_meanwhile_gets_no_more_chunks(endpoint_at, publish_event, monkeypatch):
    monkeypatch.setattr(endpoints, "CHUNK_SIZE", 2)
    endpoint = endpoint_at("/ok")
    for _ in range(5):
        publish_event()
    disable(endpoint)
    drain(Delivery)
    enable(endpoint)
    disable(endpoint)
    drain(Delivery)
    assert endpoint.deliveries.filter(state="skipped").count() == 5


def test_deliveries_of_a_disabled_endpoint_are_skipped_and_come_back(endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    delivery = publish_event().deliveries.get()
    disable(endpoint)
    drain(Delivery)
    delivery.refresh_from_db()
    assert delivery.state == "skipped"
    assert enable(endpoint) == 1
    drain(Delivery)
    delivery.refresh_from_db()
    assert delivery.state == "done"
