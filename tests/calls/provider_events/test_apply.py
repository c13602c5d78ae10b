"""Events are applied in batches: recordings, helper rooms, late legs, and what staff see."""

import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, CallMonitor, ProviderEvent, Step
from liveplatform.work.settle import Attempt, settle
from tests.support.admin_pages import act
from tests.support.draining import claim, drain, queue_of
from tests.support.factories import phone_call
from tests.support.signed_events import applied, leg, post_getstream, post_twilio, room, status_form

FILE = {
    "filename": "f.mp4",
    "url": "https://x.example/f.mp4",
    "start_time": 10**18,
    "end_time": 10**18 + 10**9,
}


def test_a_recording_is_stored_during_the_call_and_after_its_end(video):
    call = applied(video, room(video, "call.recording_ready", call_recording=FILE))
    assert (call.recording_url, call.is_over) == (FILE["url"], False)
    end(call.pk, account_id=call.account_id, actor="key:1")
    later = FILE | {"filename": "g.mp4", "url": "https://x.example/g.mp4", "end_time": 2 * 10**18}
    assert (
        applied(call, room(video, "call.recording_ready", call_recording=later)).recording_url == later["url"]
    )
    assert call.recordings.count() == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/f", "http://[", "https://x\nx"])
def test_a_recording_without_an_http_url_is_skipped(video, phone, url):
    applied(video, room(video, "call.recording_ready", call_recording=FILE | {"url": url}))
    assert ProviderEvent.objects.get().state == "skipped"
    media = {"RecordingSid": "RE1", "RecordingUrl": url, "RecordingStatus": "completed"}
    applied(phone, post_twilio(phone.connection, {"CallSid": "CA1"} | media))
    assert ProviderEvent.objects.latest("id").state == "skipped"
    assert applied(phone, leg(phone, "completed", 3, RecordingSid="RE2", RecordingUrl=url)).is_over
    assert not video.recordings.exists() and not phone.recordings.exists()


def test_a_phone_calls_recording_comes_by_callback_or_final_status(phone):
    media = {"RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/r/RE1", "RecordingDuration": "7"}
    form = {"CallSid": "CA1", "RecordingStatus": "completed"} | media
    assert applied(phone, post_twilio(phone.connection, form)).recordings.get().duration == 7
    more = {name: value.replace("RE1", "RE2") for name, value in media.items()}
    call = applied(phone, leg(phone, "completed", 3, **more))
    assert call.is_over and call.recordings.count() == 2


def test_an_unknown_type_is_stored_and_skipped(video):
    applied(video, room(video, "call.invented_tomorrow"))
    event = ProviderEvent.objects.get()
    assert (event.state, event.call_id, event.error) == (
        "skipped",
        video.pk,
        "Nothing follows from this type of event.",
    )


def test_a_late_leg_of_an_ended_call_is_terminated(account):
    call = phone_call(account, provider_call_id="", provider_status="dialling", status="scheduled")
    end(call.pk, account_id=account.pk, actor="key:1")
    Step.objects.filter(call=call, kind="terminate").update(state="skipped", due_at=None)
    applied(call, post_twilio(call.connection, status_form("CA7", "in-progress", 2), f"?call={call.pk}"))
    assert Step.objects.get(call=call, kind="terminate").state == "pending"
    assert call.provider_state == "live"


def test_a_helper_room_that_ends_makes_the_monitor_check_now(line):
    call = line.dial_with_room()
    call = applied(call, post_getstream(line.video, "call.session_started", call.room_id))
    call = applied(call, post_getstream(line.video, "call.ended", call.room_id))
    assert not call.is_over, "its monitor asks the provider first"
    assert CallMonitor.objects.get(call=call).due_at <= timezone.now()


def test_a_batch_of_events_costs_a_fixed_number_of_statements(account, django_assert_max_num_queries):
    def batch(size):
        legs = [phone_call(account, provider_call_id=f"CA{size}-{n}") for n in range(size)]
        for call in legs:
            post_twilio(call.connection, status_form(call.provider_call_id, "completed", 3))
        events = claim(ProviderEvent, 10)
        with django_assert_max_num_queries(25) as queries:
            jobs = queue_of(ProviderEvent).prepare(events)
            attempts = [
                Attempt(event, job(), timezone.now(), 1) for event, job in zip(events, jobs, strict=True)
            ]
            assert len(settle(queue_of(ProviderEvent), attempts)) == size
        assert (
            Call.objects.filter(pk__in=[call.pk for call in legs], end_code="ended_at_provider").count()
            == size
        )
        return len(queries)

    assert batch(10) == batch(2)


def test_the_timeline_and_the_admin_show_the_events(phone, api, admin_client):
    applied(phone, leg(phone, "ringing", 1), leg(phone, "busy", 2))
    entries = api("GET", f"/v1/calls/{phone.pk}/timeline").json()["timeline"]
    shown = [(e["name"], e["detail"]) for e in entries if e["what"] == "provider event"]
    assert sorted(shown) == [("busy", "ended"), ("ringing", "noted")]
    page = admin_client.get(f"/admin/calls/call/{phone.pk}/change/").content.decode()
    assert "Provider events" in page and "noted" in page
    event = ProviderEvent.objects.latest("id")
    assert (
        "CallStatus=busy"
        in admin_client.get(f"/admin/calls/providerevent/{event.pk}/change/").content.decode()
    )
    assert "+1415" not in admin_client.get("/admin/calls/providerevent/").content.decode()


def test_staff_apply_an_event_again(phone, admin_client):
    """Ignored, for its call was not known yet."""
    post_twilio(phone.connection, status_form("CA9", "busy", 2))
    ProviderEvent.objects.update(state="skipped", due_at=None)
    Call.objects.filter(pk=phone.pk).update(provider_call_id="CA9")
    act(admin_client, "calls/providerevent", "apply_again", ProviderEvent.objects.get())
    drain(ProviderEvent)
    phone.refresh_from_db()
    assert phone.end_code == "busy"
