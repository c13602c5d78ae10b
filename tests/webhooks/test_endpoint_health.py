"""How endpoints fare: warnings, then the end, and only after nothing but failure."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from liveplatform.webhooks.endpoint_health import record_results
from liveplatform.webhooks.models import Delivery, Endpoint, Event
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def failing(endpoint_at, publish_event):
    """An endpoint that has failed for so long, and fails once more; another one looks on."""

    def failing(
        since: timedelta, last: timedelta = timedelta(hours=20), path: str = "/status/500"
    ) -> Endpoint:
        endpoint = endpoint_at(path)
        endpoint_at("/ok/onlooker")
        Endpoint.objects.filter(pk=endpoint.pk).update(
            failing_since=Now() - since, last_failed_at=Now() - last
        )
        publish_event()
        drain(Delivery)
        endpoint.refresh_from_db()
        return endpoint

    return failing


def told(kind: str) -> list[Event]:
    return list(Event.objects.filter(type=kind))


def test_the_first_failure_is_noted(endpoint_at, publish_event):
    endpoint = endpoint_at("/status/500")
    publish_event()
    drain(Delivery)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    assert endpoint.is_enabled


def test_a_success_wipes_the_slate(failing):
    endpoint = failing(timedelta(days=4), path="/ok")
    assert (endpoint.failing_since, endpoint.last_failed_at, endpoint.warnings_sent) == (None, None, 0)
    assert told("endpoint.failing") == []


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


def test_less_than_a_day_is_no_news(failing):
    assert failing(timedelta(hours=23)).warnings_sent == 0
    assert told("endpoint.failing") == []


@pytest.mark.parametrize(("days", "warnings"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_days_of_failure_are_told_to_the_other_endpoints(failing, receiver, days, warnings):
    endpoint = failing(timedelta(days=days, minutes=1))
    assert (endpoint.warnings_sent, endpoint.is_enabled) == (warnings, True)
    (event,) = told("endpoint.failing")
    assert event.subject_id == endpoint.pk
    (delivery,) = event.deliveries.all()
    assert delivery.endpoint_id != endpoint.pk
    assert receiver.received("/ok/onlooker")[-1].event["data"]["endpoint"]["id"] == str(endpoint.pk)


def test_a_warning_is_given_once(failing, publish_event):
    endpoint = failing(timedelta(days=1, minutes=1))
    Endpoint.objects.filter(pk=endpoint.pk).update(last_failed_at=Now() - timedelta(hours=1))
    publish_event()
    drain(Delivery)
    assert len(told("endpoint.failing")) == 1


def test_five_days_of_failure_disable(failing):
    endpoint = failing(timedelta(days=5, minutes=1))
    assert not endpoint.is_enabled
    assert "five days" in endpoint.disabled_reason
    (event,) = told("endpoint.disabled")
    assert event.deliveries.exclude(endpoint=endpoint).count() == 1


def test_two_failures_with_silence_between_are_not_days_of_failure(failing):
    endpoint = failing(timedelta(days=30), last=timedelta(days=29))
    assert endpoint.is_enabled
    assert endpoint.warnings_sent == 0


def test_410_is_told_to_the_other_endpoints(failing):
    failing(timedelta(), path="/status/410")
    assert len(told("endpoint.disabled")) == 1


def test_news_about_an_endpoint_never_holds_its_url(failing):
    endpoint = failing(timedelta(days=5, minutes=1))
    assert endpoint.url not in told("endpoint.disabled")[0].body
