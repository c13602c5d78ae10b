"""Webhooks of a LiveKit server, signed by LiveKit's own package, and what they change."""

import itertools
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call, ProviderEvent, Recording, Step
from liveplatform.accounts.connections import upsert_connection
from liveplatform.webhooks.models import Event
from tests.support.draining import drain
from tests.support.factories import video_call
from tests.support.livekit_sdk import signed_headers
from tests.support.sandbox import SECRET
from tests.support.signed_events import applied, last_summary, post

numbers = itertools.count()
FILE = {"filename": "room-1.mp4", "location": "https://bucket.example/room-1.mp4", "duration": "60000000000"}


@pytest.fixture
def call(account) -> Call:
    """A live call whose room at LiveKit is room-1."""
    given = {"api_key": "APIkey", "api_secret": SECRET}
    connection = upsert_connection(account, "livekit", given, base_url="http://127.0.0.1:9")
    fields = {"provider": "livekit", "connection": connection, "provider_call_id": "room-1"}
    return video_call(account, started_at=Now(), **fields)


def room(call, name, *, people=0, secret=SECRET, **more):
    """A webhook from the server."""
    event = {"event": name, "id": f"EV_{next(numbers)}", "createdAt": str(int(time.time()))} | more
    event.setdefault("room", {"sid": "RM_1", "name": "room-1"})
    event["room"] |= {"numParticipants": people} if people else {}
    body = json.dumps(event).encode()
    headers = signed_headers("APIkey", body, secret)
    return post(call.connection, body, headers.pop("Content-Type"), headers)


def test_a_room_that_finished_ends_its_call(call):
    call = applied(call, room(call, "room_finished"))
    assert (call.status, call.end_code, call.ended_by) == ("ended", "ended_at_provider", "provider:livekit")
    assert (call.provider_state, call.disconnect_reason) == ("ended", "Ended at the provider.")


def test_a_scheduled_call_waits_though_its_room_was_closed(call):
    Call.objects.filter(pk=call.pk).update(status="scheduled", started_at=None)
    call = applied(call, room(call, "room_finished"))
    assert (call.status, call.ended_at) == ("scheduled", None)
    assert last_summary() == "nothing: the room opens again when the call starts"


def test_a_call_that_started_early_outlives_its_closed_room(call):
    soon = {"scheduled_at": Now() + timedelta(minutes=10), "started_at": Now() - timedelta(seconds=9)}
    Call.objects.filter(pk=call.pk).update(**soon)
    call = applied(call, room(call, "room_finished"))
    assert (call.status, bool(call.empty_since)) == ("live", True)
    assert last_summary() == "empty: the grace runs from the call's time on"
    Call.objects.filter(pk=call.pk).update(scheduled_at=Now() - timedelta(minutes=5))
    assert applied(call, room(call, "room_finished")).end_code == "ended_at_provider"


def test_a_call_starts_with_its_first_participant_not_with_its_room(call):
    Call.objects.filter(pk=call.pk).update(status="scheduled", started_at=None, scheduled_at=Now())
    made = {"sid": "RM_1", "name": "room-1", "creationTime": str(int(time.time()) - 10**6)}
    call = applied(call, room(call, "participant_joined", room=made))
    assert (timezone.now() - call.started_at).total_seconds() < 5


def test_the_grace_starts_when_the_last_participant_left(call):
    assert applied(call, room(call, "participant_left", people=1)).empty_since is None
    assert applied(call, room(call, "participant_left", createdAt=str(int(time.time()) - 1))).empty_since
    assert applied(call, room(call, "participant_joined", people=1)).empty_since is None


def test_a_scheduled_call_is_live_once_a_participant_joined(call):
    Call.objects.filter(pk=call.pk).update(status="scheduled", started_at=None)
    assert applied(call, room(call, "room_started")).status == "scheduled"
    call = applied(call, room(call, "participant_joined", people=1))
    assert (call.status, bool(call.started_at)) == ("live", True)


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("names", [("joined", "left"), ("left", "joined")])
def test_joining_and_leaving_within_a_second_leaves_the_room_empty(call, names, together):
    """LiveKit's clock counts whole seconds: the provider will be asked, for the grace runs."""
    second = str(int(time.time()))
    for name in names:
        room(call, f"participant_{name}", createdAt=second)
        if not together:
            drain(ProviderEvent)
    drain(ProviderEvent)
    call.refresh_from_db()
    assert call.empty_since


def test_a_late_joined_event_moves_the_start_of_the_grace(call):
    """Left a minute ago; back just now, and gone again within that second."""
    second = str(int(time.time()))
    applied(call, room(call, "participant_left", createdAt=str(int(second) - 60)))
    Call.objects.filter(pk=call.pk).update(empty_since=Now() - timedelta(seconds=60))
    applied(call, room(call, "participant_left", createdAt=second))
    call = applied(call, room(call, "participant_joined", createdAt=second))
    # Not a minute ago; the time is capped by the transaction's clock, which may be in the second before.
    assert call.empty_since >= datetime.fromtimestamp(int(second) - 1, UTC)


def test_our_own_end_is_confirmed_by_the_finished_room(call):
    end(call.pk, account_id=call.account_id, actor="test")
    call = applied(call, room(call, "room_finished"))
    assert (call.ended_by, call.provider_state, last_summary()) == ("test", "ended", "confirmed")


def ended_a_minute_ago(call):
    end(call.pk, account_id=call.account_id, actor="test")
    Step.objects.filter(call=call, kind="terminate").update(state="done", due_at=None)
    Call.objects.filter(pk=call.pk).update(ended_at=Now() - timedelta(minutes=1), provider_state="ended")


def test_joining_after_the_end_terminates_the_room_again(call):
    """LiveKit creates the room again for a participant whose token is still valid."""
    ended_a_minute_ago(call)
    call = applied(
        call, room(call, "participant_joined", people=1), room(call, "participant_joined", people=2)
    )
    assert (call.status, call.provider_state) == ("ended", "live")
    assert last_summary() == "live after its end: the room is ended again"
    step = Step.objects.get(call=call, kind="terminate")
    assert step.state == "pending" and step.due_at <= timezone.now()
    assert Event.objects.filter(subject_id=call.pk, type="call.still_live").count() == 1


def test_a_late_joined_event_after_the_end_changes_nothing(call):
    ended_a_minute_ago(call)
    before = str(int(time.time()) - 70)
    call = applied(call, room(call, "participant_joined", people=1, createdAt=before))
    assert (call.provider_state, last_summary()) == ("ended", "late: the call is over")
    assert Step.objects.get(call=call, kind="terminate").state == "done"
    assert not Event.objects.filter(subject_id=call.pk, type="call.still_live").exists()


def test_a_file_of_an_egress_is_a_recording_of_the_call(call):
    info = {"egressId": "EG_1", "roomName": "room-1", "status": "EGRESS_COMPLETE", "fileResults": [FILE]}
    applied(call, room(call, "egress_ended", egressInfo=info))
    kept = Recording.objects.get(call=call)
    assert (kept.provider_id, kept.url, kept.duration) == ("room-1.mp4", FILE["location"], 60)


def test_an_event_that_comes_twice_is_one(call):
    answers = [room(call, "room_finished", id="EV_same") for _ in range(2)]
    assert [answer.json()["duplicate"] for answer in answers] == [False, True]
    assert ProviderEvent.objects.count() == 1


def test_an_unsigned_event_is_rejected(call):
    assert room(call, "room_finished", secret="another secret of 32 characters..").status_code == 403
    assert not ProviderEvent.objects.exists()
