"""Old events are deleted with their deliveries; those with open deliveries are kept."""

import time
from uuid import UUID

import pytest

from liveplatform.db.uuid7 import uuid7
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.webhooks.retention import purge_expired_events
from tests.support.concurrency import after_commit_of, after_first_statement

DAY_MS = 86_400_000


def event(account, endpoint, days, state="done"):
    """An event of so many days ago, with a delivery in this state."""
    at = int(time.time() * 1000) - days * DAY_MS
    id = UUID(int=(at << 80) | (uuid7().int & ((1 << 80) - 1)))
    made = Event.objects.create(
        id=id, account=account, subject_id=uuid7(), sequence=1, type="call.ended", body="{}"
    )
    Delivery.objects.create(
        account=account, event=made, endpoint=endpoint, concurrency_key=endpoint.pk, state=state
    )
    return made.pk


@pytest.mark.parametrize("state", ["done", "failed", "skipped"])
def test_an_old_event_is_deleted_with_its_settled_deliveries(account, endpoint_at, settings, state):
    endpoint, keep = endpoint_at("/ok"), settings.WEBHOOK_EVENTS_RETENTION_DAYS
    old, young = event(account, endpoint, keep + 1, state), event(account, endpoint, keep - 1, state)
    assert purge_expired_events() == 1
    assert list(Event.objects.filter(pk__in=[old, young]).values_list("pk", flat=True)) == [young]
    assert list(Delivery.objects.values_list("event_id", flat=True)) == [young]


@pytest.mark.parametrize("state", ["pending", "running"])
def test_an_event_with_an_open_delivery_is_kept(account, endpoint_at, settings, state):
    event(account, endpoint_at("/ok"), settings.WEBHOOK_EVENTS_RETENTION_DAYS + 1, state)
    assert purge_expired_events() == 0


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_is_restarted_meanwhile_is_kept(account, endpoint_at, settings):
    event(account, endpoint_at("/ok"), settings.WEBHOOK_EVENTS_RETENTION_DAYS + 1, "failed")
    assert after_commit_of(Delivery.objects.get().restart, purge_expired_events) == 0
    assert Delivery.objects.get().state == "pending"


@pytest.mark.django_db(transaction=True)
def test_an_event_that_gets_a_delivery_meanwhile_is_kept(account, endpoint_at, settings):
    endpoint, other, days = endpoint_at("/ok"), endpoint_at("/ok"), settings.WEBHOOK_EVENTS_RETENTION_DAYS + 1
    old, kept = event(account, endpoint, days), event(account, endpoint, days)

    def add():
        key = other.pk
        Delivery.objects.create(account=account, event_id=kept, endpoint=other, concurrency_key=key)

    with after_first_statement(add):
        assert purge_expired_events() == 1
    assert Event.objects.get().pk == kept != old
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done", "pending"}
