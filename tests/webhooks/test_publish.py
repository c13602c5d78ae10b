"""Publishing: one Event, and a Delivery for every endpoint that wants it."""

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from liveplatform.db.uuid7 import uuid7
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.webhooks.publish import EventMessage, publish, publish_many
from liveplatform.webhooks.retry_schedule import MAX_ATTEMPTS

pytestmark = pytest.mark.django_db


def test_the_body_is_what_standard_webhooks_asks_for(publish_event, account):
    event = publish_event("call.ended")
    body = orjson.loads(event.body)
    assert body["type"] == "call.ended"
    assert body["timestamp"].endswith("Z")
    assert body["sequence"] == 1
    assert body["data"] == {"call": {"id": str(event.subject_id)}}
    assert event.account == account
    assert event.message_id == f"evt_{event.pk.hex}"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ([], True),
        (["call.ended"], True),
        (["call.analyzed", "call.ended"], True),
        (["call.*"], True),
        (["call.analyzed"], False),
        (["endpoint.*"], False),
        (["call"], False),
        (["cal.*"], False),
    ],
)
def test_an_endpoint_gets_what_it_wants(endpoint_at, publish_event, wanted, told):
    endpoint = endpoint_at("/ok", events=wanted)
    event = publish_event("call.ended")
    assert Delivery.objects.filter(event=event, endpoint=endpoint).exists() is told


def test_a_group_may_have_a_longer_name(endpoint_at, publish_event):
    endpoint_at("/ok", events=["session.question.*"])
    assert publish_event("session.question.asked").deliveries.count() == 1
    assert publish_event("session.ended").deliveries.count() == 0


def test_a_disabled_endpoint_gets_nothing(endpoint_at, publish_event):
    endpoint_at("/ok", is_enabled=False)
    assert publish_event().deliveries.count() == 0


def test_another_accounts_endpoint_gets_nothing(publish_event):
    assert publish_event().deliveries.count() == 0
    assert Delivery.objects.count() == 0


def test_a_delivery_is_due_at_once_in_its_endpoints_lane(endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    delivery = publish_event().deliveries.get()
    assert (delivery.state, delivery.attempts, delivery.max_attempts) == ("pending", 0, MAX_ATTEMPTS)
    assert delivery.concurrency_key == endpoint.pk
    assert delivery.account_id == endpoint.account_id
    assert delivery.due_at == delivery.created_at


def test_ids_of_deliveries_sort_by_time(endpoint_at, publish_event):
    for _ in range(3):
        endpoint_at("/ok")
    told = [publish_event() for _ in range(5)]
    found = [d.event_id.int >> 80 for d in Delivery.objects.order_by("id")]  # milliseconds
    assert sorted(found) == found
    assert {d.id.version for d in Delivery.objects.all()} == {7}
    assert len(found) == 3 * len(told)


def test_many_are_told_in_one_statement(account, endpoint_at):
    for _ in range(4):
        endpoint_at("/ok")
    subject = uuid7()
    news = [EventMessage(account.pk, subject, n, "call.updated", {"n": n}) for n in range(1, 51)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        publish_many(news)
    assert len(queries) == 1
    assert Event.objects.count() == 50
    assert Delivery.objects.count() == 200


def test_nothing_is_told_of_nothing():
    with CaptureQueriesContext(connection) as queries:
        publish_many([])
    assert len(queries) == 0


def test_a_number_is_given_once_per_subject(publish_event):
    event = publish_event(sequence=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        publish_event(subject=event.subject_id, sequence=1)


def test_what_is_rolled_back_was_never_told(account, endpoint_at):
    endpoint_at("/ok")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(account.pk, uuid7(), 1, "call.ended", {})
        _ = 1 / 0
    assert Event.objects.count() == Delivery.objects.count() == 0
