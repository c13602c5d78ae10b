"""Events of participants: kept with their call, beside what they mean for its state."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.models import ProviderEvent
from calls.models.participant import Participant, Stay
from tests.support.draining import drain
from tests.support.factories import video_call
from tests.support.signed_events import applied, last_summary, post_getstream, room

JOINED, LEFT = "call.session_participant_joined", "call.session_participant_left"


def person(identity="anna", stay="s1", ago=60):
    user = {"id": identity, "name": identity.title()}
    joined = int((time.time() - ago) * 1e9)
    return {"participant": {"user": user, "user_session_id": stay, "role": "user", "joined_at": joined}}


def seconds(video):
    return dict(Participant.objects.filter(call=video).values_list("identity", "seconds"))


def test_joining_and_leaving(video):
    applied(video, room(video, JOINED, **person()))
    assert seconds(video) == {"anna": 0}
    applied(video, room(video, LEFT, **person(ago=30)))
    assert last_summary() == "a participant left"
    assert seconds(video) == {"anna": pytest.approx(60, abs=2)}, "the first report of the joining counts"


def test_the_same_event_twice_and_leaving_before_joining(video):
    sent = person()
    at = time.time()
    answers = [room(video, kind, at=at, **sent) for kind in (LEFT, LEFT, JOINED)]
    applied(video, *answers)
    assert (Stay.objects.count(), seconds(video)) == (1, {"anna": pytest.approx(60, abs=2)})


def test_the_end_of_the_call_in_the_same_batch_closes_the_stays(video):
    applied(video, room(video, JOINED, **person()), room(video, "call.ended", call={"ended_at": 1}))
    assert video.is_over
    assert Participant.objects.get(call=video).last_left_at == video.ended_at


def test_leaving_before_the_call_is_known_waits(account, stream):
    post_getstream(stream, LEFT, "room-2", **person())
    drain(ProviderEvent)
    event = ProviderEvent.objects.get()
    assert (event.state, event.result) == ("pending", {"waited": 1})
    video = video_call(account, connection=stream, provider_call_id="room-2")
    ProviderEvent.objects.update(due_at=event.created_at)
    drain(ProviderEvent)
    assert list(seconds(video)) == ["anna"]


def statements():
    """How many statements about attendance it takes to apply what was sent."""
    with CaptureQueriesContext(connection) as captured:
        drain(ProviderEvent)
    return sum("calls_participant" in query["sql"] or "calls_stay" in query["sql"] for query in captured)


def test_a_batch_costs_three_statements(video):
    for who in ("anna", "ben"):
        room(video, JOINED, **person(who))
    assert statements() == 3
    assert Participant.objects.count() == 2


def test_an_event_that_is_not_about_participants_costs_no_statement(video):
    room(video, "call.session_started")
    assert statements() == 0
