"""Recordings without an event are found, and links are renewed before they expire."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import CallMonitor, Recording, RecordingSync
from calls.monitoring.schedule import check_now
from calls.recordings.sync import RETRY_DELAYS
from liveplatform.webhooks.models import Event
from tests.support.draining import drain


def over(line):
    """A video call that has ended, and whose monitor is done."""
    call = line.open()
    end(call.pk, account_id=line.account.pk, actor="test")
    check_now([call.pk])
    drain(CallMonitor)
    return call


def synced(call):
    """Sync this call now; the sync as it is afterwards."""
    RecordingSync.objects.filter(call=call).update(due_at=Now())
    drain(RecordingSync)
    call.refresh_from_db()
    return RecordingSync.objects.get(call=call)


def due_in(check):
    return (check.due_at - timezone.now()).total_seconds()


def test_a_recording_without_an_event_is_found_after_the_call(line, sandbox):
    call = over(line)
    sandbox.add_recording(call.provider_call_id)
    synced(call)
    assert call.recording_url == Recording.objects.get(call=call).url
    assert call.recording_ready_at
    assert Event.objects.filter(subject_id=call.pk, type="call.recording_ready").count() == 1


def test_a_call_without_recordings_is_synced_a_few_times(line):
    call = over(line)
    for pause in RETRY_DELAYS[:-1]:
        assert due_in(synced(call)) == pytest.approx(pause, rel=0.2)
    check = synced(call)
    assert (check.state, check.result) == ("done", {"syncs": len(RETRY_DELAYS), "found": 0})


def test_a_link_is_renewed_before_it_expires(line, sandbox):
    call = over(line)
    sandbox.add_recording(call.provider_call_id, life=3600)
    check = synced(call)
    first = call.recording_url
    assert (check.state, due_in(check)) == ("pending", pytest.approx(2700, abs=30))
    Recording.objects.filter(call=call).update(expires_at=Now() + timedelta(minutes=1))
    synced(call)
    assert call.recording_url != first
    assert call.recording_expires_at - timezone.now() > timedelta(minutes=50)
    assert Event.objects.filter(subject_id=call.pk, type="call.recording_ready").count() == 1


def test_a_deleted_recording_is_not_synced_for_ever(line, sandbox):
    call = over(line)
    sandbox.add_recording(call.provider_call_id, life=3600)
    synced(call)
    sandbox.delete_recordings(call.provider_call_id)
    for _ in RETRY_DELAYS:
        check = synced(call)
    assert check.state == "done"
    assert call.recording_url


def test_an_unanswered_sync_does_not_count(line, sandbox):
    call = over(line)
    sandbox.add_fault("list_recordings", "500", times=5)
    check = synced(call)
    assert (check.state, check.result["syncs"]) == ("pending", 0)


def test_links_are_not_kept_in_the_row(line, sandbox):
    call = over(line)
    sandbox.add_recording(call.provider_call_id)
    assert "http" not in str(synced(call).result)


def test_a_sync_can_be_requested(api, line, sandbox):
    call = line.open()
    sandbox.add_recording(call.provider_call_id)
    assert api("POST", f"/v1/calls/{call.pk}/recordings").status_code == 202
    drain(RecordingSync)
    found = api("GET", f"/v1/calls/{call.pk}/recordings").json()["recordings"]
    assert [recording["duration"] for recording in found] == [60]
