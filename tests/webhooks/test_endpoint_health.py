"""The health of endpoints: warnings, then disabling, after failures alone."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from liveplatform.webhooks.endpoint_health import record_results
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def failing(endpoint_at, publish_event):
    """An endpoint that has failed for so long and is sent one more event; another endpoint works."""

    def failing(
        since: timedelta, last: timedelta = timedelta(hours=20), path: str = "/status/500"
    ) -> Endpoint:
        endpoint = endpoint_at(path)
        endpoint_at("/ok/other")
        Endpoint.objects.filter(pk=endpoint.pk).update(
            failing_since=Now() - since, last_failed_at=Now() - last
        )
        publish_event()
        drain(Delivery)
        endpoint.refresh_from_db()
        return endpoint

    return failing


def published(kind: str) -> list[Event]:
    return list(Event.objects.filter(type=kind))


def test_the_first_failure_is_recorded(endpoint_at, publish_event):
    endpoint = endpoint_at("/status/500")
    publish_event()
    drain(Delivery)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    assert endpoint.is_enabled


def test_a_success_resets_the_health(failing):
    endpoint = failing(timedelta(days=4), path="/ok")
    assert (endpoint.failing_since, endpoint.last_failed_at, endpoint.warnings_sent) == (None, None, 0)
    assert published("endpoint.failing") == []


def test_one_success_among_failures_counts(endpoint_at, publish_event):
    """Within one batch; between two batches the later one counts."""
    endpoint = endpoint_at("/status/500")
    good, bad = (publish_event().deliveries.get() for _ in range(2))
    Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=Now())
    good.state, bad.state = "done", "pending"
    with transaction.atomic():
        record_results([bad, good])
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_less_than_a_day_of_failures_publishes_nothing(failing):
    assert failing(timedelta(hours=23)).warnings_sent == 0
    assert published("endpoint.failing") == []


@pytest.mark.parametrize(("days", "warnings"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_days_of_failures_are_published_to_the_other_endpoints(failing, receiver, days, warnings):
    endpoint = failing(timedelta(days=days, minutes=1))
    assert (endpoint.warnings_sent, endpoint.is_enabled) == (warnings, True)
    (event,) = published("endpoint.failing")
    assert event.subject_id == endpoint.pk
    (delivery,) = event.deliveries.all()
    assert delivery.endpoint_id != endpoint.pk
    assert receiver.received("/ok/other")[-1].event["data"]["endpoint"]["id"] == str(endpoint.pk)


def test_a_warning_is_published_once(failing, publish_event):
    endpoint = failing(timedelta(days=1, minutes=1))
    Endpoint.objects.filter(pk=endpoint.pk).update(last_failed_at=Now() - timedelta(hours=1))
    publish_event()
    drain(Delivery)
    assert len(published("endpoint.failing")) == 1


def test_five_days_of_failure_disable(failing):
    endpoint = failing(timedelta(days=5, minutes=1))
    assert not endpoint.is_enabled
    assert "five days" in endpoint.disabled_reason
    (event,) = published("endpoint.disabled")
    assert event.deliveries.exclude(endpoint=endpoint).count() == 1


def test_two_failures_with_a_long_gap_are_not_one_period(failing):
    endpoint = failing(timedelta(days=30), last=timedelta(days=29))
    assert endpoint.is_enabled
    assert endpoint.warnings_sent == 0


def test_410_is_published_to_the_other_endpoints(failing):
    failing(timedelta(), path="/status/410")
    assert len(published("endpoint.disabled")) == 1


def test_events_about_an_endpoint_never_hold_its_url(failing):
    endpoint = failing(timedelta(days=5, minutes=1))
    assert endpoint.url not in published("endpoint.disabled")[0].body


def test_while_all_is_well_no_statement_is_spent_on_health(endpoint_at, publish_event):
    endpoint_at("/ok")
    publish_event()
    with CaptureQueriesContext(connection) as queries:
        drain(Delivery)
    assert Delivery.objects.get().state == "done"
    on_endpoints = [query["sql"] for query in queries if "webhooks_endpoint" in query["sql"]]
    assert len(on_endpoints) == 1, "that of prepare"


def test_continued_failure_is_written_at_most_every_ten_minutes(endpoint_at, publish_event):
    endpoint = endpoint_at("/status/500")
    publish_event()
    drain(Delivery)
    first = Endpoint.objects.get(pk=endpoint.pk).last_failed_at
    publish_event()
    drain(Delivery)
    assert Endpoint.objects.get(pk=endpoint.pk).last_failed_at == first


def test_health_is_decided_from_the_locked_row(endpoint_at, publish_event):
    """Another worker recorded the failure since the endpoint was read."""
    endpoint_at("/ok")
    delivery = publish_event().deliveries.select_related("endpoint").get()
    Endpoint.objects.update(failing_since=Now() - timedelta(days=1, minutes=1), last_failed_at=Now())
    delivery.state = "pending"
    with transaction.atomic():
        record_results([delivery])
    assert Endpoint.objects.get(pk=delivery.endpoint_id).warnings_sent == 0
