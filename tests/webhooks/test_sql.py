"""Publishing and backfilling choose endpoints by one predicate."""

from datetime import UTC, datetime, timedelta

import pytest

from liveplatform.webhooks.models import Delivery
from liveplatform.webhooks.replay import backfill

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("events", "subscribed"),
    [
        ([], True),
        (["call.ended"], True),
        (["call.*"], True),
        (["call.analyzed", "call.*"], True),
        (["call.analyzed"], False),
        (["operation.*"], False),
    ],
)
def test_backfill_adds_exactly_what_publishing_would_have_delivered(
    endpoint_at, publish_event, events, subscribed
):
    published = endpoint_at("/ok", events=events)
    publish_event("call.ended")
    later = endpoint_at("/ok", events=events)
    now = datetime.now(UTC)
    assert backfill(later.pk, now - HOUR, now + HOUR) == int(subscribed)
    for endpoint in (published, later):
        assert Delivery.objects.filter(endpoint=endpoint).exists() is subscribed


def test_backfilling_twice_adds_nothing(endpoint_at, publish_event):
    publish_event()
    endpoint = endpoint_at("/ok")
    now = datetime.now(UTC)
    assert [backfill(endpoint.pk, now - HOUR, now + HOUR) for _ in range(2)] == [1, 0]
