"""POST /v1/live/calls/{id}/start."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Activity, Call, CallMonitor
from tests.support.concurrency import at_once
from tests.support.draining import drain

SOON = timezone.now() + timedelta(hours=1)


def start(api, call):
    return api("POST", f"/v1/live/calls/{call.pk}/start")


def test_a_scheduled_call_goes_live_once(api, line):
    call = line.open(scheduled_at=SOON)
    assert call.status == "scheduled"
    first, second = start(api, call), start(api, call)
    assert (first.status_code, first.json()["status"]) == (200, "live")
    assert first.json()["started_at"] == second.json()["started_at"]
    assert Activity.objects.get(call=call).verb == "started"


def test_its_limit_runs_from_the_start(api, line):
    call = line.open(scheduled_at=SOON, time_limit=60)
    start(api, call)
    assert (CallMonitor.objects.get(call=call).due_at - timezone.now()).total_seconds() <= 60


def test_an_ended_call_is_not_started(api, line):
    call = line.open(scheduled_at=SOON)
    end(call.pk, account_id=line.account.pk, actor="test")
    assert (start(api, call).status_code, start(api, call).json()["error"]) == (412, "wrong_state")


def test_a_call_that_ended_at_the_provider_is_not_started_but_ended(api, line):
    call = line.open(scheduled_at=SOON)
    line.provider(call).end_room("default", call.provider_call_id)
    assert start(api, call).status_code == 412
    drain(CallMonitor)
    call.refresh_from_db()
    assert call.end_code == "ended_at_provider"


def test_a_provider_that_fails_leaves_it_scheduled(api, line, sandbox):
    call = line.open(scheduled_at=SOON)
    sandbox.add_fault("get_room", "500", times=3)
    answer = start(api, call)
    assert (answer.status_code, answer.json()["error"]) == (502, "provider_error")
    assert Call.objects.get(pk=call.pk).status == "scheduled"


@pytest.mark.django_db(transaction=True)
def test_start_and_end_race_and_no_ended_call_is_live(api, line):
    for _ in range(5):
        call = line.open(scheduled_at=SOON)
        doors = [f"/v1/live/calls/{call.pk}/start", f"/v1/calls/{call.pk}/end"] * 3
        answers = at_once(6, lambda n, doors=doors: api("POST", doors[n], {} if n % 2 else None))
        assert {answer.status_code for answer in answers} <= {200, 412, 503}
        call.refresh_from_db()
        assert (call.status, bool(call.ended_at)) == ("ended", True)
