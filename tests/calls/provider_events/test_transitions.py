"""What an event changes of its call, and that a settled state stays as it is."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, CallMonitor
from calls.monitoring.schedule import start_monitor
from liveplatform.webhooks.models import Event
from tests.support.factories import video_call
from tests.support.signed_events import applied, last_summary, leg, post_getstream, room


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
def test_the_providers_end_ends_the_call_with_its_code(phone, word, code):
    call = applied(phone, leg(phone, word, 3, CallDuration="65"))
    assert (call.status, call.end_code, call.ended_by) == ("ended", code, "provider:twilio")
    assert call.disconnect_reason == f"Ended at the provider ({word})."
    assert (call.provider_state, call.provider_status, call.duration) == ("ended", word, 65)
    assert call.provider_ended_at and call.provider_confirmed_at and call.provider_seen_at
    assert set(call.steps.values_list("kind", flat=True)) == {"terminate", "clean_up", "analyse", "notify"}
    assert Event.objects.filter(subject_id=call.pk, type="call.ended").count() == 1
    assert last_summary() == "ended"


def test_a_room_that_ended_or_was_deleted_ends_its_call(video, account):
    call = applied(video, room(video, "call.ended", zipped=True))
    assert (call.end_code, call.ended_by) == ("ended_at_provider", "provider:getstream")
    other = video_call(account, connection=video.connection, provider_call_id="room-2")
    assert applied(other, post_getstream(other.connection, "call.deleted", "room-2")).end_code == "room_gone"


def test_a_running_call_is_recorded_and_starts_once(phone):
    Call.objects.filter(pk=phone.pk).update(started_at=None, status="scheduled")
    call = applied(phone, leg(phone, "initiated"), leg(phone, "ringing", 1))
    assert (call.status, call.started_at, call.provider_status) == ("scheduled", None, "ringing")
    call = applied(phone, leg(phone, "in-progress", 2))
    assert (call.status, call.provider_status, call.provider_state) == ("live", "in-progress", "live")
    began = call.started_at
    assert applied(call, leg(phone, "in-progress", 7)).started_at == began


def test_the_start_is_never_in_the_future(phone):
    Call.objects.filter(pk=phone.pk).update(started_at=None)
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%a, %d %b %Y %H:%M:%S +0000")
    call = applied(phone, leg(phone, "in-progress", 1, Timestamp=tomorrow))
    assert call.started_at <= timezone.now()


def test_events_out_of_order_do_not_move_a_call_back(phone):
    call = applied(phone, leg(phone, "in-progress", 2))
    assert applied(call, leg(phone, "ringing", 1)).provider_status == "in-progress"
    ended = applied(call, leg(phone, "completed", 3))
    before = ended.__dict__ | {"_state": None}
    for late in (leg(phone, "in-progress", 4), leg(phone, "ringing", 5), leg(phone, "busy", 6)):
        call = applied(call, late)
        assert call.__dict__ | {"_state": None} == before, last_summary()
    published = Event.objects.filter(subject_id=call.pk).order_by("sequence").values_list("type", flat=True)
    assert list(published) == ["call.answered", "call.ringing", "call.ended"], (
        "each once, when it became known"
    )


def test_the_price_is_recorded_once_known_and_never_removed(phone):
    call = applied(phone, leg(phone, "completed", 3))
    assert (call.cost, call.price_unit) == (None, "")
    call = applied(call, leg(phone, "completed", 4, Price="-0.0085", PriceUnit="USD"))
    assert (call.cost, call.price_unit, last_summary()) == (
        Decimal("0.0085"),
        "USD",
        "late: the end is known",
    )
    for number, later in enumerate([{}, {"Price": "", "PriceUnit": "EUR"}, {"Price": "null"}], 5):
        call = applied(call, leg(phone, "completed", number, **later))
        assert (call.cost, call.price_unit) == (Decimal("0.0085"), "USD")


def test_a_batch_in_reverse_order_has_the_same_result(phone):
    words = ["completed", "in-progress", "ringing", "initiated"]
    call = applied(phone, *[leg(phone, word, 3 - n) for n, word in enumerate(words)])
    assert (call.status, call.end_code, call.provider_status) == ("ended", "ended_at_provider", "completed")
    assert call.provider_state == "ended"


def test_our_own_end_is_confirmed_and_not_published_again(phone):
    end(phone.pk, account_id=phone.account_id, actor="key:1", reason="ours")
    call = applied(phone, leg(phone, "completed", 3, CallDuration="9"))
    assert (call.disconnect_reason, call.end_code, call.ended_by) == ("ours", "ended_by_api", "key:1")
    assert (call.provider_state, call.duration) == ("ended", 9)
    assert call.provider_confirmed_at
    assert last_summary() == "confirmed"
    assert Event.objects.filter(subject_id=call.pk, type="call.ended").count() == 1


def test_a_requested_end_keeps_its_own_reason(video):
    """Surface A asked, and the provider's event is faster than its answer."""
    end_request = {"disconnect_reason": "asked", "end_code": "ended_by_staff", "ended_by": "staff:eve"}
    Call.objects.filter(pk=video.pk).update(end_requested_at=Now(), **end_request)
    call = applied(video, room(video, "call.ended"))
    assert (call.status, call.disconnect_reason, call.ended_by) == ("ended", "asked", "staff:eve")
    assert call.end_code == "ended_by_staff"


def test_an_empty_room_does_not_end_a_call_before_the_grace(video, settings):
    CallMonitor.objects.all().delete()
    start_monitor(video)
    call = applied(video, room(video, "call.session_ended"))
    assert not call.is_over
    assert abs((call.empty_since - timezone.now()).total_seconds()) < 5
    due = (CallMonitor.objects.get(call=call).due_at - timezone.now()).total_seconds()
    assert settings.EMPTY_ROOM_GRACE - 10 < due <= settings.EMPTY_ROOM_GRACE


def test_a_participant_who_comes_back_within_the_grace_keeps_it_live(video):
    call = applied(video, room(video, "call.session_ended"))
    assert applied(call, room(video, "call.session_participant_joined")).empty_since is None


def test_presence_is_what_the_latest_event_says(video):
    """They left at 10, came back at 20; the news come the other way round."""
    now = time.time()
    call = applied(video, room(video, "call.session_started", at=now - 20))
    assert applied(call, room(video, "call.session_ended", at=now - 30)).empty_since is None
    assert last_summary() == "late: somebody came back"
    call = applied(
        call, room(video, "call.session_ended", at=now - 5), room(video, "call.session_ended", at=now - 6)
    )
    assert call.empty_since
    assert applied(call, room(video, "call.session_started", at=now - 7)).empty_since


def test_a_session_that_ends_with_the_call_ends_it_at_once(video):
    over = datetime.now(UTC).isoformat()
    assert applied(video, room(video, "call.session_ended", call={"ended_at": over})).is_over


def test_a_backstage_room_is_not_live_yet(video):
    Call.objects.filter(pk=video.pk).update(status="scheduled", started_at=None)
    call = applied(video, room(video, "call.session_started", call={"backstage": True}))
    assert (call.status, call.started_at) == ("scheduled", None)
    assert applied(call, room(video, "call.live_started")).status == "live"


def scheduled(video, ahead):
    """The same call, which is to begin in so many minutes."""
    at = timezone.now() + timedelta(minutes=ahead)
    Call.objects.filter(pk=video.pk).update(status="scheduled", started_at=None, scheduled_at=at)
    return at


def test_joining_too_early_starts_nothing_and_leaves_no_grace(video):
    scheduled(video, 60)
    call = applied(video, room(video, "call.session_started"), room(video, "call.session_participant_joined"))
    assert (call.status, call.started_at) == ("scheduled", None)
    assert last_summary() == "noted: it is not the call's time yet"
    call = applied(call, room(video, "call.session_ended"))
    assert (call.status, call.empty_since) == ("scheduled", None)


def test_joining_shortly_before_the_time_starts_the_call_at_early_join(video):
    at = scheduled(video, 10)
    began = {"session": {"started_at": int((time.time() - 7200) * 1e9)}}
    call = applied(video, room(video, "call.session_participant_joined", call=began))
    assert (call.status, call.started_at) == ("live", at - timedelta(minutes=15))


@pytest.mark.parametrize("order", [1, -1])
def test_joining_and_leaving_early_leaves_the_room_empty_in_any_order(video, order):
    scheduled(video, 10)
    now = time.time()
    for kind, age in [("call.session_participant_joined", 9), ("call.session_ended", 5)][::order]:
        call = applied(video, room(video, kind, at=now - age))
    assert (call.status, bool(call.empty_since)) == ("live", True)


def test_the_providers_own_start_counts_at_any_time(video):
    scheduled(video, 60)
    session = {"session": {"started_at": int((time.time() - 7200) * 1e9)}}
    call = applied(video, room(video, "call.live_started", call=session))
    assert call.status == "live"
    assert abs((call.started_at - timezone.now()).total_seconds()) < 5
