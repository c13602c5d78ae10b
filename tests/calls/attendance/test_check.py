"""What the provider says after a call completes what its events said."""

from datetime import timedelta

from calls.adapters import adapter_for
from calls.attendance import check
from calls.attendance.stays import record
from calls.lifecycle.end import end
from calls.models import CallMonitor, RecordingSync
from calls.models.participant import Participant, Stay
from calls.monitoring.schedule import check_now
from liveplatform.accounts.connections import upsert_connection
from providers.events import ParticipantStay
from tests.support.draining import drain
from tests.support.factories import video_call
from tests.support.sandbox import SECRET
from tests.support.signed_events import applied, room


def ended(line):
    """A call in whose room two people were, without any event; it is over, and synced with its provider."""
    call = line.open()
    for what, who in (("joined", "anna"), ("joined", "ben"), ("left", "anna"), ("joined", "anna")):
        line.sandbox.trigger(call.provider_call_id, what, identity=who)
    return call


def synced(call):
    end(call.pk, account_id=call.account_id, actor="test")
    check_now([call.pk])
    drain(CallMonitor)
    drain(RecordingSync)
    return RecordingSync.objects.get(call=call)


def test_stays_without_an_event_are_found_after_the_call(line):
    call = ended(line)
    line.provider(call).end_room("default", call.provider_call_id)
    sync = synced(call)
    assert sync.result["attendance"] == 3
    assert "stays" not in sync.result
    found = Participant.objects.filter(call=call).order_by("identity")
    assert [(p.identity, p.stays.count()) for p in found] == [("anna", 2), ("ben", 1)]
    assert all(p.last_left_at for p in found)


def test_what_is_open_is_closed_when_the_provider_was_asked(line):
    call = line.open()
    record([(call.pk, ParticipantStay("anna", "s1", joined_at=call.started_at - timedelta(minutes=5)))])
    synced(call)
    call.refresh_from_db()
    assert Participant.objects.get(call=call).last_left_at == call.ended_at


def test_a_report_that_fails_fails_no_sync(line, sandbox):
    call = ended(line)
    sandbox.add_fault("list_participants", "500", times=5)
    sync = synced(call)
    assert (sync.state, sync.result["syncs"]) == ("pending", 1)
    assert "GetStream" in sync.result["attendance"]


def test_a_provider_without_a_report_is_not_asked(account):
    given = {"api_key": "APIkey", "api_secret": SECRET}
    livekit = upsert_connection(account, "livekit", given, base_url="http://127.0.0.1:9")
    call = video_call(account, connection=livekit, provider="livekit", provider_call_id="r")
    assert check.ask(adapter_for(livekit), call, []) == {}


def test_all_sessions_that_events_named_are_asked_about(line):
    call = line.open()
    for _ in range(2):
        line.sandbox.trigger(call.provider_call_id, "joined", identity="anna")
        session = line.sandbox.room("default", call.provider_call_id)["current_session_id"]
        applied(call, room(call, "call.session_started", session_id=session))
        line.sandbox.trigger(call.provider_call_id, "left")
    assert len(check.sessions_of([call.pk])[call.pk]) == 2
    synced(call)
    assert Stay.objects.filter(participant__call=call).count() == 2
