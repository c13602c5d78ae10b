"""Thin messages: ids and states only, the same bytes at every attempt."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from liveplatform.webhooks import endpoint_events, replay
from liveplatform.webhooks.event_types import event_types
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from liveplatform.webhooks.publish import publish
from liveplatform.webhooks.schema import THIN, thin_example
from liveplatform.webhooks.thin import thin_body
from tests.support.draining import drain
from tests.support.event_schemas import body_of, errors

pytestmark = pytest.mark.django_db(transaction=True)

ID = "01a1fc09-0000-7000-8000-000000000001"
DATA = {
    "call": {"id": ID, "status": "ended", "to": "+12025550123"},
    "steps": [{"id": 1}],
    "analysis": {"a": 1},
}


def test_ids_and_states_are_kept_and_nothing_else():
    body = json.dumps({"type": "call.ended", "timestamp": "t", "sequence": 7, "data": DATA})
    assert json.loads(thin_body(body)) == {
        "type": "call.ended",
        "timestamp": "t",
        "sequence": 7,
        "data": {"call": {"id": ID, "status": "ended"}},
    }


@pytest.mark.parametrize("name", event_types())
def test_every_type_has_a_thin_message_that_fits_the_schema(name):
    assert thin_example(event_types()[name])["data"]
    assert errors(THIN, thin_example(event_types()[name])) == []


def test_the_example_fits_the_schema_and_a_whole_message_does_not():
    (example,) = body_of(THIN)["examples"].values()
    assert errors(THIN, example["value"]) == []
    assert errors(THIN, {**example["value"], "more": 1})


def test_full_and_thin_endpoints_get_the_same_event(account, endpoint_at, receiver):
    endpoint_at("/ok/full")
    thin = endpoint_at("/ok/thin", payload="thin")
    publish(account.pk, ID, 1, "call.ended", DATA)
    drain(Delivery)
    (full_one,), (thin_one,) = receiver.received("/ok/full"), receiver.received("/ok/thin")
    assert full_one.message_id == thin_one.message_id
    assert full_one.body == Event.objects.get().body
    verified = Webhook(thin.secret).verify(thin_one.body, thin_one.headers)
    assert verified["data"] == {"call": {"id": ID, "status": "ended"}}
    assert verified["timestamp"] == json.loads(full_one.body)["timestamp"]


def test_every_attempt_and_resend_has_the_same_bytes_whatever_the_endpoint_is_set_to(
    account, endpoint_at, receiver
):
    endpoint = endpoint_at("/flaky/1?thin", payload="thin")
    publish(account.pk, ID, 1, "call.ended", DATA)
    drain(Delivery)
    Endpoint.objects.filter(pk=endpoint.pk).update(payload="full")
    delivery = Delivery.objects.get()
    assert replay.resend(delivery)
    drain(Delivery)
    delivery.refresh_from_db()
    assert delivery.state == "done"
    replay.resend(delivery)
    drain(Delivery)
    assert len({request.body for request in receiver.received("/flaky/1?thin")}) == 1
    assert len(receiver.received("/flaky/1?thin")) == 3


def test_a_test_event_and_a_backfill_are_thin_too(account, endpoint_at, receiver):
    endpoint = endpoint_at("/ok/test", payload="thin", is_enabled=False)
    publish(account.pk, ID, 1, "call.ended", DATA)
    Endpoint.objects.filter(pk=endpoint.pk).update(is_enabled=True)
    since = datetime.now(UTC) - timedelta(hours=1)
    assert replay.backfill(endpoint.pk, since, since + timedelta(hours=2)) == 1
    endpoint.refresh_from_db()
    endpoint_events.send_test(endpoint)
    drain(Delivery)
    shown = {message["type"]: message["data"] for message in map(_json, receiver.received("/ok/test"))}
    assert shown["call.ended"] == {"call": {"id": ID, "status": "ended"}}
    assert shown["endpoint.test"] == {"endpoint": {"id": str(endpoint.pk), "is_enabled": True}}


def test_it_is_chosen_over_the_api(api):
    created = api("POST", "endpoints", {"url": "https://hooks.example.com/", "payload": "thin"})
    assert (created.status_code, created.json()["payload"]) == (201, "thin")
    path = f"endpoints/{created.json()['id']}"
    assert api("PATCH", path, {"payload": "full"}).json()["payload"] == "full"
    assert api("GET", path).json()["payload"] == "full"
    refused = api("PATCH", path, {"payload": "slim"})
    assert (refused.status_code, "payload" in refused.content.decode()) == (400, True)


def test_the_default_is_full(api):
    created = api("POST", "endpoints", {"url": "https://hooks.example.com/"})
    assert created.json()["payload"] == "full"


def _json(request):
    return json.loads(request.body)
