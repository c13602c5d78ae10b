"""A livestream is stopped for certain: by request, with its session, and against a start at the same time."""

import pytest
from django.db import transaction

from calls.models import MediaStream, StreamStep
from liveplatform.webhooks.models import Event
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.transitions import mark_live
from sessions_app.livestreams.exceptions import NothingActive, NotPossible
from sessions_app.livestreams.meetings import create_meeting, get_meeting, meeting_of_session
from sessions_app.livestreams.start import Wanted, active_run, start_livestream
from sessions_app.livestreams.stop import stop_livestream
from sessions_app.models import Livestream, Session
from tests.sessions_app.factories import key_caller
from tests.support.concurrency import at_once
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)
WANTED = Wanted("key:test")


def events():
    return list(
        Event.objects.filter(type__startswith="livestream.")
        .order_by("sequence")
        .values_list("type", flat=True)
    )


def attempt(act):
    try:
        return act()
    except (NotPossible, NothingActive) as error:
        return error


def finish():
    """Let workers do what is left."""
    for _ in range(3):
        StreamStep.objects.filter(state="pending", due_at__isnull=False).make_due()
        drain(StreamStep)


def test_it_is_stopped_and_told_once(meeting, studio):
    start_livestream(meeting, WANTED)
    stream = stop_livestream(meeting, "key:test")
    assert (stream.status, stream.outcome, studio.live()) == ("stopped", "stopped", [])
    assert events() == ["livestream.started", "livestream.stopped"]
    with pytest.raises(NothingActive):
        stop_livestream(meeting, "key:test")


def test_it_can_be_started_again(meeting, studio):
    first, _ = start_livestream(meeting, WANTED)
    stop_livestream(meeting, "key:test")
    second, is_new = start_livestream(meeting, WANTED)
    assert is_new and first.pk == second.pk and second.sessions.count() == 2


def test_a_stop_whose_answer_was_lost_is_carried_out(meeting, studio):
    start_livestream(meeting, WANTED)
    studio.failures["stop"] = ["lost"]
    assert stop_livestream(meeting, "key:test").stop_requested_at
    finish()
    assert MediaStream.objects.get().status == "stopped" and not studio.live()
    assert not Livestream.objects.get().is_active


def test_starts_against_stops(meeting, studio):
    studio.delay = 0.05
    for _ in range(2):
        at_once(6, lambda number: attempt(lambda: _either(get_meeting(meeting.app, meeting.pk), number)))
        finish()
        assert len(studio.live()) == int(Livestream.objects.get().is_active)
        assert MediaStream.objects.filter(status__in=("starting", "live")).count() == len(studio.live())


def _either(meeting, number):
    return start_livestream(meeting, WANTED) if number % 2 else stop_livestream(meeting, "key:test")


def test_the_end_of_a_session_stops_its_livestream(live_session, account, studio):
    meeting = meeting_of_session(live_session)
    start_livestream(meeting, WANTED)
    end_session(live_session.pk, key_caller(account))
    run = active_run(meeting)
    assert run.stream.stop_requested_at and run.stream.stop_reason == "Its session has ended."
    finish()
    assert not studio.live() and Livestream.objects.get().status == "OFFLINE"


def test_the_end_of_a_session_against_starts(live_session, account, studio):
    meeting = meeting_of_session(live_session)
    studio.delay = 0.05

    def act(number):
        if number:
            return start_livestream(get_meeting(meeting.app, meeting.pk), WANTED)
        return end_session(live_session.pk, key_caller(account))

    at_once(4, lambda number: attempt(lambda: act(number)))
    finish()
    assert Session.objects.get().status == "ended"
    assert not studio.live() and not Livestream.objects.filter(is_active=True).exists()


def test_a_livestream_starts_with_its_session(live_session, app, studio):
    Session.objects.filter(pk=live_session.pk).update(status="scheduled", started_at=None)
    create_meeting(app, {"session_id": live_session.pk, "live_stream_on_start": True})
    create_meeting(app, {"session_id": live_session.pk, "live_stream_on_start": False})
    with transaction.atomic():
        mark_live(Session.lock(live_session.pk), live_session.started_at)
    assert Livestream.objects.get().status == "INVOKED" and not studio.live()
    finish()
    assert Livestream.objects.get().status == "LIVE" and len(studio.live()) == 1
    assert MediaStream.objects.get().call_id == live_session.call_id
