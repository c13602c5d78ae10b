"""The queues of monitoring are registered, and settle one batch of several calls."""

from calls.models import CallMonitor, Reconciliation
from calls.monitoring.queues import CALL_MONITORS, RECONCILIATIONS
from liveplatform.work.queue import queue_named
from tests.support.factories import phone_call
from tests.support.monitoring import check


def test_they_are_registered_by_name():
    assert queue_named("call_monitors") is CALL_MONITORS
    assert queue_named("reconciliations") is RECONCILIATIONS


def test_log_lines_name_the_call_or_the_connection(account):
    call = phone_call(account)
    assert CALL_MONITORS.log_context(CallMonitor(call=call)) == {"call_id": str(call.pk)}
    row = Reconciliation(connection=call.connection)
    assert RECONCILIATIONS.log_context(row) == {"connection_id": str(call.connection_id)}


def test_a_batch_of_monitors_settles_each_call(line):
    ended, live = line.dial(), line.dial()
    line.hang_up(ended)
    check(ended, live)
    assert (ended.end_code, live.is_over) == ("ended_at_provider", False)
    assert list(CallMonitor.objects.values_list("call_id", flat=True)) == [live.pk]
