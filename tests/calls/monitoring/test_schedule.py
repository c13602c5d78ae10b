"""Monitors and reconciliations start with their call; limits count at once."""

from datetime import timedelta

from django.db.models.functions import Now

from calls.models import Call, CallMonitor, Reconciliation
from calls.monitoring.schedule import set_time_limit
from tests.support.draining import drain
from tests.support.monitoring import due_in


def test_every_call_gets_a_monitor_and_its_connection_a_reconciliation(line, settings):
    ringing, room = line.dial(), line.open()
    assert settings.CALL_STALE_AFTER - 10 < due_in(room) <= settings.CALL_STALE_AFTER
    assert 60 < due_in(ringing) <= 75, "whether it was answered is asked soon, if no event says so"
    rounds = Reconciliation.objects.values_list("connection_id", flat=True)
    assert {line.phone.pk, line.video.pk} <= set(rounds)


def test_the_accounts_limit_holds_for_calls_without_their_own(line):
    line.account.call_time_limit = 300
    line.account.save()
    assert line.dial().time_limit == line.open().time_limit == 300
    assert line.dial(time_limit=20).time_limit == 20


def test_a_limit_that_is_set_later_counts_at_once(line):
    call = line.open()
    set_time_limit(call, 1)
    Call.objects.filter(pk=call.pk).update(started_at=Now() - timedelta(seconds=2))
    drain(CallMonitor)
    call.refresh_from_db()
    assert call.end_code == "time_limit"


def test_the_provider_gets_the_time_limit_too(line, sandbox):
    call = line.dial(time_limit=60)
    assert sandbox.call(call.provider_call_id)["_time_limit"] == "120"
