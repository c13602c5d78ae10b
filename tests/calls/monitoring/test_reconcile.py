"""Live calls here are compared with the provider's list, both ways."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.models import CallMonitor, Reconciliation, Step
from calls.monitoring.late_legs import terminate_again
from liveplatform.webhooks.models import Event
from liveplatform.work import sql
from liveplatform.work.outcomes import postpone
from liveplatform.work.settle import settle
from tests.support.concurrency import at_once
from tests.support.draining import attempt_of, drain, queue_of
from tests.support.monitoring import backdate, reconcile


@pytest.mark.parametrize("channel", ["phone", "video"])
def test_a_call_that_is_not_listed_is_checked_and_ended(line, channel):
    call, connection = (line.dial(), line.phone) if channel == "phone" else (line.open(), line.video)
    backdate(call)
    if channel == "phone":
        line.hang_up(call)
    else:
        line.provider(call).end_room("default", call.provider_call_id)

    assert reconcile(connection)["gone_there"] == 1
    drain(CallMonitor)

    call.refresh_from_db()
    assert call.end_code == "ended_at_provider"


def test_a_call_that_is_live_on_both_sides_is_left_alone(line, sandbox):
    call = line.dial()
    backdate(call)
    found = reconcile(line.phone)
    assert (found["live_there"], found["gone_there"], found["live_after_end"]) == (1, 0, 0)
    assert sandbox.ledger(operation="get_call", resource=call.provider_call_id) == []


def test_unknown_legs_are_counted_and_left_alone(line, sandbox):
    call = line.dial()
    strange = line.provider(call).make_call(to="+14155550131", from_=call.from_number)
    assert reconcile(line.phone)["unknown_here"] == 1
    assert strange.id in sandbox.live()["twilio"]


def test_a_provider_that_does_not_answer_ends_nothing(line, sandbox, settings):
    call = line.dial()
    backdate(call)
    sandbox.add_fault("list_calls", "503")
    assert "503" in reconcile(line.phone)["unanswered"]
    assert "live_there" in reconcile(line.phone)
    call.refresh_from_db()
    assert not call.is_over


def test_all_pages_of_the_list_are_read(line, monkeypatch):
    monkeypatch.setattr("providers.twilio.adapter.PAGE_SIZE", 2)
    for _ in range(5):
        line.dial()
    assert reconcile(line.phone)["live_there"] == 5


@pytest.mark.django_db(transaction=True)
def test_two_reconcilers_at_once_make_one_round_with_one_effect(line, sandbox):
    """Two processes find the same connection due: one lists, and terminates the leg that outlived its call."""
    call = line.dial()
    end(call.pk, account_id=line.account.pk, actor="test")
    Step.objects.filter(call=call).update(state="done", attempts=1)  # so it was said, and was not so
    backdate(call, ended_at=Now() - timedelta(minutes=1), provider_state="ended")
    listed = len(sandbox.ledger(operation="list_calls"))
    reconcile(line.phone)
    a_round = len(sandbox.ledger(operation="list_calls")) - listed
    Step.objects.filter(call=call).update(state="done")
    Event.objects.filter(subject_id=call.pk).delete()
    Reconciliation.objects.filter(connection=line.phone).update(due_at=Now())
    listed = len(sandbox.ledger(operation="list_calls"))

    at_once(4, lambda number: drain(Reconciliation))

    assert len(sandbox.ledger(operation="list_calls")) - listed == a_round, "one round"
    assert Event.objects.filter(subject_id=call.pk, type="call.still_live").count() == 1
    at_once(4, lambda number: drain(Step))
    call.refresh_from_db()
    assert (call.provider_state, sandbox.effects("end_call", call.provider_call_id)) == ("ended", 1)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_find_a_late_leg_one_terminates_it(line, sandbox):
    call = line.dial()
    end(call.pk, account_id=line.account.pk, actor="test")
    Step.objects.filter(call=call).update(state="done", attempts=1)

    def find(number):
        with transaction.atomic():
            return terminate_again(call.pk)

    assert sorted(at_once(6, find)) == [False] * 5 + [True]
    assert Event.objects.filter(subject_id=call.pk, type="call.still_live").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_reconciler_that_froze_past_its_lease_writes_nothing(line, sandbox):
    call = line.dial()
    Reconciliation.objects.filter(connection=line.phone).update(due_at=Now())
    row = Reconciliation.objects.get(connection=line.phone)
    frozen = sql.claim_one(Reconciliation, row.pk)
    Reconciliation.objects.filter(pk=row.pk).update(due_at=Now())  # its lease is over
    assert reconcile(line.phone)["live_there"] == 1
    stale = postpone(5.0, {"live": []})
    assert settle(queue_of(Reconciliation), [attempt_of(frozen, stale)]) == []
    assert not call.is_over and Reconciliation.objects.get(pk=row.pk).result["live_there"] == 1
