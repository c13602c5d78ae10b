"""Publishing: an event and its deliveries to the endpoints that subscribe to it."""

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from liveplatform.db.uuid7 import uuid7
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.webhooks.publish import EventMessage, publish, publish_many
from liveplatform.webhooks.retry_schedule import MAX_ATTEMPTS

pytestmark = pytest.mark.django_db


def test_the_body_has_the_fields_of_standard_webhooks(publish_event, account):
    event = publish_event("call.ended")
    body = orjson.loads(event.body)
    assert body["type"] == "call.ended"
    assert body["timestamp"].endswith("Z")
    assert body["sequence"] == 1
    assert body["data"] == {"call": {"id": str(event.subject_id)}}
    assert event.account == account
    assert event.message_id == f"evt_{event.pk.hex}"


@pytest.mark.parametrize(
    ("events", "delivered"),
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
def test_an_endpoint_gets_the_types_it_subscribes_to(endpoint_at, publish_event, events, delivered):
    endpoint = endpoint_at("/ok", events=events)
    event = publish_event("call.ended")
    assert Delivery.objects.filter(event=event, endpoint=endpoint).exists() is delivered


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


def test_a_delivery_is_due_at_once_under_its_endpoints_key(endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    delivery = publish_event().deliveries.get()
    assert (delivery.state, delivery.attempts, delivery.max_attempts) == ("pending", 0, MAX_ATTEMPTS)
    assert delivery.concurrency_key == endpoint.pk
    assert delivery.account_id == endpoint.account_id
    assert delivery.due_at == delivery.created_at


def test_ids_of_deliveries_sort_by_time(endpoint_at, publish_event):
    for _ in range(3):
        endpoint_at("/ok")
    published = [publish_event() for _ in range(5)]
    found = [d.event_id.int >> 80 for d in Delivery.objects.order_by("id")]  # milliseconds
    assert sorted(found) == found
    assert {d.id.version for d in Delivery.objects.all()} == {7}
    assert len(found) == 3 * len(published)


def test_many_are_published_in_one_statement(account, endpoint_at):
    for _ in range(4):
        endpoint_at("/ok")
    subject = uuid7()
    messages = [EventMessage(account.pk, subject, n, "call.updated", {"n": n}) for n in range(1, 51)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        publish_many(messages)
    assert len(queries) == 1
    assert Event.objects.count() == 50
    assert Delivery.objects.count() == 200


def test_publishing_nothing_takes_no_statement():
    with CaptureQueriesContext(connection) as queries:
        publish_many([])
    assert len(queries) == 0


def test_a_sequence_is_unique_for_its_subject(publish_event):
    event = publish_event(sequence=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        publish_event(subject=event.subject_id, sequence=1)


def test_a_rolled_back_event_is_never_sent(account, endpoint_at):
    endpoint_at("/ok")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(account.pk, uuid7(), 1, "call.ended", {})
        _ = 1 / 0
    assert Event.objects.count() == Delivery.objects.count() == 0


def test_an_event_whose_id_is_stored_already_is_sent_once(endpoint_at, account):
    endpoint_at("/ok/once")
    subject, id = uuid7(), uuid7()
    for sequence in (1, 2):
        publish_many([EventMessage(account.pk, subject, sequence, "call.ended", {}, id=id)])
    assert (Event.objects.get().pk, Delivery.objects.count()) == (id, 1)
