"""Live calls here are compared with the provider's list, both ways."""

import pytest

from calls.models import CallMonitor
from tests.support.draining import drain
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
