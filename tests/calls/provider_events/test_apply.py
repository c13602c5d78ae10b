"""What an event does to its call, and that what is settled stays as it is."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, CallMonitor, ProviderEvent, Step
from calls.monitoring.schedule import start_monitor
from liveplatform.accounts.connections import upsert_connection
from liveplatform.webhooks.models import Event
from liveplatform.work import sql
from tests.support.draining import drain, queue_of
from tests.support.factories import phone_call, phone_connection, video_call
from tests.support.signed_events import applied, last_summary, post_getstream, post_twilio, status_form


@pytest.fixture
def phone(account):
    call = phone_call(account, provider_call_id="CA1", started_at=Now())
    call.refresh_from_db()
    return call


@pytest.fixture
def video(account):
    """A live video call whose id at Stream is room-1."""
    given = {"api_key": "app", "api_secret": "a-secret-of-at-least-32-characters"}
    return video_call(
        account, connection=upsert_connection(account, "getstream", given), provider_call_id="room-1"
    )


def leg(call, word, number=0, **more):
    return post_twilio(call.connection, status_form("CA1", word, number, **more))


def room(video, kind, **more):
    return post_getstream(video.connection, kind, "room-1", **more)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("completed", "ended_at_provider"),
        ("busy", "busy"),
        ("no-answer", "no_answer"),
        ("canceled", "canceled"),
        ("failed", "failed"),
    ],
)
def test_the_providers_end_is_the_calls_end_with_its_code(phone, word, code):
    call = applied(phone, leg(phone, word, 3, CallDuration="65"))
    assert (call.status, call.end_code, call.ended_by) == ("ended", code, "provider:twilio")
    assert call.disconnect_reason == f"Ended at the provider ({word})."
    assert (call.provider_state, call.provider_status, call.duration) == ("ended", word, 65)
    assert call.provider_ended_at and call.provider_confirmed_at and call.provider_seen_at
    assert set(call.steps.values_list("kind", flat=True)) == {"terminate", "clean_up", "analyse", "notify"}
    assert Event.objects.filter(subject_id=call.pk, type="call.ended").count() == 1
    assert last_summary(call) == "ended"


def test_a_room_that_ended_or_was_deleted_ends_its_call(video, account):
    call = applied(video, room(video, "call.ended", zipped=True))
    assert (call.end_code, call.ended_by) == ("ended_at_provider", "provider:getstream")
    other = video_call(account, connection=video.connection, provider_call_id="room-2")
    assert applied(other, post_getstream(other.connection, "call.deleted", "room-2")).end_code == "room_gone"


def test_a_call_that_runs_is_noted_and_starts_once(phone):
    Call.objects.filter(pk=phone.pk).update(started_at=None, status="scheduled")
    call = applied(phone, leg(phone, "initiated"), leg(phone, "ringing", 1))
    assert (call.status, call.started_at, call.provider_status) == ("scheduled", None, "ringing")
    call = applied(phone, leg(phone, "in-progress", 2))
    assert (call.status, call.provider_status, call.provider_state) == ("live", "in-progress", "live")
    began = call.started_at
    assert applied(call, leg(phone, "in-progress", 7)).started_at == began


def test_the_start_is_never_in_the_future_whatever_the_providers_clock_says(phone):
    Call.objects.filter(pk=phone.pk).update(started_at=None)
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    call = applied(phone, leg(phone, "in-progress", 1, Timestamp=tomorrow))
    assert call.started_at <= timezone.now()


def test_events_that_come_out_of_order_do_not_set_a_call_back(phone):
    call = applied(phone, leg(phone, "in-progress", 2))
    assert applied(call, leg(phone, "ringing", 1)).provider_status == "in-progress"
    ended = applied(call, leg(phone, "completed", 3))
    before = ended.__dict__ | {"_state": None}
    for late in (leg(phone, "in-progress", 4), leg(phone, "ringing", 5), leg(phone, "busy", 6)):
        call = applied(call, late)
        assert call.__dict__ | {"_state": None} == before, last_summary(call)
    assert Event.objects.filter(subject_id=call.pk).count() == 1


def test_the_price_is_taken_whenever_it_comes_and_never_taken_back(phone):
    call = applied(phone, leg(phone, "completed", 3))
    assert (call.cost, call.price_unit) == (None, "")
    call = applied(call, leg(phone, "completed", 4, Price="-0.0085", PriceUnit="USD"))
    assert (call.cost, call.price_unit, last_summary(call)) == (
        Decimal("0.0085"),
        "USD",
        "late: the end is known",
    )
    for number, later in enumerate([{}, {"Price": "", "PriceUnit": "EUR"}, {"Price": "null"}], 5):
        call = applied(call, leg(phone, "completed", number, **later))
        assert (call.cost, call.price_unit) == (Decimal("0.0085"), "USD")


def test_all_at_once_and_backwards_comes_to_the_same(phone):
    words = ["completed", "in-progress", "ringing", "initiated"]
    call = applied(phone, *[leg(phone, word, 3 - n) for n, word in enumerate(words)])
    assert (call.status, call.end_code, call.provider_status) == ("ended", "ended_at_provider", "completed")
    assert call.provider_state == "ended"


def test_an_end_that_we_began_is_confirmed_and_not_told_again(phone):
    end(phone.pk, account_id=phone.account_id, actor="key:1", reason="ours")
    call = applied(phone, leg(phone, "completed", 3, CallDuration="9"))
    assert (call.disconnect_reason, call.end_code, call.ended_by) == ("ours", "ended_by_api", "key:1")
    assert (call.provider_state, call.duration) == ("ended", 9)
    assert call.provider_confirmed_at
    assert last_summary(call) == "confirmed"
    assert Event.objects.filter(subject_id=call.pk).count() == 1


def test_an_end_that_waits_for_the_provider_keeps_its_own_words(video):
    """Surface A asked, and the provider's event is faster than its answer."""
    wish = {"disconnect_reason": "asked", "end_code": "ended_by_staff", "ended_by": "staff:eve"}
    Call.objects.filter(pk=video.pk).update(end_requested_at=Now(), **wish)
    call = applied(video, room(video, "call.ended"))
    assert (call.status, call.disconnect_reason, call.ended_by) == ("ended", "asked", "staff:eve")
    assert call.end_code == "ended_by_staff"


def test_a_room_that_everybody_left_is_no_end_before_the_grace(video, settings):
    CallMonitor.objects.all().delete()
    start_monitor(video)
    call = applied(video, room(video, "call.session_ended"))
    assert not call.is_over
    assert abs((call.empty_since - timezone.now()).total_seconds()) < 5
    due = (CallMonitor.objects.get(call=call).due_at - timezone.now()).total_seconds()
    assert settings.EMPTY_ROOM_GRACE - 10 < due <= settings.EMPTY_ROOM_GRACE


def test_somebody_who_comes_back_within_the_grace_keeps_it_alive(video):
    call = applied(video, room(video, "call.session_ended"))
    assert applied(call, room(video, "call.session_participant_joined")).empty_since is None


def test_who_is_in_the_room_is_what_the_latest_event_says(video):
    """They left at 10, came back at 20; the news come the other way round."""
    now = time.time()
    call = applied(video, room(video, "call.session_started", at=now - 20))
    assert applied(call, room(video, "call.session_ended", at=now - 30)).empty_since is None
    assert last_summary(call) == "late: somebody came back"
    call = applied(
        call, room(video, "call.session_ended", at=now - 5), room(video, "call.session_ended", at=now - 6)
    )
    assert call.empty_since
    assert applied(call, room(video, "call.session_started", at=now - 7)).empty_since


def test_the_session_that_ends_with_the_call_ends_it_at_once(video):
    over = datetime.now(UTC).isoformat()
    assert applied(video, room(video, "call.session_ended", call={"ended_at": over})).is_over


def test_a_room_behind_the_stage_is_not_live_yet(video):
    Call.objects.filter(pk=video.pk).update(status="scheduled", started_at=None)
    call = applied(video, room(video, "call.session_started", call={"backstage": True}))
    assert (call.status, call.started_at) == ("scheduled", None)
    assert applied(call, room(video, "call.live_started")).status == "live"


def planned(video, ahead):
    """The same call, which is to begin in so many minutes."""
    at = timezone.now() + timedelta(minutes=ahead)
    Call.objects.filter(pk=video.pk).update(status="scheduled", started_at=None, scheduled_at=at)
    return at


def test_who_joins_before_the_time_starts_nothing_and_leaves_without_a_grace(video):
    planned(video, 60)
    call = applied(video, room(video, "call.session_started"), room(video, "call.session_participant_joined"))
    assert (call.status, call.started_at) == ("scheduled", None)
    assert last_summary(call) == "noted: it is not the call's time yet"
    call = applied(call, room(video, "call.session_ended"))
    assert (call.status, call.empty_since) == ("scheduled", None)


def test_who_joins_shortly_before_the_time_starts_it_then_whenever_their_session_began(video):
    at = planned(video, 10)
    began = {"session": {"started_at": int((time.time() - 7200) * 1e9)}}
    call = applied(video, room(video, "call.session_participant_joined", call=began))
    assert (call.status, call.started_at) == ("live", at - timedelta(minutes=15))


@pytest.mark.parametrize("order", [1, -1])
def test_who_came_and_left_shortly_before_the_time_left_in_whatever_order(video, order):
    planned(video, 10)
    now = time.time()
    for kind, age in [("call.session_participant_joined", 9), ("call.session_ended", 5)][::order]:
        call = applied(video, room(video, kind, at=now - age))
    assert (call.status, bool(call.empty_since)) == ("live", True)


def test_the_providers_own_start_is_one_at_any_time(video):
    planned(video, 60)
    session = {"session": {"started_at": int((time.time() - 7200) * 1e9)}}
    call = applied(video, room(video, "call.live_started", call=session))
    assert call.status == "live"
    assert abs((call.started_at - timezone.now()).total_seconds()) < 5


FILE = {
    "filename": "f.mp4",
    "url": "https://x.example/f.mp4",
    "start_time": 10**18,
    "end_time": 10**18 + 10**9,
}


def test_a_recording_is_noted_with_the_call_and_after_its_end(video):
    call = applied(video, room(video, "call.recording_ready", call_recording=FILE))
    assert (call.recording_url, call.is_over) == (FILE["url"], False)
    end(call.pk, account_id=call.account_id, actor="key:1")
    later = FILE | {"filename": "g.mp4", "url": "https://x.example/g.mp4", "end_time": 2 * 10**18}
    assert (
        applied(call, room(video, "call.recording_ready", call_recording=later)).recording_url == later["url"]
    )
    assert call.recordings.count() == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/f", "http://[", "https://x\nx"])
def test_a_recording_without_a_web_address_is_none(video, phone, url):
    applied(video, room(video, "call.recording_ready", call_recording=FILE | {"url": url}))
    assert ProviderEvent.objects.get().state == "skipped"
    media = {"RecordingSid": "RE1", "RecordingUrl": url, "RecordingStatus": "completed"}
    applied(phone, post_twilio(phone.connection, {"CallSid": "CA1"} | media))
    assert ProviderEvent.objects.latest("id").state == "skipped"
    assert applied(phone, leg(phone, "completed", 3, RecordingSid="RE2", RecordingUrl=url)).is_over
    assert not video.recordings.exists() and not phone.recordings.exists()


def test_a_phone_calls_recording_comes_by_its_own_callback_or_the_last_status(phone):
    media = {"RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/r/RE1", "RecordingDuration": "7"}
    form = {"CallSid": "CA1", "RecordingStatus": "completed"} | media
    assert applied(phone, post_twilio(phone.connection, form)).recordings.get().duration == 7
    more = {name: value.replace("RE1", "RE2") for name, value in media.items()}
    call = applied(phone, leg(phone, "completed", 3, **more))
    assert call.is_over and call.recordings.count() == 2


def test_what_nobody_knows_is_kept_and_visibly_ignored(video):
    applied(video, room(video, "call.invented_tomorrow"))
    event = ProviderEvent.objects.get()
    assert (event.state, event.call_id, event.error) == (
        "skipped",
        video.pk,
        "Nothing follows from this type of event.",
    )


def test_an_event_of_a_call_that_is_not_ours_is_waited_for_and_then_ignored(video):
    post_getstream(video.connection, "call.ended", "somebody-elses")
    for waited in (1, 2, 3):
        drain(ProviderEvent)
        event = ProviderEvent.objects.get()
        assert (event.state, event.result) == ("pending", {"waited": waited})
        ProviderEvent.objects.update(due_at=Now())
    drain(ProviderEvent)
    event = ProviderEvent.objects.get()
    assert (event.state, event.error) == ("skipped", "No call of this connection has this id.")


def test_an_event_that_overtakes_its_call_finds_it_a_moment_later(video, account):
    post_getstream(video.connection, "call.ended", "room-3")
    drain(ProviderEvent)
    call = video_call(account, connection=video.connection, provider_call_id="room-3")
    ProviderEvent.objects.update(due_at=Now())
    drain(ProviderEvent)
    call.refresh_from_db()
    assert call.is_over


def test_an_event_touches_no_other_customers_call_of_the_same_id(phone):
    other = phone_connection(type(phone.account).objects.create(name="other"))
    post_twilio(other, status_form("CA1", "completed", 3))
    post_twilio(other, status_form("CA1", "completed", 4), f"?call={phone.pk}")
    drain(ProviderEvent)
    phone.refresh_from_db()
    assert not phone.is_over


def test_a_leg_that_our_call_dialled_further_is_not_our_call(phone):
    post_twilio(phone.connection, status_form("CA2", "completed", 3), f"?call={phone.pk}")
    drain(ProviderEvent)
    phone.refresh_from_db()
    assert (phone.is_over, phone.provider_call_id) == (False, "CA1")


def dialling(account):
    """Dialled at this moment: Twilio has not answered yet."""
    return phone_call(account, provider_call_id="", provider_status="dialling", status="scheduled")


def test_events_that_overtake_the_answer_to_make_call_find_their_row(account):
    call = dialling(account)
    send = lambda word, n: post_twilio(call.connection, status_form("CA7", word, n), f"?call={call.pk}")  # noqa: E731
    call = applied(call, send("ringing", 1))
    assert (call.provider_call_id, call.status, call.provider_status) == ("CA7", "live", "ringing")
    assert applied(call, send("busy", 2)).end_code == "busy"


def test_a_lost_leg_that_speaks_after_its_call_was_ended_is_hung_up(account):
    call = dialling(account)
    end(call.pk, account_id=account.pk, actor="key:1")
    Step.objects.filter(call=call, kind="terminate").update(state="skipped", due_at=None)
    applied(call, post_twilio(call.connection, status_form("CA7", "in-progress", 2), f"?call={call.pk}"))
    assert Step.objects.get(call=call, kind="terminate").state == "pending"
    assert call.provider_state == "live"


def test_the_own_room_of_a_phone_call_that_goes_has_its_watch_look(line):
    call = line.dial(echo_room=True)
    call = applied(call, post_getstream(line.video, "call.session_started", call.room_id))
    call = applied(call, post_getstream(line.video, "call.ended", call.room_id))
    assert not call.is_over, "its watch proves it first"
    assert CallMonitor.objects.get(call=call).due_at <= timezone.now()


def test_a_batch_of_events_costs_a_fixed_number_of_statements(account, django_assert_max_num_queries):
    def batch(size):
        legs = [phone_call(account, provider_call_id=f"CA{size}-{n}") for n in range(size)]
        for call in legs:
            post_twilio(call.connection, status_form(call.provider_call_id, "completed", 3))
        events = sql.claim(ProviderEvent, 10, per_key=10)
        with django_assert_max_num_queries(25) as queries:
            jobs = queue_of(ProviderEvent).prepare(events)
            attempts = [
                sql.Attempt(event, job(), timezone.now(), 1) for event, job in zip(events, jobs, strict=True)
            ]
            assert len(sql.settle(queue_of(ProviderEvent), attempts)) == size
        assert (
            Call.objects.filter(pk__in=[call.pk for call in legs], end_code="ended_at_provider").count()
            == size
        )
        return len(queries)

    assert batch(10) == batch(2)


def test_the_timeline_and_the_calls_page_tell_what_the_provider_told(phone, api, admin_client):
    applied(phone, leg(phone, "ringing", 1), leg(phone, "busy", 2))
    entries = api("GET", f"/v1/calls/{phone.pk}/timeline").json()["timeline"]
    shown = [(e["name"], e["detail"]) for e in entries if e["what"] == "provider event"]
    assert sorted(shown) == [("busy", "ended"), ("ringing", "noted")]
    page = admin_client.get(f"/admin/calls/call/{phone.pk}/change/").content.decode()
    assert "What the provider told" in page and "noted" in page
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
    chosen = {"action": "apply_again", "_selected_action": [ProviderEvent.objects.get().pk]}
    admin_client.post("/admin/calls/providerevent/", chosen)
    drain(ProviderEvent)
    phone.refresh_from_db()
    assert phone.end_code == "busy"
