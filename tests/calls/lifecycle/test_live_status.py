"""The provider's state in GET /v1/live/calls/{id}."""

from calls.lifecycle.end import end
from calls.lifecycle.live_status import live_status
from calls.models import Call, CallMonitor, Step
from tests.support.draining import drain
from tests.support.factories import video_call


def test_get_shows_the_providers_state(api, line):
    call = line.open()
    live = api("GET", f"/v1/live/calls/{call.pk}").json()["live"]
    assert set(live) == {"is_live", "current_session_id", "ended_at"}


def test_get_works_while_the_provider_is_down(api, line, sandbox):
    call = line.open()
    sandbox.add_fault("get_room", "500", times=5)
    answer = api("GET", f"/v1/live/calls/{call.pk}")
    assert (answer.status_code, answer.json()["live"]) == (200, None)


def test_an_end_at_the_provider_is_checked_at_once(api, line):
    call = line.open()
    line.provider(call).end_room("default", call.provider_call_id)
    assert api("GET", f"/v1/live/calls/{call.pk}").json()["live"]["ended_at"]
    drain(CallMonitor)
    assert Call.objects.get(pk=call.pk).end_code == "ended_at_provider"


def test_a_confirmed_end_is_read_from_the_row(line, sandbox):
    call = line.open()
    end(call.pk, account_id=line.account.pk, actor="test")
    drain(Step)
    call.refresh_from_db()
    requests = len(sandbox.ledger())
    status = live_status(call)
    assert (status.is_live, status.ended_at) == (False, call.provider_ended_at)
    assert len(sandbox.ledger()) == requests


def test_a_call_without_a_room_has_no_state(account):
    assert live_status(video_call(account)) is None
