"""Delivery over real HTTP: the outcome of each kind of answer."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from standardwebhooks import Webhook, WebhookVerificationError

from liveplatform.webhooks.models import Delivery, Endpoint
from liveplatform.webhooks.retry_schedule import MAX_ATTEMPTS
from liveplatform.work.models import AttemptFn
from tests.support.draining import drain, queue_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivered(endpoint_at, publish_event):
    """Publish one event to an endpoint at a path, drain once, and return the delivery."""

    def delivered(path: str, **fields: object) -> Delivery:
        endpoint_at(path, **fields)
        delivery = publish_event().deliveries.get()
        drain(Delivery)
        delivery.refresh_from_db()
        return delivery

    return delivered


def make_due(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(due_at=Now())


def seconds_until_due(delivery: Delivery) -> float:
    return (delivery.due_at - datetime.now(UTC)).total_seconds()


def discard(attempts: list[AttemptFn]) -> int:
    """Close attempts that are not run; returns how many there were."""
    for attempt in attempts:
        if not callable(attempt):
            attempt.close()
    return len(attempts)


def test_a_2xx_is_delivered_and_verifies(delivered, receiver):
    delivery = delivered("/ok/one")
    assert (delivery.state, delivery.result, delivery.attempts) == ("done", {"status": 200}, 1)
    (request,) = receiver.received("/ok/one")
    assert request.method == "POST"
    assert request.body == delivery.event.body
    assert request.message_id == delivery.event.message_id
    assert request.headers["content-type"] == "application/json"
    secret = delivery.endpoint.secrets()[0]
    assert Webhook(secret).verify(request.body, request.headers)["type"] == "call.ended"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_success(delivered, status):
    assert delivered(f"/status/{status}").state == "done"


@pytest.mark.parametrize("path", ["/reset/a", "/drip/a"])
def test_a_2xx_with_a_broken_body_is_a_success(delivered, receiver, path):
    assert delivered(path).state == "done"
    assert len(receiver.received(path)) == 1


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/status/400", "answered 400"),
        ("/status/401", "answered 401"),
        ("/status/404", "answered 404"),
        ("/status/500", "answered 500"),
        ("/status/503", "answered 503"),
        ("/redirect", "redirects are not followed"),
        ("/drop", "broke before an answer"),
        ("/big", "answered 500"),
    ],
)
def test_other_answers_are_retried(delivered, path, error):
    delivery = delivered(path)
    assert (delivery.state, delivery.attempts) == ("pending", 1)
    assert error in delivery.error
    assert 4 < seconds_until_due(delivery) <= 5.5


@pytest.mark.parametrize(
    ("scheme", "host", "error"),
    [
        ("http", "127.0.0.1:1", "no connection could be made"),
        ("http", "nothing-here.invalid", "the host was not found"),
        ("https", "receiver", "TLS could not be agreed upon"),
    ],
)
def test_the_error_of_a_failed_connection_names_no_address(
    endpoint_at, publish_event, receiver, scheme, host, error
):
    host = receiver.base.removeprefix("http://") if host == "receiver" else host
    endpoint = endpoint_at("/ok")
    Endpoint.objects.filter(pk=endpoint.pk).update(url=f"{scheme}://{host}/ok?token=canary")
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    delivery.refresh_from_db()
    assert delivery.state == "pending"
    assert error in delivery.error
    assert host not in str(delivery.log)
    assert "canary" not in str(delivery.log)


def test_the_log_keeps_a_kilobyte_of_the_answer(delivered):
    (entry,) = delivered("/big").log
    assert entry["status"] == 500
    assert len(entry["answer"]) == 1024
    assert {"attempt", "at", "ms", "outcome", "error"} <= set(entry)


def test_a_timeout_is_retried(delivered, settings):
    settings.WEBHOOK_TIMEOUT = 0.3
    delivery = delivered("/hang")
    assert (delivery.state, delivery.error) == ("pending", "No answer within 0.3 s.")


def test_retry_after_is_honoured(delivered):
    assert 100 < seconds_until_due(delivered("/busy/120")) <= 120


def test_a_short_retry_after_does_not_shorten_the_schedule(delivered):
    assert 4 < seconds_until_due(delivered("/busy/0")) <= 5.5


def test_410_fails_at_once_and_disables_the_endpoint(delivered):
    delivery = delivered("/status/410")
    assert (delivery.state, delivery.attempts) == ("failed", 1)
    endpoint = Endpoint.objects.get(pk=delivery.endpoint_id)
    assert not endpoint.is_enabled
    assert "410" in endpoint.disabled_reason


def test_every_attempt_sends_the_same_id_and_bytes(delivered, receiver):
    delivery = delivered("/flaky/2")
    for _ in range(2):
        make_due(delivery)
        drain(Delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("done", 3)
    requests = receiver.received("/flaky/2")
    assert len(requests) == 3
    assert len({(r.message_id, r.body) for r in requests}) == 1
    assert [entry["outcome"] for entry in delivery.log] == ["again", "again", "done"]


def test_retries_follow_the_schedule_to_its_end(delivered):
    delivery = delivered("/status/500")
    waits = []
    while delivery.state == "pending":
        waits.append(round(seconds_until_due(delivery)))
        make_due(delivery)
        drain(Delivery)
        delivery.refresh_from_db()
    expected = [5, 30, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert all(e - 2 <= w <= e * 1.1 + 2 for w, e in zip(waits, expected, strict=True)), waits
    assert (delivery.state, delivery.attempts) == ("failed", MAX_ATTEMPTS)


def test_during_a_rotation_both_secrets_verify_and_later_only_the_new_one(
    endpoint_at, publish_event, receiver
):
    endpoint = endpoint_at("/ok/rotated")
    old = endpoint.secret
    new = endpoint.new_secret()
    endpoint.save()
    publish_event()
    drain(Delivery)
    Endpoint.objects.filter(pk=endpoint.pk).update(previous_secret_until=Now() - timedelta(seconds=1))
    publish_event()
    drain(Delivery)
    during, after = receiver.received("/ok/rotated")
    for secret in (old, new):
        Webhook(secret).verify(during.body, during.headers)
    Webhook(new).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(after.body, after.headers)


def test_a_retry_during_a_rotation_is_signed_with_the_newest_secret(delivered, receiver):
    delivery = delivered("/flaky/1")
    new = delivery.endpoint.new_secret()
    delivery.endpoint.save()
    make_due(delivery)
    drain(Delivery)
    again = receiver.received("/flaky/1")[-1]
    Webhook(new).verify(again.body, again.headers)


def test_an_endpoint_whose_url_became_internal_gets_no_request(
    endpoint_at, publish_event, receiver, settings
):
    """The URL was fine when it was saved; it is checked again at every attempt."""
    endpoint_at("/ok/inside")
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    delivery.refresh_from_db()
    assert delivery.state == "pending"
    assert "internal or special" in delivery.error
    assert receiver.received("/ok/inside") == []


def test_a_secret_that_cannot_be_decrypted_fails_the_delivery(endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    Endpoint.objects.filter(pk=endpoint.pk).update(sealed_secret="gone:AAAA")
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert "could not be opened" in delivery.error


def test_a_batch_takes_a_constant_number_of_queries(endpoint_at, publish_event):
    counts = []
    for size in (1, 20):
        for _ in range(size):
            endpoint_at(f"/status/500/{size}")
        publish_event()
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            discard(queue_of(Delivery).prepare(rows := list(Delivery.objects.all())))
            queue_of(Delivery).settled(rows)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_deleted_endpoint_does_not_stop_the_others(endpoint_at, publish_event, receiver):
    endpoint_at("/ok/stays")
    gone = endpoint_at("/ok/gone")
    publish_event()
    rows = list(Delivery.objects.all())
    gone.delete()
    assert discard(queue_of(Delivery).prepare(rows)) == 2
