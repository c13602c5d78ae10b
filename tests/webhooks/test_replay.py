"""Sending one delivery again, and recovering what an endpoint missed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now

from liveplatform.webhooks.endpoints import disable, enable
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.webhooks.replay import recover, resend
from liveplatform.webhooks.retry_schedule import MAX_ATTEMPTS
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


def window() -> tuple[datetime, datetime]:
    return datetime.now(UTC) - HOUR, datetime.now(UTC) + HOUR


def test_a_resent_delivery_is_the_same_message(endpoint_at, publish_event, receiver):
    endpoint_at("/ok/resent")
    delivery = publish_event().deliveries.get()
    drain(Delivery)
    delivery.refresh_from_db()
    assert resend(delivery)
    drain(Delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("done", 2)
    first, second = receiver.received("/ok/resent")
    assert (first.message_id, first.body) == (second.message_id, second.body)


def test_a_resent_failure_gets_the_full_schedule(endpoint_at, publish_event):
    endpoint_at("/status/500")
    delivery = publish_event().deliveries.get()
    Delivery.objects.update(state="failed", attempts=MAX_ATTEMPTS)
    delivery.refresh_from_db()
    assert resend(delivery)
    drain(Delivery)
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.max_attempts, delivery.schedule_attempt) == (12, 22, 1)
    assert (delivery.due_at - datetime.now(UTC)).total_seconds() < 6


def test_a_resent_pending_delivery_is_due_now(endpoint_at, publish_event):
    endpoint_at("/ok")
    delivery = publish_event().deliveries.get()
    Delivery.objects.update(due_at=Now() + HOUR)
    assert resend(delivery)
    drain(Delivery)
    delivery.refresh_from_db()
    assert delivery.state == "done"


def test_a_delivery_being_sent_is_not_sent_again(endpoint_at, publish_event):
    endpoint_at("/ok")
    delivery = publish_event().deliveries.get()
    Delivery.objects.update(state="running")
    assert not resend(delivery)
    assert Delivery.objects.all().restart() == 0


def test_recovery_sends_failed_skipped_and_missed_events(endpoint_at, publish_event, receiver):
    endpoint = endpoint_at("/ok/recovered", events=["call.*"])
    well, failed, skipped = (publish_event() for _ in range(3))
    drain(Delivery)
    Delivery.objects.filter(event=failed).update(state="failed")
    Delivery.objects.filter(event=skipped).update(state="skipped")
    disable(endpoint)
    missed = publish_event()
    publish_event("endpoint.test")
    enable(endpoint)
    Delivery.objects.filter(event=skipped).update(state="skipped")
    before = len(receiver.received("/ok/recovered"))
    assert recover(endpoint, *window()) == (2, 1)
    drain(Delivery)
    again = {r.message_id for r in receiver.received("/ok/recovered")[before:]}
    assert again == {e.message_id for e in (failed, skipped, missed)}
    assert well.message_id not in again


def test_recovery_is_limited_to_its_period(endpoint_at, publish_event):
    endpoint = endpoint_at("/ok")
    event = publish_event()
    Delivery.objects.update(state="failed")
    Event.objects.filter(pk=event.pk).update(created_at=Now() - 3 * HOUR)
    assert recover(endpoint, *window()) == (0, 0)


def test_recovery_leaves_other_accounts_events_out(endpoint_at, publish_event, account):
    publish_event()
    endpoint = endpoint_at("/ok")
    account.pk, account.auth_id = None, "MA000000000000000000"
    Event.objects.update(account=type(account).objects.exclude(pk=endpoint.account_id).get())
    assert recover(endpoint, *window()) == (0, 0)
