"""/v1/calls/{id}/timeline: everything that happened to a call, in order, with its actors."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, CallMonitor, RecordingSync, Step
from calls.monitoring.schedule import check_now
from calls.post_processing.rerun import rerun_step
from calls.recordings.schedule import sync_now
from calls.timeline import timeline
from tests.calls.streams.streams import stream
from tests.support.draining import drain
from tests.support.factories import NUMBER, TWIML, phone_call, video_call

TURNS = [{"role": "customer", "text": "hello"}]


def timeline_of(api, call):
    answer = api("GET", f"/v1/calls/{call['id'] if isinstance(call, dict) else call.pk}/timeline")
    assert answer.status_code == 200
    return answer.json()["timeline"]


@pytest.mark.django_db(transaction=True)  # every request at its own time
def test_entries_are_in_order_with_their_actors(api, line, sandbox):
    call = api("POST", "/v1/live/calls", {"host_user_id": "h", "title": "t"}).json()
    api("PATCH", f"/v1/live/calls/{call['id']}", {"title": "u"})
    api("PUT", f"/v1/calls/{call['id']}/transcript", {"turns": TURNS})
    api("POST", f"/v1/live/calls/{call['id']}/end")
    drain(Step)
    drain(Step)  # notify comes after the others
    api("PATCH", f"/v1/calls/{call['id']}/record", {"rating": 5})
    entries = [(e["what"], e["name"], e["by"]) for e in timeline_of(api, call)]
    me = f"key:{api.key.public_id}"
    requests = [line for line in entries if line[0] == "request"]
    assert requests == [
        ("request", "created", me),
        ("request", "changed", me),
        ("request", "transcript put", me),
        ("request", "end requested", me),
        ("request", "noted", me),
    ]
    assert ("call", "ended", me) in entries
    assert ("provider", "end confirmed", "provider:getstream") in entries
    assert ("event", "call.ended", "platform") in entries
    assert entries.index(("call", "ended", me)) < entries.index(("event", "call.processed", "platform"))
    assert entries[:2] == [("request", "created", me), ("call", "started", me)]
    assert ("step", "terminate", "worker") in entries
    assert all(by for _, _, by in entries)


@pytest.mark.parametrize(("ahead", "first"), [(2, "created"), (60_000, "started")])
def test_a_start_within_the_clock_skew_follows_the_creation(api, ahead, first):
    call = phone_call(api.account)
    started_at = call.created_at - timedelta(milliseconds=ahead)
    Call.objects.filter(pk=call.pk).update(started_at=started_at)
    entries = timeline_of(api, call)
    assert entries[0]["name"] == first
    assert {e["by"] for e in entries if e["name"] == "started"} == {"provider:twilio"}


def test_the_creation_names_parties_and_provider(api):
    assert details_of(api, phone_call(api.account, extension="12"), "created") == [
        "from +14155550100 to +14155550111 ext. 12 over twilio"
    ]
    assert details_of(api, video_call(api.account), "created") == ["over getstream"]


def details_of(api, call, name):
    return [e["detail"] for e in timeline_of(api, call) if e["name"] == name]


def lost_call(api, line, fault):
    """The provider's answer to the making of this call was lost."""
    line.sandbox.add_fault("create_call", fault)
    api("POST", "/calls/make-call", {"call_from": NUMBER, "call_to": "+14155550166", "twiml": TWIML})
    return Call.objects.get(account=api.account)


def look(call):
    check_now([call.pk])
    drain(CallMonitor)
    call.refresh_from_db()


def test_a_lost_answer_and_the_found_leg_are_shown(api, line):
    call = lost_call(api, line, "act_then_reset")
    look(call)
    entries = [(e["what"], e["name"], e["by"]) for e in timeline_of(api, call)]
    lost = entries.index(("provider", "provider's answer lost", "provider:twilio"))
    assert lost < entries.index(("call", "lost call found", "watch"))
    assert details_of(api, call, "lost call found") == [call.provider_call_id]


def test_a_call_that_was_never_made_is_shown(api, line):
    call = lost_call(api, line, "timeout")
    for _ in range(4):
        look(call)
    assert [e["name"] for e in timeline_of(api, call) if e["by"] == "watch"] == ["never made", "ended"]


def test_a_lost_leg_that_was_hung_up_is_shown(api, line):
    call = lost_call(api, line, "act_then_reset")
    api("POST", f"/v1/calls/{call.pk}/end", {})
    drain(Step)
    (found,) = [e for e in timeline_of(api, call) if e["name"] == "lost call found"]
    assert (found["by"], found["detail"][:2]) == ("worker", "CA")


@pytest.mark.django_db(transaction=True)
def test_every_confirmation_of_an_end_is_shown(api, line):
    call = line.dial()
    api("POST", f"/v1/calls/{call.pk}/end", {})
    drain(Step)
    (first,) = [e["at"] for e in timeline_of(api, call) if e["name"] == "end confirmed"]
    rerun_step(Step.objects.get(call=call, kind="terminate"), "staff:anna")
    drain(Step)
    entries = [e for e in timeline_of(api, call) if e["name"] == "end confirmed"]
    assert (len(entries), entries[0]["at"]) == (2, first)
    assert {(e["what"], e["detail"], e["by"]) for e in entries} == {
        ("provider", "completed", "provider:twilio")
    }


def test_a_rerun_step_shows_every_attempt(api, line):
    call = line.dial()
    api("POST", f"/v1/calls/{call.pk}/end", {})
    drain(Step)
    rerun_step(Step.objects.get(call=call, kind="terminate"), "staff:anna")
    drain(Step)
    entries = timeline_of(api, call)
    assert [e["detail"] for e in entries if e["by"] == "staff:anna"] == ["terminate, which was done"]
    assert len([e for e in entries if (e["what"], e["name"]) == ("step", "terminate")]) == 2


def test_recordings_are_shown(api, line, sandbox):
    call = line.open()
    sandbox.add_recording(call.provider_call_id)
    sync_now([call])
    drain(RecordingSync)
    assert ("recording ready", "provider:getstream") in [(e["name"], e["by"]) for e in timeline_of(api, call)]


def test_the_number_of_queries_does_not_grow_with_the_entries(api, line, django_assert_max_num_queries):
    call = line.dial()
    for n in range(12):
        api("PATCH", f"/v1/calls/{call.pk}/record", {"notes": f"note {n}"})
    with django_assert_max_num_queries(10):
        timeline_of(api, call)


def test_it_shows_the_streams_of_the_call(account):
    call = phone_call(account, has_streams=True)
    now = timezone.now()
    at = {"created_at": now, "started_at": now, "stop_requested_at": now, "stopped_at": now}
    one = stream(account, call=call, status="stopped", outcome="stopped", stop_reason="Enough.", **at)
    shown = [(entry.name, entry.detail) for entry in timeline(call) if entry.what == "stream"]
    assert shown == [
        ("requested", str(one.pk)),
        ("started", str(one.pk)),
        ("stop requested", f"{one.pk} Enough."),
        ("stopped", f"{one.pk} stopped now"),
    ]
